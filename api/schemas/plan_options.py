"""What an asker decides about a plan, as HTTP shows it."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Snowflake
from core.templates import options as core
from core.templates.plan import PlanOptions

Mode: TypeAlias = Literal["merge", "exact"]
Part: TypeAlias = Literal[
    "guild",
    "roles",
    "channels",
    "emojis",
    "stickers",
    "webhooks",
    "automod",
    "onboarding",
    "welcome_screen",
    "events",
]
Extra: TypeAlias = Literal["delete", "keep"]
MaxDeletes: TypeAlias = Annotated[
    int, Meta(ge=0, le=750, description="A plan that deletes more than this is blocked.")
]
Mappings: TypeAlias = Annotated[
    dict[str, Annotated[str, Meta(pattern="^([0-9]{1,20}|new)$")]],
    Meta(
        max_length=1000,
        description="Answers to a plan's questions: by a node's key the id of what it is here, or `new` for none of "
        "the candidates.",
    ),
]
Protected: TypeAlias = Annotated[
    tuple[Snowflake, ...],
    Meta(
        max_length=750,
        description="Ids of roles and channels that are not edited, moved or deleted, beside those that the guild "
        "protects from all plans.",
    ),
]


class PlanExtras(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `exact` does with what the document does not name. `archive` moves channels into a category that only staff
    sees; `delete` needs `confirm_destructive`."""

    channels: Literal["archive", "delete", "keep"] = "archive"
    roles: Extra = "keep"
    emojis: Extra = "keep"
    stickers: Extra = "keep"
    webhooks: Extra = "keep"
    automod: Extra = "keep"
    events: Extra = "keep"


class PlanArchive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where archived channels go."""

    name: Annotated[str, Meta(min_length=1, max_length=96, pattern=r"\S")] = "Archive"
    staff: Annotated[
        Annotated[tuple[str, ...], Meta(max_length=90)] | None,
        Meta(
            description="Keys or ids of the roles that see it beside administrators; null for those that may manage "
            "channels or the server."
        ),
    ] = None


class PlanSelection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Only these parts of the document: whole kinds, and nodes by key, a category with its children."""

    kinds: tuple[Part, ...] = ()
    nodes: Annotated[tuple[str, ...], Meta(max_length=1000)] = ()


class PlanChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`merge` leaves alone what the document does not name; `exact` does with it as `extras` say."""

    mode: Mode = "merge"
    extras: PlanExtras = PlanExtras()
    archive: PlanArchive = PlanArchive()
    confirm_destructive: bool = False
    max_deletes: MaxDeletes = 750
    only: PlanSelection | None = None
    protected: Protected = ()


def options_of(wanted: PlanChoices, mappings: dict[str, str] | None = None) -> PlanOptions:
    only = wanted.only
    return PlanOptions(
        mode=wanted.mode,
        extras=core.Extras(**msgspec.structs.asdict(wanted.extras)),
        archive=core.ArchiveOptions(name=wanted.archive.name, staff=wanted.archive.staff),
        confirm_destructive=wanted.confirm_destructive,
        max_deletes=wanted.max_deletes,
        mappings=mappings or {},
        only=None if only is None else core.Only(kinds=only.kinds, nodes=only.nodes),
        protected=wanted.protected,
    )


def extras_of(options: PlanOptions) -> PlanExtras:
    return PlanExtras(**msgspec.structs.asdict(options.extras))


def archive_of(options: PlanOptions) -> PlanArchive:
    return PlanArchive(name=options.archive.name, staff=options.archive.staff)


def selection_of(options: PlanOptions) -> PlanSelection | None:
    only = options.only
    return None if only is None else PlanSelection(kinds=only.kinds, nodes=only.nodes)
