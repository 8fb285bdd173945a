from hypothesis import given

from core.templates.documents.channels import Category, DocumentOverwrite, ForumChannel, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.parse import read_document
from core.templates.documents.roles import DocumentRole
from core.templates.documents.text import to_json, to_yaml
from core.templates.example import EXAMPLE
from tests.builders.documents import documents


@given(documents())
def test_what_is_written_as_yaml_reads_back_as_the_same_document(document: Document) -> None:
    assert read_document(to_yaml(document), media="yaml") == document


@given(documents())
def test_what_is_written_as_json_reads_back_as_the_same_document(document: Document) -> None:
    assert read_document(to_json(document), media="json") == document


def test_yaml_has_a_fixed_layout() -> None:
    document = Document(
        guildwright=1,
        guild=DocumentGuild(name="Home", description=None),
        roles=(
            DocumentRole(key="mod", name="123", color="#00ff00", permissions=("kick_members", "ban_members")),
        ),
        channels=(
            Category(
                key="staff",
                name="Staff",
                overwrites=(DocumentOverwrite(role="everyone", deny=("view_channel",)),),
                channels=(TextChannel(key="talk", name="talk", overwrites="synced", topic="a: b\nc"),),
            ),
        ),
    )
    assert to_yaml(document) == (
        "guildwright: 1\n"
        "\n"
        "guild:\n"
        "  name: Home\n"
        "  description: null\n"
        "\n"
        "roles:\n"
        "  - key: mod\n"
        '    name: "123"\n'
        '    color: "#00ff00"\n'
        "    permissions: [kick_members, ban_members]\n"
        "\n"
        "channels:\n"
        "  - key: staff\n"
        "    type: category\n"
        "    name: Staff\n"
        "    overwrites:\n"
        "      - role: everyone\n"
        "        deny: [view_channel]\n"
        "    channels:\n"
        "      - key: talk\n"
        "        type: text\n"
        "        name: talk\n"
        "        overwrites: synced\n"
        '        topic: "a: b\\nc"\n'
    )


def test_long_permission_lists_are_wrapped_and_long_texts_are_not() -> None:
    text = to_yaml(read_document(EXAMPLE.read_bytes(), media="yaml"))
    everyone = text[text.index("everyone:") : text.index("roles:")]
    assert max(len(line) for line in everyone.splitlines()) <= 110
    assert len(everyone.splitlines()) > 3
    long = Document(guildwright=1, channels=(ForumChannel(key="f", name="f", topic="word " * 800 + "end"),))
    assert len(max(to_yaml(long).splitlines(), key=len)) > 4000
    assert read_document(to_yaml(long), media="yaml") == long


def test_what_is_not_said_is_not_written() -> None:
    assert to_yaml(Document(guildwright=1)) == "guildwright: 1\n"
    assert to_json(Document(guildwright=1)) == b'{\n  "guildwright": 1\n}'
