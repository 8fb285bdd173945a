"""What was read of guilds that the connection does not tell by itself, with what became of it since: so it need not be
asked for again while one job is at work."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

from bot.resources.reading import automod_rules_of, scheduled_events_of
from core.discord.errors import CallRefused, GatewayAbsent, GatewayBusy
from core.discord.resources import AutoModRule, Detail, ResourceKind, ScheduledEvent, Webhook
from core.discord.types import Snowflake

DETAIL_OF: dict[ResourceKind, Detail] = {
    "webhook": "webhooks",
    "automod_rule": "automod_rules",
    "scheduled_event": "scheduled_events",
}
"""Emojis and stickers are told by the connection."""
_NOT_DONE = (CallRefused, GatewayAbsent, GatewayBusy)
_GOING_ON = ("scheduled", "active")


class KnownDetails:
    """None stands for what is not known (any more)."""

    def __init__(self) -> None:
        self._values: dict[tuple[Snowflake, Detail], Any] = {}

    def of(self, guild_id: Snowflake, detail: Detail) -> Any:
        """As it is by now."""
        return self._values.get((guild_id, detail))

    def note(self, guild_id: Snowflake, detail: Detail, value: object) -> None:
        """It was read, or written as a whole."""
        self._values[guild_id, detail] = value

    def put(
        self, guild_id: Snowflake, detail: Detail, found: Iterable[Webhook | AutoModRule | ScheduledEvent]
    ) -> None:
        """These are new or different."""
        if (known := self.of(guild_id, detail)) is not None:
            by_id = {each.id: each for each in known} | {each.id: each for each in found}
            self.note(guild_id, detail, tuple(by_id[key] for key in sorted(by_id, key=int)))

    def drop(self, guild_id: Snowflake, detail: Detail, resource_id: Snowflake) -> None:
        """It is gone."""
        if (known := self.of(guild_id, detail)) is not None:
            self.note(guild_id, detail, tuple(each for each in known if each.id != resource_id))

    def forget(self, guild_id: Snowflake, detail: Detail) -> None:
        """It may be anything by now."""
        self._values.pop((guild_id, detail), None)

    def forget_all(self) -> None:
        """Whatever was told meanwhile was missed."""
        self._values.clear()

    @contextmanager
    def writing(self, guild_id: Snowflake, detail: Detail | None) -> Generator[None]:
        """Forgets it where nobody can say what a write has done."""
        try:
            yield
        except _NOT_DONE:
            raise
        except BaseException:
            if detail is not None:
                self.forget(guild_id, detail)
            raise

    def told(self, detail: Detail, body: dict[str, Any], is_gone: bool) -> None:
        """By an event, which has the whole rule or scheduled event."""
        guild_id, resource_id = str(body["guild_id"]), str(body["id"])
        found = automod_rules_of([body]) if detail == "automod_rules" else _going_on([body])
        if is_gone or not found:
            self.drop(guild_id, detail, resource_id)
        else:
            self.put(guild_id, detail, found)


def _going_on(bodies: list[dict[str, Any]]) -> tuple[ScheduledEvent, ...]:
    """Those that are over are not listed any more."""
    return tuple(event for event in scheduled_events_of(bodies) if event.status in _GOING_ON)
