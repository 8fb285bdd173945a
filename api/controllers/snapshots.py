"""Captures and the snapshots they keep."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, patch, post

from api.answers import Answer, accepted
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.documents import answer_document
from api.guards import needs
from api.locations import job_at
from api.media import JSON, MERGE_PATCH
from api.operations import operation
from api.params import Cursor, GuildId, Limit, SnapshotId, paging_of
from api.schemas.guilds import CaptureGuild, EditSnapshot, SnapshotInfo, SnapshotPage, snapshot_info_of
from api.schemas.jobs import Job, job_of
from api.schemas.structure import Snapshot, snapshot_of
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right
from core.templates.capture import document_of
from core.templates.documents.document import Document


class SnapshotController(Controller):
    path = "/guilds/{guild_id:str}"
    tags = ("snapshots",)

    @post(
        "/captures",
        guards=[needs(Right.SNAPSHOTS_WRITE)],
        **operation(
            "captureGuild",
            body=CaptureGuild,
            body_required=False,
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
            waits=True,
        ),
    )
    async def capture(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Job]:
        """Ask the bot to keep what the guild looks like now, its pictures included."""
        wanted = await body_of(request, CaptureGuild, default=CaptureGuild())

        async def ask() -> Answer[Job]:
            job = await unit.snapshots.request_capture(
                actor, guild_id, label=wanted.label, members=wanted.members
            )
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)

    @get(
        "/snapshots",
        guards=[needs(Right.SNAPSHOTS_READ)],
        **operation("listSnapshots", refuses=(NotFound, Forbidden)),
    )
    async def snapshots(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, limit: Limit = 50, cursor: Cursor = None
    ) -> SnapshotPage:
        """What was kept of a guild, newest first."""
        page = await unit.snapshots.list(actor, guild_id, paging_of(limit, cursor))
        return SnapshotPage(items=tuple(map(snapshot_info_of, page.items)), next_cursor=page.next_cursor)

    @get(
        "/snapshots/{snapshot_id:uuid}",
        guards=[needs(Right.SNAPSHOTS_READ)],
        **operation("getSnapshot", refuses=(NotFound, Forbidden)),
    )
    async def snapshot(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, snapshot_id: SnapshotId
    ) -> Snapshot:
        """One snapshot with its whole content."""
        return snapshot_of(await unit.snapshots.get(actor, guild_id, snapshot_id))

    @patch(
        "/snapshots/{snapshot_id:uuid}",
        guards=[needs(Right.SNAPSHOTS_WRITE)],
        **operation("editSnapshot", body=EditSnapshot, takes=MERGE_PATCH[:1], refuses=(NotFound, Forbidden)),
    )
    async def edit(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        snapshot_id: SnapshotId,
    ) -> SnapshotInfo:
        """Say what to call a snapshot."""
        wanted = await body_of(request, EditSnapshot, media=MERGE_PATCH[:1])
        return snapshot_info_of(await unit.snapshots.rename(actor, guild_id, snapshot_id, wanted.label))

    @delete(
        "/snapshots/{snapshot_id:uuid}",
        guards=[needs(Right.SNAPSHOTS_DELETE)],
        **operation("deleteSnapshot", refuses=(NotFound, Forbidden, Conflict)),
    )
    async def delete(self, *, actor: Asker, unit: Unit, guild_id: GuildId, snapshot_id: SnapshotId) -> None:
        """Delete a snapshot. A guild's first one is kept."""
        await unit.snapshots.delete(actor, guild_id, snapshot_id)

    @get(
        "/snapshots/{snapshot_id:uuid}/document",
        guards=[needs(Right.SNAPSHOTS_READ)],
        **operation("getSnapshotDocument", refuses=(NotFound, Forbidden), gives=(*JSON, "application/yaml")),
    )
    async def document(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        snapshot_id: SnapshotId,
    ) -> Response[Document]:
        """The document that asks for the guild as it was then; JSON, or YAML by the Accept header."""
        stored = await unit.snapshots.get(actor, guild_id, snapshot_id)
        return answer_document(request, document_of(stored.content).document)
