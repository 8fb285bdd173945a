"""The table of limits: values only, replaced as a whole.

Discord does not document its buckets and asks clients to read them from the headers. Profile ``discord`` holds what is
documented (50 calls a second, 10,000 invalid calls in ten minutes) and beside it what users measured and reported;
nothing may rely on the reported ones being exact. Profile ``free`` has the same buckets with limits nobody reaches.
"""

from typing import Annotated, Literal

import msgspec

from bot.simulator.shapes import JsonObject

Profile = Literal["free", "discord"]

_DAY = 86_400.0


class Quota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many calls in a window that begins with the first of them."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    seconds: Annotated[float, msgspec.Meta(gt=0)]


class Bucket(Quota, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Routes (``POST /guilds/{guild_id}/roles``) that share one hash, counted for each top-level resource."""

    routes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class SharedQuota(Bucket, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit of a resource whoever calls, scope ``shared``; ``of`` is the path parameter that names the resource."""

    of: str = "guild_id"


class LimitTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``ordinary`` is the bucket of a route that no other names. ``None`` is no limit.

    ``renames`` is the hidden limit on changes of a channel's name or topic. ``invalid`` answers of 401, 403 and 429
    block their address for ``ban_seconds``.
    """

    profile: str
    ordinary: Quota
    buckets: tuple[Bucket, ...]
    resources: tuple[SharedQuota, ...] = ()
    global_per_second: Annotated[int, msgspec.Meta(ge=1)] | None = None
    renames: Quota | None = None
    invalid: Quota | None = None
    ban_seconds: Annotated[float, msgspec.Meta(gt=0)] = 3600.0


def _bucket(count: int, seconds: float, *routes: str) -> Bucket:
    return Bucket(count=count, seconds=seconds, routes=routes)


_MEMBER = "/guilds/{guild_id}/members/{user_id}"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"

_REPORTED = (
    _bucket(250, 2 * _DAY, "POST /guilds/{guild_id}/roles"),
    _bucket(500, 2 * _DAY, "POST /guilds/{guild_id}/channels"),
    _bucket(10, 10.0, "PATCH /guilds/{guild_id}/channels"),
    _bucket(10, 10.0, "PATCH /guilds/{guild_id}/roles"),
    _bucket(10, 15.0, "PATCH /channels/{channel_id}"),
    _bucket(10, 15.0, "DELETE /channels/{channel_id}"),
    _bucket(10, 15.0, f"PUT {_OVERWRITE}", f"DELETE {_OVERWRITE}"),
    _bucket(5, 5.0, "POST /channels/{channel_id}/messages"),
    _bucket(5, 5.0, f"PATCH {_MESSAGE}"),
    _bucket(5, 1.0, f"DELETE {_MESSAGE}"),
    _bucket(10, 3600.0, f"POST {_MESSAGE}/crosspost"),
    _bucket(10, 10.0, f"PUT {_MEMBER}/roles/{{role_id}}", f"DELETE {_MEMBER}/roles/{{role_id}}"),
    _bucket(10, 10.0, f"PATCH {_MEMBER}"),
)
_WIDE, _WIDE_SECONDS = 1_000_000, 1.0

PROFILES: dict[str, LimitTable] = {
    "free": LimitTable(
        profile="free",
        ordinary=Quota(count=_WIDE, seconds=_WIDE_SECONDS),
        buckets=tuple(_bucket(_WIDE, _WIDE_SECONDS, *each.routes) for each in _REPORTED),
    ),
    "discord": LimitTable(
        profile="discord",
        ordinary=Quota(count=10, seconds=2.0),
        buckets=_REPORTED,
        resources=(SharedQuota(count=50, seconds=3600.0, routes=("POST /guilds/{guild_id}/emojis",)),),
        global_per_second=50,
        renames=Quota(count=2, seconds=600.0),
        invalid=Quota(count=10_000, seconds=600.0),
    ),
}


def read_table(body: JsonObject) -> LimitTable:
    """A table from JSON: the profile it names (``discord`` if none), with the keys that are given in its place.

    Raises ``msgspec.ValidationError`` for what is not a table, and ``ValueError`` for a route in two buckets.
    """
    base = PROFILES.get(str(body.get("profile", "discord")), PROFILES["discord"])
    found = msgspec.convert(msgspec.to_builtins(base) | body, LimitTable)
    routes = [route for bucket in found.buckets for route in bucket.routes]
    twice = sorted({route for route in routes if routes.count(route) > 1})
    if twice:
        raise ValueError(f"in more than one bucket: {', '.join(twice)}")
    return found
