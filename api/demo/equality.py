"""Whether a guild is what a document says, and whether two guilds are alike. The demo's own judgement.

It shares nothing with the code that made the plan: had that overlooked something, the same mistake would not be made
here again. Every difference is a sentence.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from api.demo.answers import Notice, Plan, PlanNode
from api.demo.permissions import bits_of
from api.demo.pictures import VOICE_LIKE, Overwrites, Picture, Thing

Json: TypeAlias = Mapping[str, Any]

_SUPPRESSIBLE = (
    "join_notifications",
    "premium_subscriptions",
    "guild_reminder_notifications",
    "join_notification_replies",
    "role_subscription_purchase_notifications",
    "role_subscription_purchase_notification_replies",
)
_POINTERS = frozenset({"afk_channel", "system_channel", "rules_channel", "updates_channel", "safety_channel"})
_COLORS = frozenset({"color", "secondary_color", "tertiary_color"})
_LOWER_CASED = frozenset({"text", "announcement", "forum", "media"})
_NOT_FIELDS = frozenset({"key", "name", "type", "overwrites", "channels", "managed"})
# What Discord takes for a value that was never set.
_UNSET_MEANS: Mapping[str, object] = {"topic": "", "description": "", "auto_archive": 1440}
# What a plan may leave out of the document, if it says so in a warning about that node, or about the guild.
_EXCUSED_BY: Mapping[str, frozenset[str]] = {
    "bitrate_too_high": frozenset({"bitrate"}),
    "feature_missing": frozenset({"unicode_emoji", "secondary_color", "tertiary_color"}),
    "not_community": frozenset({"rules_channel", "updates_channel", "safety_channel"}),
    "community_protection": frozenset({"verification_level", "content_filter"}),
}


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """That a guild is as a document says: `ids` are what the document's keys became, `plan` what was to be done."""

    document: dict[str, Any]
    plan: Plan
    ids: dict[str, str]


def differences_from(claim: Claim, picture: Picture) -> list[str]:
    """Nothing, or one sentence for each thing that is not as claimed."""
    return [f"{picture.witness}: {difference}" for difference in _Judge(claim, picture).differences()]


def differences_between(before: Picture, after: Picture) -> list[str]:
    """Of two pictures of one guild by one witness. Ids may differ: what was deleted comes back as something new."""
    found = [
        f"{name} was {value!r} and is {after_value!r}"
        for name, value, after_value in _unequal(_settled(before), _settled(after))
    ]
    found += _lists_differ("roles", _described_roles(before), _described_roles(after))
    found += _lists_differ("channels", _described_channels(before), _described_channels(after))
    return [f"{before.witness}: {difference}" for difference in found]


class _Judge:
    def __init__(self, claim: Claim, picture: Picture) -> None:
        self._document = claim.document
        self._plan = claim.plan
        self._picture = picture
        self._roles = {role.id: role for role in picture.roles}
        self._channels = {channel.id: channel for channel in picture.channels}
        self._excuses = _excuses(claim.plan.warnings)
        self._missing = {n.node for n in claim.plan.warnings if n.code == "managed_role_missing"}
        self._ids = {**claim.ids, "everyone": picture.guild_id}

    def differences(self) -> Iterator[str]:
        yield from self._settings()
        yield from self._role_list()
        yield from self._channel_list(self._document.get("channels", ()), None)
        yield from self._extras()

    def _settings(self) -> Iterator[str]:
        said = dict(self._document.get("guild", {}))
        held = dict(self._picture.settings)
        if "suppress" in said:
            bits = sum(1 << _SUPPRESSIBLE.index(word) for word in said.pop("suppress"))
            said["system_channel_flags"] = bits
            held["system_channel_flags"] &= (1 << len(_SUPPRESSIBLE)) - 1
        for name in _POINTERS & said.keys():
            said[name] = self._ids.get(said[name]) if said[name] else None
        yield from self._fields("the server", None, said, held)

    def _role_list(self) -> Iterator[str]:
        everyone = self._document.get("everyone", {}).get("permissions")
        if everyone is not None and bits_of(everyone) != self._picture.everyone:
            yield "@everyone has other permissions than the document says"
        found: list[Thing] = []
        for node in self._document.get("roles", ()):
            role = self._roles.get(self._ids.get(node["key"], ""))
            if role is not None:
                found.append(role)
                yield from self._role(node, role)
            elif node["key"] not in self._missing:
                yield f"there is no role for `{node['key']}`"
        yield from _order("roles", found, self._picture.roles)

    def _role(self, node: Json, role: Thing) -> Iterator[str]:
        if role.name.strip() != node["name"].strip():
            yield f"{role.label} should be called “{node['name']}”"
        said = {name: value for name, value in node.items() if name not in _NOT_FIELDS}
        for name in _COLORS & said.keys():
            said[name] = int(said[name][1:], 16) if said[name] else None
        if "permissions" in said:
            said["permissions"] = bits_of(said["permissions"])
        yield from self._fields(role.label, node["key"], said, role.said)

    def _channel_list(self, nodes: Collection[Json], category: Thing | None) -> Iterator[str]:
        found: list[Thing] = []
        for node in nodes:
            channel = self._channels.get(self._ids.get(node["key"], ""))
            if channel is None:
                yield f"there is no channel for `{node['key']}`"
                continue
            found.append(channel)
            yield from self._channel(node, channel, category)
            yield from self._channel_list(node.get("channels", ()), channel)
        for bucket in _buckets(found):
            yield from _order("channels", bucket, self._picture.channels)

    def _channel(self, node: Json, channel: Thing, category: Thing | None) -> Iterator[str]:
        if channel.name != kept_name(node["name"], node["type"]):
            yield f"{channel.label} should be called “{node['name']}”"
        if channel.type != node["type"]:
            yield f"{channel.label} should be of type {node['type']}"
        if channel.parent != (category and category.id):
            yield f"{channel.label} should be in {category.label if category else 'no category'}"
        wanted = self._overwrites(node.get("overwrites"), category)
        if wanted is not None and wanted != channel.overwrites:
            yield f"{channel.label} has other overwrites than the document says: {self._unlike(wanted, channel)}"
        said = {name: value for name, value in node.items() if name not in _NOT_FIELDS}
        if "tags" in said:
            said["tags"] = [(t["name"], t.get("moderated", False), t.get("emoji")) for t in said["tags"]]
        yield from self._fields(channel.label, node["key"], said, channel.said)

    def _overwrites(self, said: Any, category: Thing | None) -> Overwrites | None:
        """None where the document leaves it open."""
        if said is None or said == "synced":
            return category.overwrites if said and category else None
        wanted = {
            (
                "member" if entry.get("member") else "role",
                entry.get("member") or self._ids.get(entry["role"], ""),
                bits_of(entry.get("allow", ())),
                bits_of(entry.get("deny", ())),
            )
            for entry in said
            if entry.get("role") not in self._missing
        }
        return frozenset(entry for entry in wanted if entry[2] or entry[3])

    def _unlike(self, wanted: Overwrites, channel: Thing) -> str:
        names = {role.id: role.name for role in self._picture.roles} | {self._picture.guild_id: "everyone"}
        subjects = {names.get(entry[1], entry[1]) for entry in wanted ^ channel.overwrites}
        return ", ".join(sorted(subjects))

    def _fields(self, label: str, key: str | None, said: Json, held: Json) -> Iterator[str]:
        excused = self._excuses.get(key, frozenset())
        for name, wanted, present in _unequal(said, held, only_said=True):
            if name not in excused:
                yield f"`{name}` of {label} is {present!r}, the document says {wanted!r}"

    def _extras(self) -> Iterator[str]:
        """What the document does not name is gone, or the plan says why not."""
        named = {*self._ids.values(), *_kept_with_reason(self._plan)}
        for role in self._picture.roles:
            if role.id not in named and not role.managed:
                yield f"{role.label} is still there"
        for channel in self._picture.channels:
            if channel.id not in named:
                yield f"{channel.label} is still there"


def kept_name(name: str, kind: str) -> str:
    """As Discord writes it: names of text-like channels are lower-case, with dashes for spaces."""
    if kind not in _LOWER_CASED:
        return name.strip()
    words = "-".join(name.strip().lower().split())
    while "--" in words:
        words = words.replace("--", "-")
    return words


def nodes_of(tree: Collection[PlanNode]) -> Iterator[PlanNode]:
    """All nodes of a plan's tree, parents first."""
    for node in tree:
        yield node
        yield from nodes_of(node.children)


def _kept_with_reason(plan: Plan) -> Iterator[str]:
    """Ids of what the document does not name and the plan keeps, if a warning names it."""
    reasons = " ".join(n.message for n in plan.warnings if n.code in ("role_kept", "channel_kept"))
    for node in nodes_of(plan.tree):
        is_unnamed = node.key is None and node.action in ("keep", "move")
        if is_unnamed and node.id is not None and node.name in reasons:
            yield node.id


def _excuses(warnings: Collection[Notice]) -> dict[str | None, frozenset[str]]:
    excuses: dict[str | None, frozenset[str]] = {}
    for notice in warnings:
        excuses[notice.node] = excuses.get(notice.node, frozenset()) | _EXCUSED_BY.get(
            notice.code, frozenset()
        )
    return excuses


def _order(what: str, wanted: Collection[Thing], shown: Collection[Thing]) -> Iterator[str]:
    """Only the order of those that are wanted matters."""
    ids = [thing.id for thing in wanted]
    present = [thing.id for thing in shown if thing.id in set(ids)]
    for wanted_id, thing in zip(ids, (t for t in shown if t.id in set(ids)), strict=True):
        if wanted_id != thing.id:
            place = present.index(thing.id) + 1
            yield f"the {what} are in another order than the document's, beginning with “{thing.name}” at {place}"
            return


def _buckets(channels: Collection[Thing]) -> Iterator[list[Thing]]:
    """Discord's client never mixes these."""
    yield [c for c in channels if c.type != "category" and c.type not in VOICE_LIKE]
    yield [c for c in channels if c.type in VOICE_LIKE]
    yield [c for c in channels if c.type == "category"]


def _unequal(one: Json, other: Json, *, only_said: bool = False) -> Iterator[tuple[str, Any, Any]]:
    for name in one if only_said else {**one, **other}:
        left, right = one.get(name), other.get(name)
        unset = _UNSET_MEANS.get(name)
        if (unset if left is None else left) != (unset if right is None else right):
            yield name, left, right


# Two pictures


def _settled(picture: Picture) -> dict[str, Any]:
    """Settings with places for ids: a channel that came back is at its place under another id."""
    places = {channel.id: place for place, channel in enumerate(picture.channels)}
    settings: dict[str, Any] = dict(picture.settings) | {"permissions of @everyone": picture.everyone}
    for name in _POINTERS:
        settings[name] = places.get(settings[name] or "")
    return settings


def _described_roles(picture: Picture) -> list[Json]:
    return [{"name": role.name, "managed": role.managed, **role.said} for role in picture.roles]


def _described_channels(picture: Picture) -> list[Json]:
    """With the ranks of roles and the places of categories instead of ids."""
    ranks = {role.id: str(rank) for rank, role in enumerate(picture.roles)}
    places = {channel.id: place for place, channel in enumerate(picture.channels)}
    return [
        {
            "name": channel.name,
            "type": channel.type,
            "category": None if channel.parent is None else places.get(channel.parent),
            "overwrites": {
                (kind, ranks.get(subject, subject), allow, deny)
                for kind, subject, allow, deny in channel.overwrites
            },
            **channel.said,
        }
        for channel in picture.channels
    ]


def _lists_differ(what: str, before: list[Json], after: list[Json]) -> Iterator[str]:
    if len(before) != len(after):
        names = {thing["name"] for thing in before} ^ {thing["name"] for thing in after}
        yield f"there were {len(before)} {what} and there are {len(after)}: {', '.join(sorted(names))}"
        return
    for place, (one, other) in enumerate(zip(before, after, strict=True), start=1):
        for name, was, is_now in _unequal(one, other):
            yield f"{what} at {place}, “{one['name']}”: {name} was {was!r} and is {is_now!r}"
