"""What people may over HTTP, by what they are in a guild."""

from typing import Any

import pytest

from core.discord.permissions import Permission
from tests.api.people import ADMIN, MODERATOR, Someone, someone
from tests.api.world import Api

FROM: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "user": [("GET", "", {})],
    "moderator": [
        ("GET", "/settings", {}),
        ("GET", "/structure", {}),
        ("GET", "/snapshots", {}),
        ("GET", "/policies", {}),
    ],
    "admin": [
        ("GET", "/audit", {}),
        ("GET", "/callbacks", {}),
        ("PATCH", "/settings", {"json": {"approval_required": True}}),
        ("PUT", "/policies", {"json": {"rules": []}}),
    ],
    "owner": [("POST", "/approval", {"json": {"decision": "suspended"}})],
}
BITS = {"user": 0, "moderator": MODERATOR, "admin": ADMIN}
ORDER = list(FROM)


@pytest.mark.parametrize("role", ["stranger", *BITS])
async def test_each_role_may_what_it_reaches_and_nothing_more(api: Api, role: str) -> None:
    guild_id = await api.guild()
    person = await someone(api, guild_id=guild_id if role in BITS else None, bits=BITS.get(role, 0))
    for least, asked in FROM.items():
        for method, path, sent in asked:
            answer = await person.ask(method, f"/guilds/{guild_id}{path}", **sent)
            if role == "stranger":
                assert answer.status_code == 404, (path, answer.text)
                assert "There is no guild" in answer.json()["detail"]
            elif ORDER.index(role) >= ORDER.index(least):
                assert answer.is_success, (path, answer.text)
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (path, answer.text)


async def test_the_list_of_guilds_holds_those_in_which_one_is_somebody(api: Api) -> None:
    ours, theirs = await api.guild(), await api.guild()
    person = await someone(api, guild_id=ours)
    listed = (await person.get("/guilds")).json()["items"]
    assert [guild["id"] for guild in listed] == [ours]
    assert (await person.get(f"/guilds/{theirs}")).status_code == 404
    await person.leaves(ours)
    assert (await person.get("/guilds")).json()["items"] == []
    assert (await person.get(f"/guilds/{ours}")).status_code == 404


async def test_a_role_that_changes_in_discord_acts_at_the_next_request(api: Api) -> None:
    guild_id = await api.guild()
    person = await someone(api, guild_id=guild_id)
    for bits, status in ((MODERATOR, 200), (0, 403), (ADMIN, 200), (int(Permission.BAN_MEMBERS), 403)):
        await person.is_in(guild_id, bits)
        assert (await person.get(f"/guilds/{guild_id}/structure")).status_code == status


# The guild's own mapping


async def mapping(api: Api, guild_id: str) -> dict[str, Any]:
    return (await api.get(f"/guilds/{guild_id}/settings")).json()["access"]


async def maps(person: Someone | Api, guild_id: str, access: Any) -> tuple[int, Any]:
    path = f"/guilds/{guild_id}/settings"
    if isinstance(person, Someone):
        answer = await person.ask("PATCH", path, json={"access": access})
    else:
        headers = {"Content-Type": "application/merge-patch+json"}
        answer = await person.client.patch(f"/api/v1{path}", json={"access": access}, headers=headers)
    return answer.status_code, answer.json()


DEFAULT = {
    "permissions": {"administrator": "admin", "manage_guild": "moderator", "manage_messages": "moderator"},
    "roles": {},
}


async def test_a_guild_maps_permissions_and_roles_as_it_likes_and_back(api: Api) -> None:
    guild_id = await api.guild()
    role_id = (await api.get(f"/guilds/{guild_id}/structure")).json()["roles"][-1]["id"]
    assert await mapping(api, guild_id) == DEFAULT
    person = await someone(api, guild_id=guild_id, bits=int(Permission.MANAGE_MESSAGES))
    await person.is_in(guild_id, int(Permission.MANAGE_MESSAGES), role_ids=(role_id,))
    wanted = {"permissions": {"manage_messages": None, "ban_members": "moderator"}}
    status, settings = await maps(api, guild_id, wanted)
    assert status == 200
    assert settings["access"]["permissions"] == {
        "administrator": "admin",
        "manage_guild": "moderator",
        "ban_members": "moderator",
    }
    assert (await person.get(f"/guilds/{guild_id}/structure")).status_code == 403
    await maps(api, guild_id, {"roles": {role_id: "admin"}})
    assert (await person.get(f"/guilds/{guild_id}/audit")).status_code == 200
    await maps(api, guild_id, None)
    assert await mapping(api, guild_id) == DEFAULT
    assert (await person.get(f"/guilds/{guild_id}/audit")).status_code == 403
    entries = (await api.get(f"/guilds/{guild_id}/audit", params={"action": "guild.settings"})).json()[
        "items"
    ]
    assert len(entries) == 3


async def test_what_is_no_role_and_no_permission_is_refused_where_it_stands(api: Api) -> None:
    guild_id = await api.guild()
    before = await api.rows()
    wanted = {"roles": {"1": "user", "2": None}, "permissions": {"be_nice/~": "user"}}
    status, problem = await maps(api, guild_id, wanted)
    assert status == 422
    pointers = [error["pointer"] for error in problem["errors"]]
    assert pointers == ["/access/permissions/be_nice~1~0", "/access/roles/1"]
    assert (await maps(api, guild_id, {"roles": {"1": "owner"}}))[0] == 422
    assert await api.rows() == before
    assert await mapping(api, guild_id) == DEFAULT


async def test_nobody_maps_to_or_unmaps_from_their_own_rank_or_above(api: Api) -> None:
    """Escalation by PATCH: of one's own role, or of who would then be as much."""
    guild_id = await api.guild()
    role_id = (await api.get(f"/guilds/{guild_id}/structure")).json()["roles"][-1]["id"]
    admin = await someone(api, guild_id=guild_id, bits=ADMIN)
    moderator = await someone(api, guild_id=guild_id, bits=MODERATOR)
    for access in (
        {"permissions": {"manage_guild": "admin"}},
        {"permissions": {"administrator": "user"}},
        {"permissions": {"administrator": None}},
        {"roles": {role_id: "admin"}},
    ):
        status, problem = await maps(admin, guild_id, access)
        assert (status, problem["code"]) == (403, "own_rank"), access
        status, problem = await maps(moderator, guild_id, access)
        assert (status, problem["code"]) == (403, "forbidden"), access
    assert await mapping(api, guild_id) == DEFAULT
    assert (await maps(admin, guild_id, {"roles": {role_id: "moderator"}}))[0] == 200
    assert (await maps(api, guild_id, {"roles": {role_id: "admin"}}))[0] == 200
    assert (await maps(admin, guild_id, {"roles": {role_id: "user"}}))[0] == 403
    assert (await maps(admin, guild_id, None))[0] == 403
