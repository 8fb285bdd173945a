"""After a rollback: members get back the roles that they had."""

from core.actions.results import MemberOutcome
from core.discord.errors import CallRefused, TargetGone
from core.discord.types import Snowflake
from core.guilds.schemas import MemberRoles
from core.jobs.errors import DoneInPart
from core.jobs.journal import Reason
from core.templates.jobs import RESTORE_MEMBERS, RestoreMembersPayload, RestoreMembersResult
from core.templates.members import grantable_in, roles_to_be
from workers.acting import scene_of
from workers.registry import JobContext, runs


@runs(RESTORE_MEMBERS)
async def restore_members(job: JobContext, payload: RestoreMembersPayload) -> RestoreMembersResult:
    """One call for each member who has other roles now; a later claim goes on where an earlier one ended. Who has left
    stays away."""
    async with job.database.read() as unit:
        kept = await unit.snapshots.members_of(payload.snapshot_id)
        steps = await unit.ledger.steps(job.job.id)
    done = {step.id for step in steps if step.state == "done"}
    restoring = _Restoring(job, payload, grantable_in(await scene_of(job, job.guild_id)))
    await job.journal.announce(len(kept))
    for each in kept:
        await restoring.restore(each, is_done=_step(each.user_id) in done)
    return restoring.result()


class _Restoring:
    def __init__(
        self, job: JobContext, payload: RestoreMembersPayload, grantable: frozenset[Snowflake]
    ) -> None:
        self._job = job
        self._payload = payload
        self._grantable = grantable
        self._restored = self._unchanged = self._absent = 0
        self._failed: list[MemberOutcome] = []

    async def restore(self, kept: MemberRoles, *, is_done: bool) -> None:
        """`is_done`: by an earlier claim."""
        member = await self._job.gateway.read_member(self._job.guild_id, kept.user_id)
        if member is None:
            self._absent += 1
            return
        roles = roles_to_be(member, kept.role_ids, self._payload.id_map, self._grantable)
        if is_done:
            self._restored += 1
        elif set(roles) == set(member.role_ids):
            self._unchanged += 1
        else:
            await self._set(kept.user_id, roles)

    async def _set(self, user_id: Snowflake, roles: tuple[Snowflake, ...]) -> None:
        async def act(reason: Reason) -> None:
            await self._job.gateway.set_roles(self._job.guild_id, user_id, roles, reason=reason)

        try:
            await self._job.journal.perform(_step(user_id), f"Give member {user_id} their roles back", act)
        except TargetGone:
            self._absent += 1
        except CallRefused as error:
            self._failed.append(
                MemberOutcome(member_id=user_id, state="failed", code=error.error_code, message=error.message)
            )
        else:
            self._restored += 1

    def result(self) -> RestoreMembersResult:
        """Raises `DoneInPart` where somebody could not be given their roles back."""
        result = RestoreMembersResult(
            restored=self._restored,
            unchanged=self._unchanged,
            absent=self._absent,
            failed=tuple(self._failed),
        )
        if self._failed:
            raise DoneInPart(
                f"{len(self._failed)} members could not be given their roles back; the first: "
                f"{self._failed[0].message}",
                result=result,
            )
        return result


def _step(user_id: Snowflake) -> str:
    return f"roles:{user_id}"
