"""Rows of templates, versions and plans as values, and what is asked of them one by one."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET

from core.actor import Actor
from core.discord.types import Snowflake, is_snowflake
from core.errors import Invalid, Problem, Stale
from core.rights import Right
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft, draft_from
from core.templates.models import PlanModel, TemplateModel, TemplateVersionModel
from core.templates.schemas import Origin, StoredPlan, Template, TemplateChanges, VersionInfo, Visibility


def sees(actor: Actor, model: TemplateModel) -> bool:
    """Whether the actor may know of it, as long as it is not deleted."""
    if model.visibility == "public" or actor.is_everywhere:
        return True
    if model.guild_id is not None and not actor.reaches(model.guild_id):
        return False
    own = actor.account_id is not None and model.account_id == actor.account_id
    return own or (model.guild_id is not None and actor.unscoped().may(model.guild_id, Right.TEMPLATES_READ))


def require_seen(model: TemplateModel, seen: datetime | None) -> None:
    """Raises `Stale` when the template was changed after `seen`."""
    if seen is not None and model.updated_at != seen:
        raise Stale(
            "The template has been changed since you read it: read it again.", code="precondition_failed"
        )


def require_newest(model: TemplateModel, base_version: int) -> None:
    """Raises `Stale` naming the newest version where that is another one."""
    if model.latest_version != base_version:
        raise Stale(
            f"The newest version of this template is {model.latest_version}, not {base_version}: "
            "look at it and base your change on it.",
            code="stale_version",
        )


def edited(template: Template, changes: TemplateChanges) -> Template:
    """As it will be; a template that leaves its guild forgets it. Raises `Invalid` as `require_guild` does."""
    said = {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    if said.get("visibility", "guild") != "guild":
        said.setdefault("guild_id", None)
    after = msgspec.structs.replace(template, **said)
    require_guild(after.visibility, after.guild_id)
    return after


def require_guild(visibility: Visibility, guild_id: Snowflake | None) -> None:
    """Raises `Invalid` for a guild's template without a guild, and for a guild named where none shares it."""
    if visibility == "guild" and guild_id is None:
        code, message = "missing_field", "A template that a guild shares names it: give `guild_id`."
    elif visibility != "guild" and guild_id is not None:
        code, message = "not_shared", "Only a template of visibility `guild` has a `guild_id`."
    elif guild_id is not None and not is_snowflake(guild_id):
        code, message = "format", "This is no Discord id: give its digits in quotes."
    else:
        return
    raise Invalid(message, problems=(Problem(pointer="/guild_id", code=code, message=message),))


def to_template(model: TemplateModel, newest: Mapping[uuid.UUID, int] | None = None) -> Template:
    """`newest` has the newest versions of those origins that may be seen."""
    origin = None
    if model.origin_id is not None and model.origin_version is not None:
        origin = Origin(
            template_id=model.origin_id,
            version=model.origin_version,
            latest_version=(newest or {}).get(model.origin_id),
        )
    return Template(
        id=model.id,
        name=model.name,
        description=model.description,
        visibility=msgspec.convert(model.visibility, Visibility),
        guild_id=model.guild_id,
        origin=origin,
        latest_version=model.latest_version,
        created_at=model.created_at,
        updated_at=model.updated_at,
    )


def to_draft(document: Document | Draft) -> Draft:
    return document if isinstance(document, Draft) else Draft(document=document)


def kept_draft(model: TemplateVersionModel) -> Draft:
    """As it was written; one with variables is read again."""
    return Draft(document=model.document) if model.value is None else draft_from(model.value)


def to_info(model: TemplateVersionModel) -> VersionInfo:
    return VersionInfo(
        template_id=model.template_id, number=model.number, note=model.note, created_at=model.created_at
    )


def to_plan(model: PlanModel) -> StoredPlan:
    return StoredPlan(
        id=model.id,
        guild_id=model.guild_id,
        guild_revision=model.guild_revision,
        template_id=model.template_id,
        version=model.version,
        values=model.values,
        snapshot_id=model.snapshot_id,
        options=model.options,
        created_at=model.created_at,
        job_id=model.job_id,
        plan=model.plan,
    )
