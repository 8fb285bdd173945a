"""What onboarding demands of the channels that newcomers get, while it is on.

Discord hides none of them from @everyone (error code 350003; confirmed by its staff, discord-api-docs issues 7296 and
7423), and onboarding itself is written after the channels.
"""

from collections.abc import Iterator, Mapping

from msgspec import UNSET

from core.discord.gates import VIEW
from core.discord.resources import Onboarding
from core.templates.checks.course import Course, sent_set
from core.templates.plan import EditChannel, Notice, Ref


def hidden_from_newcomers(
    step: EditChannel,
    course: Course,
    onboarding: Onboarding | None,
    names: Mapping[Ref, str],
    keys: Mapping[Ref, str],
) -> Iterator[Notice]:
    """`course` is the guild before the step, `onboarding` what is set then; None: nobody knows."""
    if onboarding is None or not onboarding.enabled or step.fields.overwrites is UNSET:
        return
    after = sent_set(step.fields.overwrites)
    for channel in (step.channel_id, *course.followers_of(step.channel_id)):
        if channel not in onboarding.default_channel_ids:
            continue
        seen = course.everyone_in(channel, course.sets.get(channel, {})) & VIEW
        if seen and not course.everyone_in(channel, after) & VIEW:
            yield Notice(
                code="onboarding_channels",
                message=f"“{names[channel]}” is a default channel of onboarding, and Discord hides none of these from "
                "@everyone while onboarding is on. Take it out of `onboarding.default_channels` first, by a plan of "
                "its own (`only` the kind onboarding), or leave it visible.",
                node=keys.get(channel),
            )
