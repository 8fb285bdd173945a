"""The application behind the bot, and the team that may own it."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject

INVITED, ACCEPTED = 1, 2
PRESENCE_LIMITED, MEMBERS_LIMITED, MESSAGE_CONTENT_LIMITED = 1 << 13, 1 << 15, 1 << 19
PUBLIC_OAUTH2_CLIENT = 1 << 8
TEAM_PSEUDO_USER = 1 << 10
COMMAND_BADGE = 1 << 23


@dataclass(slots=True, frozen=True)
class TeamMember:
    """``role`` is admin, developer or read_only; ``state`` INVITED or ACCEPTED."""

    user_id: int
    role: str = "admin"
    state: int = ACCEPTED


@dataclass(slots=True, frozen=True)
class Team:
    """Its owner is among the members; its id is also that of the pseudo-user that owns the application."""

    id: int
    name: str
    owner_id: int
    members: tuple[TeamMember, ...]


@dataclass(slots=True)
class Application:
    """The one application, its bot and its owner. ``flags`` say which privileged intents its portal page allows.

    ``install`` holds scopes and permissions by installation context ("0" guilds, "1" users), in the shape they are
    answered in; ``install_params`` is the older form of the same, which people are asked for where neither is given.
    """

    id: int
    bot_id: int
    owner_id: int
    client_secret: str
    verify_key: str
    name: str = "Simulated"
    description: str = ""
    icon: str | None = None
    cover_image: str | None = None
    flags: int = PRESENCE_LIMITED | MEMBERS_LIMITED | MESSAGE_CONTENT_LIMITED
    tags: list[str] = field(default_factory=list[str])
    bot_public: bool = True
    bot_require_code_grant: bool = False
    redirect_uris: list[str] = field(default_factory=list[str])
    custom_install_url: str | None = None
    install_params: JsonObject | None = field(default_factory=lambda: dict[str, object](DEFAULT_INSTALL))
    install: dict[str, JsonObject] = field(default_factory=lambda: dict[str, JsonObject]({"0": {}}))
    role_connections_verification_url: str | None = None
    explicit_content_filter: int = 0
    max_participants: int | None = None
    event_webhooks_types: list[str] = field(default_factory=list[str])
    team: Team | None = None


DEFAULT_INSTALL: JsonObject = {"scopes": ["applications.commands", "bot"], "permissions": "8"}
