"""Templates and their versions as HTTP shows them. The document is the published format itself, which has a version
of its own."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.operations import Operations
from api.schemas.values import NextCursor, Snowflake, Time
from core.templates import schemas as core
from core.templates.documents.text import to_json
from core.templates.plan import Notice as CoreNotice

Visibility: TypeAlias = Literal["private", "guild", "public"]
SharedWith: TypeAlias = Annotated[
    Snowflake, Meta(description="With visibility `guild`: whoever may manage that guild sees it.")
]
TemplateName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
Description: TypeAlias = Annotated[str, Meta(max_length=500)]
Note: TypeAlias = Annotated[str, Meta(max_length=500)]
DocumentBody: TypeAlias = Annotated[
    msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Document"})
]
"""Left as it came, so that the parser sees its text and can name every problem."""
Values: TypeAlias = Annotated[
    dict[str, Annotated[str, Meta(max_length=1024)]],
    Meta(
        max_length=50,
        description="What the document's variables are here. What is left out is as in the guild's active version of "
        "this template, else the variable's default.",
    ),
]


class TemplateOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The version that a template was copied from. A higher `latest_version` tells that the origin has changed since;
    null, that it is deleted or not yours to see."""

    template_id: uuid.UUID
    version: int
    latest_version: int | None


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """`private` templates are seen by their owner, `guild` ones also by whoever may manage that guild, `public` ones
    by everybody who may plan in a guild here. `latest_version` is 0 while there is none."""

    id: uuid.UUID
    name: str
    description: str | None
    visibility: Visibility
    guild_id: SharedWith | None
    origin: Annotated[TemplateOrigin | None, Meta(description="Of a copy.")]
    latest_version: int
    created_at: Time
    updated_at: Time


class TemplatePage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[Template, ...]
    next_cursor: NextCursor = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A warning or a blocker: what to know or do, and the key of the node it is about."""

    code: str
    message: str
    node: str | None


class ImportedTemplate(Template, frozen=True, kw_only=True):
    """The new template, and what of its source the document has no words for."""

    warnings: tuple[Notice, ...]


class CreateTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With its first version, when a document is given."""

    name: TemplateName
    description: Description | None = None
    visibility: Visibility = "private"
    guild_id: SharedWith | None = None
    document: DocumentBody | UnsetType = UNSET
    note: Note | None = None


class CopyTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and description are the origin's if they are left out."""

    version: Annotated[int, Meta(ge=1, description="The newest one if it is left out.")] | None = None
    name: TemplateName | None = None
    description: Description | None = None
    visibility: Visibility = "private"
    guild_id: SharedWith | None = None
    note: Note | None = None


class EditTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears."""

    name: TemplateName | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    guild_id: SharedWith | None | UnsetType = UNSET


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable version, without its document."""

    template_id: uuid.UUID
    number: int
    note: str | None
    created_at: Time


class VersionPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[VersionInfo, ...]
    next_cursor: NextCursor = None


class Version(VersionInfo, frozen=True, kw_only=True):
    """An immutable version."""

    document: DocumentBody


class CreateVersion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole document, or changes to the newest version. `base_version` is the version that was edited: if it is not
    the newest any more, nothing is written; changes cannot do without it."""

    document: DocumentBody | UnsetType = UNSET
    operations: Operations | UnsetType = UNSET
    note: Note | None = None
    base_version: Annotated[int, Meta(ge=0)] | None = None


def template_of(template: core.Template) -> Template:
    return Template(
        id=template.id,
        name=template.name,
        description=template.description,
        visibility=template.visibility,
        guild_id=template.guild_id,
        origin=None if template.origin is None else _origin_of(template.origin),
        latest_version=template.latest_version,
        created_at=template.created_at,
        updated_at=template.updated_at,
    )


def _origin_of(origin: core.Origin) -> TemplateOrigin:
    return TemplateOrigin(
        template_id=origin.template_id, version=origin.version, latest_version=origin.latest_version
    )


def imported_of(template: core.Template, warnings: tuple[CoreNotice, ...]) -> ImportedTemplate:
    shown = msgspec.structs.asdict(template_of(template))
    return ImportedTemplate(**shown, warnings=tuple(map(notice_of, warnings)))


def notice_of(notice: CoreNotice) -> Notice:
    return Notice(code=notice.code, message=notice.message, node=notice.node)


def changes_of(edit: EditTemplate) -> core.TemplateChanges:
    return core.TemplateChanges(
        name=edit.name, description=edit.description, visibility=edit.visibility, guild_id=edit.guild_id
    )


def version_info_of(info: core.VersionInfo) -> VersionInfo:
    return VersionInfo(
        template_id=info.template_id, number=info.number, note=info.note, created_at=info.created_at
    )


def version_of(version: core.TemplateVersion) -> Version:
    shown = msgspec.structs.asdict(version_info_of(version.info))
    draft = version.draft
    said = to_json(draft.document if draft.value is None else draft.value)
    return Version(**shown, document=msgspec.Raw(said))
