"""Whether everything that was promised was kept. Every breach is a sentence that names the job."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.chaos.askers import Asked
from tests.chaos.ends import is_timed, wrong_ends
from tests.chaos.records import Records, Row, step_of
from tests.chaos.wishes import Wish, identity

_TERMINAL = {"succeeded", "partial", "failed", "cancelled", "dead"}
_ON_MEMBERS = {
    "role.grant",
    "role.revoke",
    "member.timeout",
    "member.nick",
    "member.kick",
    "member.ban",
    "member.unban",
}
_CROSSPOSTED = 1


class Judge:
    def __init__(self, asked: list[Asked], records: Records) -> None:
        self._asked = asked
        self._records = records
        self.wish_of: dict[str, Wish] = {}

    def breaches(self) -> list[str]:
        return [
            *self._rows(),
            *(
                f"{breach}\n    {told(row, self._records)}"
                for row in self._records.rows.values()
                for breach in (*self._state(row), *self._effects(row))
            ),
            *self._nobodys(),
            *self._announced(),
            *wrong_ends(self._records),
        ]

    def undecided(self) -> Counter[str]:
        """Jobs of which it is not known what became of them, by whether others said the same."""
        return Counter("alike" if self._is_alike(row) else "decidable" for row in self._undecided())

    def wrongly_undecided(self) -> list[str]:
        """Jobs that a look-up could have decided."""
        return [told(row, self._records) for row in self._undecided() if not self._is_alike(row)]

    def _undecided(self) -> Iterator[Row]:
        for row in self._records.rows.values():
            if row.code == "outcome_unknown" or any(s["state"] == "outcome_unknown" for s in row.steps):
                yield row

    def _is_alike(self, row: Row) -> bool:
        wish = self.wish_of.get(row.id)
        return wish is not None and wish.alike

    def repeats(self) -> Counter[str]:
        """Accepted writes of a step beyond the first, which changed nothing, by kind."""
        found: Counter[str] = Counter()
        for (job_id, _), count in self._records.writes.items():
            if count > 1 and job_id in self._records.rows:
                found[self._records.rows[job_id].kind] += count - 1
        return found

    # Accepted, perhaps, refused

    def _rows(self) -> Iterator[str]:
        """One row for each accepted request, one at most for each cut short, none for each refused."""
        rows, unclaimed = self._records.rows, set(self._records.rows)
        for each in self._asked:
            if each.answered == "accepted":
                if each.job_id not in rows:
                    yield f"job {each.job_id} (wish {each.wish.number}) was accepted and is not there"
                elif each.job_id not in unclaimed:
                    yield f"job {each.job_id} was given to two requests"
                else:
                    unclaimed.discard(each.job_id)
                    self.wish_of[each.job_id] = each.wish
        perhaps = {
            identity(each.wish.guild_id, each.wish.payload): each.wish
            for each in self._asked
            if each.answered == "maybe"
        }
        firsts = {job_id for job_id in unclaimed if is_first_snapshot(rows[job_id])}
        kept = Counter(rows[job_id].guild_id for job_id in firsts if rows[job_id].state == "succeeded")
        yield from (
            f"the first snapshot of guild {guild_id} was kept {count} times"
            for guild_id, count in kept.items()
            if count > 1
        )
        announcing = {job_id for job_id in unclaimed if rows[job_id].kind.startswith("guild.announce_")}
        ends = {job_id for job_id in unclaimed if self._is_end(rows[job_id])}
        for job_id in sorted(unclaimed - firsts - announcing - ends):
            row = rows[job_id]
            wish = perhaps.pop(identity(row.guild_id, row.payload), None)
            if wish is None:
                yield f"nobody was told of this job, and nobody asked for it once more: {told(row, self._records)}"
            else:
                self.wish_of[job_id] = wish
        for job_id, count in (Counter(self._records.audited) - Counter(list(rows))).items():
            yield f"{count} audit entries too many say that job {job_id} was asked for"
        for job_id in rows.keys() - set(self._records.audited):
            yield f"no audit entry says that job {job_id} was asked for"

    def _is_end(self, row: Row) -> bool:
        """Of a job that somebody asked for a time."""
        of = self._records.rows.get(row.payload["job_id"]) if row.kind == "action.undo" else None
        return of is not None and is_timed(of)

    def _announced(self) -> Iterator[str]:
        """Owners are told once of each guild that came, in a message that is there."""
        joins = [row for row in self._records.rows.values() if row.kind == "guild.announce_join"]
        for (guild_id, _), count in Counter(
            (row.guild_id, row.payload["joined_at"]) for row in joins
        ).items():
            if count > 1:
                yield f"{count} jobs tell of one arrival in guild {guild_id}"
        told_of = [step["outcome"] for row in joins for step in row.steps if step["state"] == "done"]
        sent = [outcome for outcome in told_of if outcome is not None and outcome.isdecimal()]
        if sorted(sent) != sorted(self._records.direct):
            yield f"owners were sent {sorted(self._records.direct)} and the jobs say {sorted(sent)}"

    def _state(self, row: Row) -> Iterator[str]:
        wish = self.wish_of.get(row.id)
        if row.state not in _TERMINAL:
            yield f"job {row.id} has not ended"
        elif wish is not None and row.state != wish.expect and not self._is_excused(row, wish):
            yield f"job {row.id} ended {row.state} and should have {wish.expect}"

    def _is_excused(self, row: Row, wish: Wish) -> bool:
        """Where two say the same and both answers were lost for an hour, nobody can tell them apart."""
        return wish.alike and row.code == "outcome_unknown"

    # Effects

    def _effects(self, row: Row) -> Iterator[str]:
        if row.kind in _ON_MEMBERS:
            yield from self._once_each(row, lambda step: True)
        elif row.kind in {"channel.lock", "channel.unlock"}:
            yield from self._once_each(row, lambda step: step in {"lock", "unlock"})
        elif row.kind == "channel.overwrite":
            yield from self._once_each(row, lambda step: step == "overwrite")
        elif row.kind == "message.send":
            yield from self._sent(row)
        elif row.state == "succeeded" and row.kind in self._looks:
            wrong = self._looks[row.kind](self, row)
            yield from () if wrong is None else (f"job {row.id}: {wrong}",)

    def _once_each(self, row: Row, counts: Callable[[str], bool]) -> Iterator[str]:
        """By the audit log: what a step says it did changed something once, what it does not say at most once."""
        for step in filter(lambda each: counts(each["key"]), row.steps):
            changes = self._records.changes.get((row.id, step["key"]), 0)
            if changes != 1 if step["state"] == "done" else changes > (step["state"] != "failed"):
                yield f"job {row.id}, step {step['key']} is {step['state']} and changed something {changes} times"

    def _sent(self, row: Row) -> Iterator[str]:
        payload = row.payload
        found = [
            m for m in self._records.messages(payload["channel_id"]) if m["content"] == payload["content"]
        ]
        same = [
            each
            for each in self._records.rows.values()
            if each.kind == "message.send" and each.payload["content"] == payload["content"]
        ]
        sent = [each for each in same if each.state == "succeeded"]
        if (
            not len(sent)
            <= len(found)
            <= len([each for each in same if each.state != "failed" or each.steps])
        ):
            yield f"job {row.id}: {len(found)} messages say {payload['content']!r}, for {len(same)} jobs"
        if row.state == "succeeded":
            ids = [(each.result or {}).get("message_id") for each in sent]
            if len(set(ids)) != len(ids) or not set(ids) <= {m["id"] for m in found}:
                yield f"job {row.id}: {ids} is not what was sent: {[m['id'] for m in found]}"

    def _edited(self, row: Row) -> str | None:
        found = [
            m["content"]
            for m in self._records.messages(row.payload["channel_id"])
            if m["id"] == row.payload["message_id"]
        ]
        return None if found == [row.payload["content"]] else f"the message says {found}"

    def _deleted(self, row: Row) -> str | None:
        path = f"/channels/{row.payload['channel_id']}/messages/{row.payload['message_id']}"
        count = self._records.written("DELETE", path)
        return None if count == 1 else f"it was deleted {count} times"

    def _crossposted(self, row: Row) -> str | None:
        path = f"/channels/{row.payload['channel_id']}/messages/{row.payload['message_id']}/crosspost"
        flags = [
            m["flags"]
            for m in self._records.messages(row.payload["channel_id"])
            if m["id"] == row.payload["message_id"]
        ]
        count = self._records.written("POST", path)
        return None if count == 1 and flags[0] & _CROSSPOSTED else f"it was published {count} times: {flags}"

    def _purged(self, row: Row) -> str | None:
        left = self._records.messages(row.payload["channel_id"])
        deleted = (row.result or {})["deleted"]
        said = [s["outcome"] for s in row.steps if s["state"] == "done"]
        if left or [str(deleted)] != said:
            return f"{len(left)} messages are left, {deleted} are said to be deleted, in {said}"
        return None

    def _followed(self, row: Row) -> str | None:
        source = row.payload["source_channel_id"]
        found = [
            hook["id"]
            for hook in self._hooks(row)
            if str((hook.get("source_channel") or {}).get("id")) == source
        ]
        made = self._records.writes.get((row.id, "follow"), 0)
        if found != [(row.result or {})["webhook_id"]] or made != 1:
            return f"it follows by {found}, made {made} times"
        return None

    def _unfollowed(self, row: Row) -> str | None:
        made = self._records.writes.get((row.id, "unfollow"), 0)
        return None if made == 1 and not self._hooks(row) else f"it was left {made} times: {self._hooks(row)}"

    def _hooks(self, row: Row) -> list[dict[str, Any]]:
        hooks = self._records.dumps[row.guild_id]["webhooks"]
        return [hook for hook in hooks if hook["channel_id"] == row.payload["channel_id"]]

    def _left(self, row: Row) -> str | None:
        count = self._records.written("DELETE", f"/users/@me/guilds/{row.guild_id}")
        return None if count == 1 else f"the guild was left {count} times"

    _looks: dict[str, Callable[["Judge", Row], str | None]] = {  # noqa: RUF012 - never changed
        "message.edit": _edited,
        "message.delete": _deleted,
        "message.crosspost": _crossposted,
        "message.purge": _purged,
        "channel.follow": _followed,
        "channel.unfollow": _unfollowed,
        "guild.leave": _left,
    }

    def _nobodys(self) -> Iterator[str]:
        """Effects that belong to no job."""
        spoken_of = {
            (row.payload.get("channel_id"), row.payload.get("message_id"))
            for row in self._records.rows.values()
        }
        sent = {
            m["id"]
            for row in self._records.rows.values()
            if row.kind == "message.send"
            for m in self._records.messages(row.payload["channel_id"])
            if m["content"] == row.payload["content"]
        }
        left = {row.guild_id for row in self._records.rows.values() if row.kind == "guild.leave"}
        for effect in self._records.effects:
            step, targets = step_of(effect), effect["targets"]
            if effect["route"].startswith("/applications/") or targets.get("guild_id") in left:
                continue
            if step is not None and step[0] in self._records.rows:
                continue
            if (targets.get("channel_id"), targets.get("message_id")) in spoken_of:
                continue
            if effect["route"] == "/channels/{channel_id}/messages" and targets.get("message_id") in sent:
                continue
            if targets.get("message_id") in self._records.direct:
                continue
            yield f"this belongs to no job: {effect}"


def is_first_snapshot(row: Row) -> bool:
    """It is kept by itself when the bot comes."""
    return row.kind == "guild.capture" and row.payload["reason"] == "join"


def told(row: Row, records: Records) -> str:
    """Everything that is known of a job, for whoever has to find out."""
    steps = [
        {
            key: str(step[key])
            for key in ("key", "state", "claim", "intended_at", "finished_at", "outcome", "error")
        }
        for step in row.steps
    ]
    effects = [
        {key: each[key] for key in ("n", "time", "method", "path", "reason")}
        for each in records.effects
        if row.id in (each["reason"] or "")
        or (row.payload.get("message_id") and row.payload["message_id"] == each["targets"].get("message_id"))
    ]
    return f"{row}\n    steps: {steps}\n    effects: {effects}"
