"""Templates and their immutable versions."""

import uuid
from datetime import datetime

import msgspec
from msgspec import UNSET

from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.images import ImageHash
from core.errors import Forbidden, NotFound, Stale
from core.paging import Page, Paging
from core.templates.document import Document
from core.templates.models import TemplateModel, TemplateVersionModel
from core.templates.repository import TemplateRepository, TemplateVersionRepository
from core.templates.schemas import Template, TemplateChanges, TemplateVersion, VersionInfo, Visibility


class TemplateService:
    """A document that reaches this service has been read by `parse`, which is what makes it valid."""

    def __init__(
        self,
        templates: TemplateRepository,
        versions: TemplateVersionRepository,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._templates = templates
        self._versions = versions
        self._audit = audit
        self._clock = clock

    async def create(
        self,
        actor: Actor,
        name: str,
        *,
        description: str | None = None,
        visibility: Visibility = "private",
        document: Document | None = None,
        note: str | None = None,
    ) -> Template:
        """With its first version, when a document is given."""
        if actor.account_id is None:
            raise Forbidden("Only an account can own templates.")
        now = self._clock()
        model = await self._templates.add(
            TemplateModel(
                account_id=actor.account_id,
                name=name,
                description=description,
                visibility=visibility,
                latest_version=0,
                created_at=now,
                updated_at=now,
            )
        )
        await self._audit.record(
            actor, "template.create", ("template", model.id), after={"name": name, "visibility": visibility}
        )
        if document is not None:
            await self._add_version(actor, model.id, document, note, now)
            return msgspec.structs.replace(to_template(model), latest_version=1)
        return to_template(model)

    async def get(self, actor: Actor, template_id: uuid.UUID) -> Template:
        """Raises `NotFound` also for a template that the actor may not see."""
        return to_template(await self._visible(actor, template_id))

    async def list(self, actor: Actor, paging: Paging) -> Page[Template]:
        """Newest first."""
        rows = await self._templates.page(paging, everything=actor.is_owner, account_id=actor.account_id)
        items = tuple(to_template(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def edit(
        self, actor: Actor, template_id: uuid.UUID, changes: TemplateChanges, *, seen: datetime | None = None
    ) -> Template:
        """Raises `Stale` when the template was changed after `seen`, its `updated_at` as the asker knows it."""
        model = await self._own(actor, template_id)
        _require_seen(model, seen)
        before = to_template(model)
        for field in changes.__struct_fields__:
            value = getattr(changes, field)
            if value is not UNSET:
                setattr(model, field, value)
        if to_template(model) == before:
            return before
        model.updated_at = self._clock()
        after = to_template(await self._templates.update(model))
        await self._audit.record(
            actor, "template.edit", ("template", template_id), before=before, after=after
        )
        return after

    async def delete(self, actor: Actor, template_id: uuid.UUID, *, seen: datetime | None = None) -> None:
        """Hides it and its versions; plans made of them stay."""
        model = await self._own(actor, template_id)
        _require_seen(model, seen)
        model.deleted_at = self._clock()
        await self._templates.update(model)
        await self._audit.record(actor, "template.delete", ("template", template_id))

    async def add_version(
        self,
        actor: Actor,
        template_id: uuid.UUID,
        document: Document,
        *,
        note: str | None = None,
        base_version: int | None = None,
    ) -> TemplateVersion:
        """Raises `Stale` naming the newest version when it is not `base_version`."""
        model = await self._own(actor, template_id)
        if base_version is not None and model.latest_version != base_version:
            raise Stale(
                f"The newest version of this template is {model.latest_version}, not {base_version}: "
                "look at it and base your change on it.",
                code="stale_version",
            )
        return await self._add_version(actor, template_id, document, note, self._clock())

    async def version(
        self, actor: Actor, template_id: uuid.UUID, number: int | None = None
    ) -> TemplateVersion:
        """The newest version unless `number` says otherwise."""
        template = await self._visible(actor, template_id)
        number = template.latest_version if number is None else number
        model = await self._versions.find_whole(template_id, number) if 0 <= number < 2**31 else None
        if model is None:
            raise NotFound(f"Template {template_id} has no version {number}.")
        return TemplateVersion(info=to_info(model), document=model.document)

    async def versions(self, actor: Actor, template_id: uuid.UUID, paging: Paging) -> Page[VersionInfo]:
        """Newest first, without their documents; the cursor is of the versions' own ids."""
        await self._visible(actor, template_id)
        rows = await self._versions.page(template_id, paging)
        more = len(rows) > paging.limit
        rows = rows[: paging.limit]
        return Page(items=tuple(map(to_info, rows)), next_cursor=str(rows[-1].id) if more else None)

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a version's document names, also of a deleted template."""
        return await self._versions.pictures()

    async def _add_version(
        self, actor: Actor, template_id: uuid.UUID, document: Document, note: str | None, now: datetime
    ) -> TemplateVersion:
        number = await self._templates.next_number(template_id, now)
        model = await self._versions.add(
            TemplateVersionModel(
                template_id=template_id, number=number, note=note, document=document, actor=actor
            )
        )
        await self._audit.record(
            actor, "template.version", ("template", template_id), after={"number": number, "note": note}
        )
        return TemplateVersion(info=to_info(model), document=document)

    async def _visible(self, actor: Actor, template_id: uuid.UUID, *, lock: bool = False) -> TemplateModel:
        model = await self._templates.get_one_or_none(id=template_id, with_for_update=lock)
        if model is None or model.deleted_at is not None or not _sees(actor, model):
            raise NotFound(f"There is no template {template_id}.")
        return model

    async def _own(self, actor: Actor, template_id: uuid.UUID) -> TemplateModel:
        """Locked until the transaction ends: of two who saw the same state, the second is told that it is stale."""
        model = await self._visible(actor, template_id, lock=True)
        if not actor.is_owner and model.account_id != actor.account_id:
            raise Forbidden("Only its owner may change a template.")
        return model


def _sees(actor: Actor, model: TemplateModel) -> bool:
    own = actor.account_id is not None and model.account_id == actor.account_id
    return actor.is_owner or own or model.visibility == "public"


def _require_seen(model: TemplateModel, seen: datetime | None) -> None:
    if seen is not None and model.updated_at != seen:
        raise Stale(
            "The template has been changed since you read it: read it again.", code="precondition_failed"
        )


def to_template(model: TemplateModel) -> Template:
    return Template(
        id=model.id,
        name=model.name,
        description=model.description,
        visibility="public" if model.visibility == "public" else "private",
        latest_version=model.latest_version,
        created_at=model.created_at,
        updated_at=model.updated_at,
    )


def to_info(model: TemplateVersionModel) -> VersionInfo:
    return VersionInfo(
        template_id=model.template_id, number=model.number, note=model.note, created_at=model.created_at
    )
