"""Rules of a guild over HTTP: put, broken, measured by plans; and who sees what, now and planned."""

from typing import Any

import msgspec
from msgspec.structs import replace

from core.actor import SYSTEM
from core.discord.permissions import bits_of
from core.discord.types import Channel, Overwrite, Role, Snapshot
from core.guilds.schemas import MemberRoles
from core.uow import Database
from tests.api.people import someone
from tests.api.world import Api
from tests.builders.core import powers, snapshot, snowflake

CALM = {
    "rule": "never",
    "name": "calm",
    "roles": ["everyone"],
    "permissions": ["mention_everyone"],
}
STAFF_ONLY = {
    "rule": "only",
    "name": "staff only",
    "roles": ["Staff"],
    "permissions": ["view_channel"],
    "channels": ["mod-*"],
}


def lived_in() -> tuple[Snapshot, str, str]:
    """A guild with staff and a closed channel for them; also the two ids."""
    seen = snapshot(roles=0, channels=0)
    staff, log = snowflake(), snowflake()
    see = int(bits_of(["view_channel"]))
    everyone = replace(seen.everyone, permissions=see)
    others = tuple(role for role in seen.roles if role.id != seen.guild_id)
    return (
        replace(
            seen,
            roles=(*others, Role(id=staff, name="Staff", position=1), everyone),
            channels=(
                Channel(
                    id=log,
                    type="text",
                    name="mod-log",
                    overwrites=(
                        Overwrite("role", seen.guild_id, deny=see),
                        Overwrite("role", staff, allow=see),
                    ),
                ),
            ),
        ),
        staff,
        log,
    )


async def stored(database: Database, seen: Snapshot) -> str:
    async with database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
    return seen.guild_id


async def put(api: Api, guild: str, *rules: dict[str, Any], **headers: str) -> Any:
    return await api.client.put(
        f"/api/v1/guilds/{guild}/policies", json={"rules": list(rules)}, headers=headers
    )


async def plan_of(api: Api, guild: str, document: dict[str, Any]) -> dict[str, Any]:
    template = await api.template(document={"guildwright": 1, **document})
    made = await api.post(f"/guilds/{guild}/plans", json={"template_id": template["id"]})
    assert made.status_code == 201, made.json()
    return made.json()


async def test_rules_are_put_as_a_whole_and_say_where_they_are_broken(api: Api) -> None:
    seen, _, log = lived_in()
    guild = await stored(api.database, seen)
    assert (await api.get(f"/guilds/{guild}/policies")).json() == {
        "rules": [],
        "violations": [],
        "updated_at": None,
    }
    made = await put(api, guild, CALM, STAFF_ONLY)
    assert made.status_code == 200, made.json()
    assert made.json()["violations"] == []
    await stored(api.database, replace(seen, channels=(replace(seen.channels[0], overwrites=()),)))
    broken = await api.get(f"/guilds/{guild}/policies")
    assert [(v["rule"], v["role_id"], v["channel_id"]) for v in broken.json()["violations"]] == [
        ("staff only", guild, log)
    ]
    assert broken.headers["etag"] == made.headers["etag"]
    assert (await put(api, guild, **{"If-Match": made.headers["etag"]})).json()["rules"] == []
    stale = await put(api, guild, CALM, **{"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")


async def test_bad_rules_are_refused_each_with_its_pointer(api: Api) -> None:
    guild = await api.guild()
    refused = await put(api, guild, CALM, {**CALM, "permissions": ["fly"]})
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/rules/1/name", "duplicate_name"),
        ("/rules/1/permissions/0", "unknown_permission"),
    ]
    assert (await put(api, guild, {**CALM, "rule": "sometimes"})).status_code == 422
    assert (await api.get(f"/guilds/{guild}/policies")).json()["rules"] == []


async def test_a_plan_that_would_break_a_rule_cannot_be_applied(api: Api) -> None:
    seen, _, _ = lived_in()
    guild = await stored(api.database, seen)
    opened = {"channels": [{"key": "log", "type": "text", "name": "mod-log", "overwrites": []}]}
    before = await plan_of(api, guild, opened)
    assert before["blockers"] == []
    await put(api, guild, STAFF_ONLY)
    late = await api.post(f"/plans/{before['id']}/apply")
    assert (late.status_code, late.json()["code"]) == (409, "plan_blocked")
    plan = await plan_of(api, guild, opened)
    assert [(b["code"], b["node"]) for b in plan["blockers"]] == [("breaks_policy", "log")]
    new = {"channels": [{"key": "ban", "type": "text", "name": "mod-bans", "overwrites": []}]}
    assert [b["node"] for b in (await plan_of(api, guild, new))["blockers"]] == ["ban"]


async def test_what_is_broken_already_is_no_reason_against_a_plan(api: Api) -> None:
    seen, _, _ = lived_in()
    guild = await stored(api.database, replace(seen, channels=(replace(seen.channels[0], overwrites=()),)))
    await put(api, guild, STAFF_ONLY)
    plan = await plan_of(api, guild, {"roles": [{"key": "new", "name": "New"}]})
    assert plan["blockers"] == []
    assert "policy_broken" in {warning["code"] for warning in plan["warnings"]}


async def test_visibility_tells_who_sees_what_now_and_after_a_plan(api: Api) -> None:
    seen, staff, log = lived_in()
    guild = await stored(api.database, seen)
    path = f"/guilds/{guild}/visibility"
    (everybody,) = (await api.get(path)).json()["channels"]
    assert (everybody["id"], everybody["now"], everybody["planned"]) == (log, [], None)
    (theirs,) = (await api.get(f"{path}?role_id={staff}")).json()["channels"]
    assert theirs["now"] == ["view_channel"]
    plan = await plan_of(
        api,
        guild,
        {
            "roles": [{"key": "vip", "name": "VIP", "permissions": ["speak"]}],
            "channels": [
                {"key": "log", "type": "text", "name": "mod-log", "overwrites": []},
                {"key": "talk", "type": "voice", "name": "Talk"},
            ],
        },
    )
    seen_after = (await api.get(f"{path}?role_id=$vip&plan_id={plan['id']}")).json()
    assert (seen_after["now"], seen_after["planned"]) == (["view_channel"], ["view_channel", "speak"])
    rows = {row["name"]: (row["now"], row["planned"]) for row in seen_after["channels"]}
    assert rows == {"mod-log": ([], ["view_channel", "speak"]), "Talk": (None, ["view_channel"])}
    assert (await api.get(f"{path}?role_id=1")).status_code == 404
    await stored(api.database, replace(seen, channels=()))
    assert (await api.get(f"{path}?plan_id={plan['id']}")).json()["code"] == "plan_stale"


async def test_a_member_has_the_roles_that_were_last_kept_of_them(api: Api) -> None:
    seen, staff, _ = lived_in()
    guild = await stored(api.database, seen)
    path = f"/guilds/{guild}/visibility"
    owners = (await api.get(f"{path}?member_id={seen.owner_id}")).json()
    assert "administrator" in owners["now"]
    unknown = await api.get(f"{path}?member_id=42")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/member_id")
    assert "capture the guild with `members: true`" in unknown.json()["detail"]
    for roles in ((), (staff, "7")):
        async with api.database.unit() as unit:
            kept = await unit.snapshots.keep(
                SYSTEM, seen, reason="capture", members=(MemberRoles("42", roles), MemberRoles("43"))
            )
    theirs = (await api.get(f"{path}?member_id=42")).json()
    assert theirs["role_ids"] == [staff]
    assert theirs["roles_seen_at"] == msgspec.to_builtins(kept.created_at)
    assert theirs["channels"][0]["now"] == ["view_channel"]
    said = (await api.get(f"{path}?member_id=42&role_id={guild}")).json()
    assert (said["role_ids"], said["roles_seen_at"], said["channels"][0]["now"]) == ([], None, [])
    assert (await api.get(f"{path}?member_id=44")).status_code == 422


async def test_a_member_whose_access_is_kept_has_the_roles_of_now_whatever_a_capture_says(api: Api) -> None:
    seen, staff, _ = lived_in()
    guild = await stored(api.database, seen)
    everyone = seen.everyone.permissions
    person = await someone(api)
    path = f"/guilds/{guild}/visibility?member_id={person.user_id}"
    async with api.database.unit() as unit:
        captured = (MemberRoles(person.user_id, (staff,)),)
        await unit.snapshots.keep(SYSTEM, seen, reason="capture", members=captured)
    assert (await api.get(path)).json()["role_ids"] == [staff]
    await person.is_in(guild, everyone)
    now = (await api.get(path)).json()
    assert (now["role_ids"], now["channels"][0]["now"]) == ([], [])
    await person.is_in(guild, everyone, role_ids=(staff, "7"))
    now = (await api.get(path)).json()
    assert (now["role_ids"], now["channels"][0]["now"]) == ([staff], ["view_channel"])
    seen_at = await api.scalar("SELECT seen_at FROM memberships")
    assert now["roles_seen_at"] == msgspec.to_builtins(seen_at)


async def test_what_a_login_tells_of_a_member_is_not_taken_for_having_no_roles(api: Api) -> None:
    """Until the bot has looked, what they may is known and their roles are not."""
    seen, staff, _ = lived_in()
    guild = await stored(api.database, seen)
    person = await someone(api)
    path = f"/guilds/{guild}/visibility?member_id={person.user_id}"
    await person.is_in(guild, seen.everyone.permissions | int(bits_of(["kick_members"])))
    assert (await api.get(path)).status_code == 422
    async with api.database.unit() as unit:
        captured = (MemberRoles(person.user_id, (staff,)),)
        await unit.snapshots.keep(SYSTEM, seen, reason="capture", members=captured)
    assert (await api.get(path)).json()["role_ids"] == [staff]


async def test_what_breaks_a_rule_by_hand_is_audited_once_and_told(api: Api) -> None:
    seen, _, _ = lived_in()
    guild = await stored(api.database, seen)
    await put(api, guild, STAFF_ONLY)
    await api.client.patch(
        f"/api/v1/guilds/{guild}/settings",
        json={"drift": "alert", "drift_channel_id": seen.channels[0].id},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    opened = replace(seen, channels=(replace(seen.channels[0], overwrites=()),))
    async with api.database.unit() as unit:
        assert len(await unit.policies.note_change(guild, seen, opened)) == 1
        assert await unit.policies.note_change(guild, opened, opened) == ()
    jobs = (await api.get(f"/jobs?guild_id={guild}&kind=message.send")).json()["items"]
    assert ["staff only" in job["payload"]["content"] for job in jobs] == [True]


async def test_a_rule_that_is_put_after_an_apply_was_asked_for_stops_it_all_the_same(api: Api) -> None:
    seen, _, _ = lived_in()
    guild = await stored(api.database, seen)
    opened = {"channels": [{"key": "log", "type": "text", "name": "mod-log", "overwrites": []}]}
    asked = await api.post(f"/plans/{(await plan_of(api, guild, opened))['id']}/apply")
    assert asked.status_code == 202
    await put(api, guild, STAFF_ONLY)
    await api.work()
    job = (await api.get(f"/jobs/{asked.json()['id']}")).json()
    assert (job["state"], job["error"]["code"]) == ("failed", "plan_blocked")
    assert "staff only" in job["error"]["message"]
