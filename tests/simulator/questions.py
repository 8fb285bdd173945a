"""Calls whose fate the oracle can tell: what each needs, in the guild or in a channel, and whom it must outrank.

0 is a success, 50001 an unseen channel, 50013 a missing permission or a rank that is too low. What is needed: Discord
docs, at each endpoint.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.simulator.state import Channel, Guild, Member, Role
from bot.simulator.world import World
from tests.simulator import oracle
from tests.simulator.oracle import Person, Place, Realm, Sight
from tests.simulator.realms import person_of, place_of, realm_of

MANAGE_GUILD, VIEW_AUDIT_LOG, MANAGE_MESSAGES = 1 << 5, 1 << 7, 1 << 13
CHANGE_NICKNAME, MANAGE_NICKNAMES, MODERATE_MEMBERS = 1 << 26, 1 << 27, 1 << 40
MUTE_MEMBERS, DEAFEN_MEMBERS = 1 << 22, 1 << 23
OK, UNSEEN, FORBIDDEN = 0, 50001, 50013


@dataclass(slots=True)
class Scene:
    """The bot in a guild, and the channel, role and other member a call is about."""

    guild: Guild
    channel: Channel
    role: Role
    other: Member
    realm: Realm
    me: Person
    them: Person
    place: Place

    @staticmethod
    def choose(world: World, guild: Guild, chance: Random) -> "Scene":
        now, bot_id = world.clock.now(), world.application.bot_id
        channel = chance.choice(list(guild.channels.values()))
        role = chance.choice([each for each in guild.roles.values() if each.id != guild.id])
        other = chance.choice([each for each in guild.members.values() if each.user_id != bot_id])
        return Scene(
            guild=guild,
            channel=channel,
            role=role,
            other=other,
            realm=realm_of(guild),
            me=person_of(guild.members[bot_id], now),
            them=person_of(other, now),
            place=place_of(channel),
        )

    def told(self) -> str:
        return f"{self.realm} {self.me} {self.them} {self.place} {self.role}"

    def may(self, bit: int) -> bool:
        return oracle.in_guild(self.realm, self.me, bit)

    def outranks_role(self) -> bool:
        mine = oracle.height(self.realm, self.me)
        return self.me.id == self.realm.owner or oracle.role_height(self.realm, self.role.id) < mine

    def outranks_them(self) -> bool:
        if self.them.id == self.realm.owner:
            return False
        return oracle.height(self.realm, self.them) < oracle.height(self.realm, self.me)


Call = tuple[str, str, Any]


@dataclass(slots=True, frozen=True)
class Question:
    name: str
    call: Callable[[Scene], Call]
    answer: Callable[[Scene], int]
    outcomes: tuple[int, ...] = (OK, FORBIDDEN)


def _in_channel(bit: int) -> Callable[[Scene], int]:
    def answer(scene: Scene) -> int:
        sight = Sight(scene.realm, scene.me, scene.place)
        if not sight.may(oracle.VIEW_CHANNEL):
            return UNSEEN
        return OK if sight.may(bit) else FORBIDDEN

    return answer


def _in_guild(bit: int, rank: Callable[[Scene], bool] = lambda _: True) -> Callable[[Scene], int]:
    return lambda scene: OK if scene.may(bit) and rank(scene) else FORBIDDEN


def _can_be_silenced(scene: Scene) -> bool:
    return scene.outranks_them() and not oracle.is_exempt(scene.realm, scene.them)


def _channel(method: str, end: str = "", body: Any = None) -> Callable[[Scene], Call]:
    return lambda scene: (method, f"/channels/{scene.channel.id}{end.format(scene=scene)}", body)


def _guild(method: str, end: str = "", body: Any = None) -> Callable[[Scene], Call]:
    return lambda scene: (method, f"/guilds/{scene.guild.id}{end.format(scene=scene)}", body)


def _silence(scene: Scene) -> Call:
    """A moment that is not yet that of their timeout."""
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    path = f"/guilds/{scene.guild.id}/members/{scene.other.user_id}"
    return "PATCH", path, {"communication_disabled_until": until}


def _rename(scene: Scene) -> Call:
    nick = f"n{len(scene.other.nick or '')}"
    return "PATCH", f"/guilds/{scene.guild.id}/members/{scene.other.user_id}", {"nick": nick}


_ALL_THREE = (OK, UNSEEN, FORBIDDEN)
_ROLE, _MEMBER = "/roles/{scene.role.id}", "/members/{scene.other.user_id}"
QUESTIONS = (
    Question("read a channel", _channel("GET"), _in_channel(oracle.VIEW_CHANNEL), (OK, UNSEEN)),
    Question(
        "edit a channel",
        _channel("PATCH", body={"nsfw": True}),
        _in_channel(oracle.MANAGE_CHANNELS),
        _ALL_THREE,
    ),
    Question(
        "send",
        _channel("POST", "/messages", {"content": "aye"}),
        _in_channel(oracle.SEND_MESSAGES),
        _ALL_THREE,
    ),
    Question("type", _channel("POST", "/typing"), _in_channel(oracle.SEND_MESSAGES), _ALL_THREE),
    Question(
        "overwrite",
        _channel("PUT", "/permissions/{scene.role.id}", {"type": 0, "allow": "0", "deny": "0"}),
        _in_channel(oracle.MANAGE_ROLES),
        _ALL_THREE,
    ),
    Question("make a role", _guild("POST", "/roles", {"permissions": "0"}), _in_guild(oracle.MANAGE_ROLES)),
    Question(
        "edit a role",
        _guild("PATCH", _ROLE, {"hoist": True}),
        _in_guild(oracle.MANAGE_ROLES, Scene.outranks_role),
    ),
    Question(
        "give a role",
        _guild("PUT", f"{_MEMBER}{_ROLE}"),
        _in_guild(oracle.MANAGE_ROLES, Scene.outranks_role),
    ),
    Question("make a channel", _guild("POST", "/channels", {"name": "c"}), _in_guild(oracle.MANAGE_CHANNELS)),
    Question("edit the guild", _guild("PATCH", body={"description": "d"}), _in_guild(MANAGE_GUILD)),
    Question("read the audit log", _guild("GET", "/audit-logs"), _in_guild(VIEW_AUDIT_LOG)),
    Question("rename somebody", _rename, _in_guild(MANAGE_NICKNAMES, Scene.outranks_them)),
    Question("time somebody out", _silence, _in_guild(MODERATE_MEMBERS, _can_be_silenced)),
)
