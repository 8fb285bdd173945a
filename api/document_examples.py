"""Examples of templates, their versions and their documents."""

import msgspec

from api.example_values import TEMPLATE, THEN
from api.schemas.templates import (
    CreateTemplate,
    CreateVersion,
    EditTemplate,
    ImportedTemplate,
    Notice,
    Template,
    TemplatePage,
    Version,
    VersionInfo,
    VersionPage,
)
from core.templates.documents.channels import Category, DocumentOverwrite, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole

_DOCUMENT = Document(
    guildwright=1,
    roles=(
        DocumentRole(
            key="staff", name="Staff", color="#e67e22", permissions=("view_channel", "kick_members")
        ),
    ),
    channels=(
        Category(
            key="back-office",
            name="Back office",
            overwrites=(
                DocumentOverwrite(role="everyone", deny=("view_channel",)),
                DocumentOverwrite(role="staff", allow=("view_channel",)),
            ),
            channels=(
                TextChannel(
                    key="mod-log", name="mod-log", overwrites="synced", topic="What was done, and by whom"
                ),
            ),
        ),
    ),
)
YAML_EXAMPLE = """\
guildwright: 1
roles:
  - key: staff
    name: Staff
    color: "#e67e22"
    permissions: [view_channel, kick_members]
channels:
  - key: back-office
    type: category
    name: Back office
    overwrites:
      - role: everyone
        deny: [view_channel]
      - role: staff
        allow: [view_channel]
    channels:
      - key: mod-log
        type: text
        name: mod-log
        overwrites: synced
"""
_RAW = msgspec.Raw(msgspec.json.encode(_DOCUMENT))
_TEMPLATE_SHOWN = Template(
    id=TEMPLATE,
    name="Community",
    description=None,
    visibility="private",
    guild_id=None,
    origin=None,
    latest_version=1,
    created_at=THEN,
    updated_at=THEN,
)
_VERSION_SHOWN = VersionInfo(template_id=TEMPLATE, number=1, note="First", created_at=THEN)

DOCUMENT_EXAMPLES: tuple[msgspec.Struct, ...] = (
    _DOCUMENT,
    _TEMPLATE_SHOWN,
    TemplatePage(items=(_TEMPLATE_SHOWN,)),
    CreateTemplate(name="Community", document=_RAW, note="First"),
    EditTemplate(description=None, visibility="public"),
    ImportedTemplate(
        **msgspec.structs.asdict(_TEMPLATE_SHOWN),
        warnings=(
            Notice(
                code="unknown_permission_bits",
                message="`staff` has permission bits that have no name (0x800000000000): left out.",
                node="staff",
            ),
        ),
    ),
    VersionPage(items=(_VERSION_SHOWN,)),
    CreateVersion(document=_RAW, note="A log for the moderators", base_version=1),
    Version(**msgspec.structs.asdict(_VERSION_SHOWN), document=_RAW),
)
