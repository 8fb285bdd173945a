"""A plan: what `diff` found out, as values. Nothing here reads, decides or writes.

A `Ref` is a Discord id (digits), or `$key` for the node of the document that a step of the same plan creates.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from core.discord.gateway import ChannelFields, Made, RoleFields, SettingsFields
from core.discord.resources import Onboarding, ResourceFields, ResourceKind, WelcomeScreen
from core.discord.types import Snowflake
from core.templates.options import ArchiveOptions, Extras, Only

Ref: TypeAlias = str
Mode = Literal["merge", "exact"]
Action = Literal["keep", "create", "edit", "move", "archive", "delete"]
Pass = Literal["final", "meet"]
NodeKind: TypeAlias = Literal["guild", "onboarding", "welcome_screen"] | Made


def ref_to(key: str) -> Ref:
    """The reference to a node that has no id yet."""
    return f"${key}"


def deletes_of(plan: "Plan") -> frozenset[Snowflake]:
    """The ids of everything that the plan deletes."""
    return frozenset(deleted for step in plan.steps if (deleted := deleted_by(step)))


def deleted_by(step: "Step") -> Snowflake | None:
    match step:
        case DeleteRole(role_id=deleted) | DeleteChannel(channel_id=deleted):
            return deleted
        case DeleteResource(resource_id=deleted):
            return deleted
        case _:
            return None


def written_by(steps: "tuple[Step, ...]") -> frozenset[Snowflake]:
    """The ids of existing roles and channels that are edited or deleted; being listed in an order call is neither."""
    return frozenset(
        step.role_id if isinstance(step, EditRole | DeleteRole) else step.channel_id
        for step in steps
        if isinstance(step, EditRole | DeleteRole | EditChannel | DeleteChannel)
    )


def node_of(step_id: str) -> str | None:
    """The key of the node that a create step makes; None for every other step."""
    what, _, key = step_id.partition(":")
    return key if key and what.startswith("create_") else None


NEW = "new"


_DELETES = ("delete_role", "delete_channel", "delete_resource")


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`merge` leaves alone what the document does not name; `exact` does with it as `extras` say. Deleting needs
    `confirm_destructive` and is refused above `max_deletes`.

    `mappings` answer questions: which existing object a node is, or `NEW` for none of those that could be meant; what
    is bound already stays bound. `only` restricts the plan to parts of the document. What is `protected` (ids of roles
    and channels) is never edited, moved or deleted. With `members` a rollback is followed by a job that gives members
    their roles back.
    """

    mode: Mode = "merge"
    extras: Extras = Extras()
    archive: ArchiveOptions = ArchiveOptions()
    confirm_destructive: bool = False
    max_deletes: Annotated[int, Meta(ge=0, le=750)] = 750
    mappings: dict[str, Snowflake] = {}
    only: Only | None = None
    protected: tuple[Snowflake, ...] = ()
    members: bool = False


class EditGuild(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_guild"):
    id: str
    title: str
    fields: SettingsFields


class CreateRole(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="create_role"):
    """`key` is the document's node."""

    id: str
    title: str
    key: str
    fields: RoleFields


class EditRole(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_role"):
    """`written` is `meet` for the tighter first write of a role that must be written twice (law 6)."""

    id: str
    title: str
    role_id: Snowflake
    fields: RoleFields
    written: Pass = "final"


class DeleteRole(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete_role"):
    id: str
    title: str
    role_id: Snowflake


class OrderRoles(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="order_roles"):
    id: str
    title: str
    positions: dict[Ref, int]


class CreateChannel(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="create_channel"):
    """`fields.parent_id` and the ids of `fields.overwrites` are `Ref`s."""

    id: str
    title: str
    key: str
    fields: ChannelFields


class EditChannel(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_channel"):
    """Refs as in `CreateChannel`."""

    id: str
    title: str
    channel_id: Snowflake
    fields: ChannelFields
    written: Pass = "final"


class DeleteChannel(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete_channel"):
    id: str
    title: str
    channel_id: Snowflake


class OrderChannels(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="order_channels"):
    id: str
    title: str
    positions: dict[Ref, int]


class CreateResource(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="create_resource"):
    """An emoji, sticker, webhook, AutoMod rule or scheduled event; every id in `fields` is a `Ref`, an emoji's too."""

    id: str
    title: str
    key: str
    fields: ResourceFields


class EditResource(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_resource"):
    """Refs as in `CreateResource`."""

    id: str
    title: str
    resource_id: Snowflake
    fields: ResourceFields


class DeleteResource(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete_resource"):
    id: str
    title: str
    kind: ResourceKind
    resource_id: Snowflake


class SetOnboarding(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="set_onboarding"):
    """Refs as in `CreateResource`."""

    id: str
    title: str
    onboarding: Onboarding


class SetWelcomeScreen(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="set_welcome_screen"):
    """Refs as in `CreateResource`."""

    id: str
    title: str
    screen: WelcomeScreen


Step: TypeAlias = (
    EditGuild
    | CreateRole
    | EditRole
    | DeleteRole
    | OrderRoles
    | CreateChannel
    | EditChannel
    | DeleteChannel
    | OrderChannels
    | CreateResource
    | EditResource
    | DeleteResource
    | SetOnboarding
    | SetWelcomeScreen
)


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A warning or a blocker: the node it is about, the rule, and in the message what to do."""

    code: str
    message: str
    node: str | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Something that exists and could be meant. `place` is in words."""

    id: Snowflake
    name: str
    place: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Several nodes or several objects share what they are known by: `PlanOptions.mappings` has to tell, of each node,
    which of the candidates it is. Until then nothing is planned for these nodes."""

    kind: Made
    nodes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    message: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field as people read it."""

    field: str
    before: str | None
    after: str | None


class PlanNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The plan as a tree to look at: the guild, its roles highest first, its channels by category, then the rest."""

    kind: NodeKind
    action: Action
    name: str
    key: str | None = None
    id: Snowflake | None = None
    type: str | None = None
    changes: tuple[Change, ...] = ()
    children: tuple["PlanNode", ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`steps` in the order to do them. `matched` maps document keys to existing ids. `calls` is the number of Discord
    calls, `expected_seconds` what they take. Equal plans have equal `hash`es. While there are `questions`, nothing that
    could be the answer is deleted."""

    steps: tuple[Step, ...]
    tree: tuple[PlanNode, ...]
    warnings: tuple[Notice, ...]
    blockers: tuple[Notice, ...]
    matched: dict[str, Snowflake]
    calls: int
    expected_seconds: float
    hash: str
    questions: tuple[Question, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the guild already is as the document wants it."""
        return not self.steps

    @property
    def is_destructive(self) -> bool:
        """Whether something is deleted."""
        return any(type(step).__struct_config__.tag in _DELETES for step in self.steps)


def nodes_in(tree: Iterable[PlanNode]) -> list[PlanNode]:
    """All of them, each before its children."""
    nodes: list[PlanNode] = []
    for node in tree:
        nodes.append(node)
        if node.children:
            nodes += nodes_in(node.children)
    return nodes
