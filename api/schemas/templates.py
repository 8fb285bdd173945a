"""Templates and their versions as HTTP shows them. The document is the published format itself, which has a version
of its own."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.values import NextCursor, Time
from core.templates import schemas as core
from core.templates.document import Document
from core.templates.plan import Notice as CoreNotice

Visibility: TypeAlias = Literal["private", "public"]
TemplateName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
Description: TypeAlias = Annotated[str, Meta(max_length=500)]
Note: TypeAlias = Annotated[str, Meta(max_length=500)]
DocumentBody: TypeAlias = Annotated[
    msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Document"})
]
"""Left as it came, so that the parser sees its text and can name every problem."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """`private` templates are seen by their owner, `public` ones by everybody who may plan in a guild here.
    `latest_version` is 0 while there is none."""

    id: uuid.UUID
    name: str
    description: str | None
    visibility: Visibility
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
    document: DocumentBody | UnsetType = UNSET
    note: Note | None = None


class EditTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears."""

    name: TemplateName | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET


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

    document: Document


class CreateVersion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`base_version` is the version that was edited: if it is not the newest any more, nothing is written."""

    document: DocumentBody
    note: Note | None = None
    base_version: Annotated[int, Meta(ge=0)] | None = None


def template_of(template: core.Template) -> Template:
    return Template(
        id=template.id,
        name=template.name,
        description=template.description,
        visibility=template.visibility,
        latest_version=template.latest_version,
        created_at=template.created_at,
        updated_at=template.updated_at,
    )


def imported_of(template: core.Template, warnings: tuple[CoreNotice, ...]) -> ImportedTemplate:
    shown = msgspec.structs.asdict(template_of(template))
    return ImportedTemplate(**shown, warnings=tuple(map(notice_of, warnings)))


def notice_of(notice: CoreNotice) -> Notice:
    return Notice(code=notice.code, message=notice.message, node=notice.node)


def changes_of(edit: EditTemplate) -> core.TemplateChanges:
    return core.TemplateChanges(name=edit.name, description=edit.description, visibility=edit.visibility)


def version_info_of(info: core.VersionInfo) -> VersionInfo:
    return VersionInfo(
        template_id=info.template_id, number=info.number, note=info.note, created_at=info.created_at
    )


def version_of(version: core.TemplateVersion) -> Version:
    shown = msgspec.structs.asdict(version_info_of(version.info))
    return Version(**shown, document=version.document)
