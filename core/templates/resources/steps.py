"""The steps that write resources, and where among the others they come.

Emojis and stickers come after new roles and before channels, which may name them; the rest when all channels are as
they shall be, and before anything goes that it pointed at.
"""

from collections.abc import Iterator

import msgspec

from core.discord.gateway import ChannelFields
from core.discord.resources import EmojiFields, StickerFields
from core.templates.plan import (
    CreateResource,
    DeleteResource,
    EditResource,
    Ref,
    SetOnboarding,
    SetWelcomeScreen,
    Step,
)
from core.templates.resources.sections import WORDS
from core.templates.resources.target import DoomedResource, ResourceTarget
from core.templates.resources.wanted import WantedResource

ONBOARDING, WELCOME_SCREEN = "set_onboarding", "set_welcome_screen"


class ResourceSteps(msgspec.Struct, frozen=True, kw_only=True):
    """By their ids, each in the order to do them."""

    expressions: dict[str, Step]
    others: dict[str, Step]
    deletes: dict[str, Step]

    @property
    def all(self) -> dict[str, Step]:
        return {**self.expressions, **self.others, **self.deletes}


def resource_steps(target: ResourceTarget) -> ResourceSteps:
    written = [step for wanted in target.wanted if (step := _write(wanted))]
    expressions = [s for s in written if isinstance(s.fields, EmojiFields | StickerFields)]
    others: list[Step] = [s for s in written if not isinstance(s.fields, EmojiFields | StickerFields)]
    reception = target.reception
    if reception.onboarding is not None:
        others.append(
            SetOnboarding(id=ONBOARDING, title="Set the onboarding", onboarding=reception.onboarding)
        )
    if reception.welcome_screen is not None:
        others.append(
            SetWelcomeScreen(
                id=WELCOME_SCREEN, title="Set the welcome screen", screen=reception.welcome_screen
            )
        )
    return ResourceSteps(
        expressions={step.id: step for step in expressions},
        others={step.id: step for step in others},
        deletes={step.id: step for step in map(_delete, target.doomed)},
    )


def emojis_named_by(fields: ChannelFields) -> Iterator[Ref]:
    """New emojis in a forum's tags and in its reaction."""
    for emoji in (*(tag.emoji for tag in fields.tags or ()), fields.default_reaction or None):
        if emoji and emoji.startswith("$"):
            yield emoji


def _write(wanted: WantedResource) -> CreateResource | EditResource | None:
    if wanted.fields is None:
        return None
    what = f"the {WORDS[wanted.kind]} “{wanted.name}”"
    if wanted.present is None:
        return CreateResource(
            id=f"create_{wanted.kind}:{wanted.key}",
            title=f"Create {what}",
            key=wanted.key,
            fields=wanted.fields,
        )
    return EditResource(
        id=f"edit_{wanted.kind}:{wanted.present.id}",
        title=f"Edit {what}",
        resource_id=wanted.present.id,
        fields=wanted.fields,
    )


def _delete(doomed: DoomedResource) -> DeleteResource:
    return DeleteResource(
        id=f"delete_{doomed.kind}:{doomed.resource.id}",
        title=f"Delete the {'old ' if doomed.is_replaced else ''}{WORDS[doomed.kind]} “{doomed.resource.name}”",
        kind=doomed.kind,
        resource_id=doomed.resource.id,
    )
