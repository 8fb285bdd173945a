"""Onboarding and the welcome screen as they are to be. Discord takes each as a whole, so what the document does not say
is taken from what is there."""

from collections.abc import Callable, Iterable

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from core.discord.resources import (
    Onboarding,
    OnboardingOption,
    OnboardingPrompt,
    WelcomeChannel,
    WelcomeScreen,
)
from core.discord.types import Snapshot
from core.templates.documents.document import Document
from core.templates.documents.keys import emoji_key
from core.templates.options import Scope
from core.templates.plan import Ref
from core.templates.resources.welcome import DocumentOnboarding, DocumentPrompt, DocumentWelcomeScreen

Resolve = Callable[[str], Ref | None]


class Reception(msgspec.Struct, frozen=True, kw_only=True):
    """What to set; None where nothing is to be changed. `unread` are those of which nothing is known."""

    onboarding: Onboarding | None = None
    welcome_screen: WelcomeScreen | None = None
    unread: tuple[str, ...] = ()


def reception_of(document: Document, snapshot: Snapshot, resolve: Resolve, scope: Scope) -> Reception:
    """`resolve` as in `wanted_resources`. A server without Community has neither."""
    unread: list[str] = []
    onboarding, screen = present_onboarding(snapshot), present_screen(snapshot)
    wanted_onboarding: Onboarding | None = None
    wanted_screen: WelcomeScreen | None = None
    if document.onboarding is not UNSET and scope.has_all("onboarding"):
        if onboarding is None:
            unread.append("onboarding")
        else:
            wanted_onboarding = _onboarding(document.onboarding, onboarding, resolve)
            if plain_onboarding(wanted_onboarding) == plain_onboarding(onboarding):
                wanted_onboarding = None
    if document.welcome_screen is not UNSET and scope.has_all("welcome_screen"):
        if screen is None:
            unread.append("welcome_screen")
        else:
            wanted_screen = _screen(document.welcome_screen, screen, resolve)
            if plain_screen(wanted_screen) == plain_screen(screen):
                wanted_screen = None
    return Reception(onboarding=wanted_onboarding, welcome_screen=wanted_screen, unread=tuple(unread))


def present_onboarding(snapshot: Snapshot) -> Onboarding | None:
    """None: not read."""
    if snapshot.onboarding is None and "COMMUNITY" not in snapshot.features:
        return Onboarding()
    return snapshot.onboarding


def present_screen(snapshot: Snapshot) -> WelcomeScreen | None:
    """None: not read."""
    if snapshot.welcome_screen is None and "COMMUNITY" not in snapshot.features:
        return WelcomeScreen()
    return snapshot.welcome_screen


def plain_onboarding(onboarding: Onboarding) -> object:
    """Without ids, and without the order of what is a set."""
    return (
        onboarding.enabled,
        onboarding.mode,
        frozenset(onboarding.default_channel_ids),
        tuple(
            (
                prompt.title,
                prompt.type,
                prompt.single_select,
                prompt.required,
                prompt.in_onboarding,
                tuple(_plain_option(option) for option in prompt.options),
            )
            for prompt in onboarding.prompts
        ),
    )


def _plain_option(option: OnboardingOption) -> object:
    given = frozenset(option.role_ids), frozenset(option.channel_ids)
    return option.title, option.description or None, option.emoji or None, given


def plain_screen(screen: WelcomeScreen) -> object:
    channels = tuple((c.channel_id, c.description, c.emoji or None) for c in screen.channels)
    return screen.enabled, screen.description or None, channels


def emoji_ref(emoji: str | None, resolve: Resolve) -> Ref | None:
    """A unicode emoji, or the ref of a custom one."""
    key = emoji_key(emoji) if emoji else None
    return emoji or None if key is None else resolve(key)


def _onboarding(said: DocumentOnboarding, present: Onboarding, resolve: Resolve) -> Onboarding:
    wanted = present
    if said.enabled is not UNSET:
        wanted = replace(wanted, enabled=said.enabled)
    if said.mode is not UNSET:
        wanted = replace(wanted, mode=said.mode)
    if said.default_channels is not UNSET:
        wanted = replace(wanted, default_channel_ids=_all(said.default_channels, resolve))
    if said.prompts is not UNSET:
        there = {prompt.title: prompt for prompt in present.prompts}
        prompts = (_prompt(prompt, there.get(prompt.title), resolve) for prompt in said.prompts)
        wanted = replace(wanted, prompts=tuple(prompts))
    return wanted


def _prompt(said: DocumentPrompt, present: OnboardingPrompt | None, resolve: Resolve) -> OnboardingPrompt:
    """Prompts and options keep their ids, and with them what members chose, while they keep their titles."""
    ids = {option.title: option.id for option in present.options} if present else {}
    return OnboardingPrompt(
        id=present.id if present else None,
        title=said.title,
        type=said.type,
        single_select=said.single_select,
        required=said.required,
        in_onboarding=said.in_onboarding,
        options=tuple(
            OnboardingOption(
                id=ids.get(option.title),
                title=option.title,
                description=option.description,
                emoji=emoji_ref(option.emoji, resolve),
                role_ids=_all(option.roles, resolve),
                channel_ids=_all(option.channels, resolve),
            )
            for option in said.options
        ),
    )


def _screen(said: DocumentWelcomeScreen, present: WelcomeScreen, resolve: Resolve) -> WelcomeScreen:
    wanted = present
    if said.enabled is not UNSET:
        wanted = replace(wanted, enabled=said.enabled)
    if said.description is not UNSET:
        wanted = replace(wanted, description=said.description)
    if said.channels is not UNSET:
        channels = (
            WelcomeChannel(
                channel_id=channel_id, description=c.description, emoji=emoji_ref(c.emoji, resolve)
            )
            for c in said.channels
            if (channel_id := resolve(c.channel))
        )
        wanted = replace(wanted, channels=tuple(channels))
    return wanted


def _all(keys: Iterable[str], resolve: Resolve) -> tuple[Ref, ...]:
    """Without those that the plan leaves out."""
    return tuple(ref for key in keys if (ref := resolve(key)))
