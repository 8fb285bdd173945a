"""What is granted to people in a guild, and who may grant it."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.api.people import ADMIN, MODERATOR, Someone, someone
from tests.api.world import Api
from tests.builders.core import powers, snapshot

NAMES = ("guest", "user", "moderator", "admin")


def of(person: Someone, guild_id: str) -> str:
    return f"/guilds/{guild_id}/access/{person.account_id}"


async def grants(api: Api, person: Someone, guild_id: str, role: str) -> dict[str, Any]:
    """By the owner of the installation."""
    answer = await api.client.put(f"/api/v1{of(person, guild_id)}", json={"role": role, "reason": "because"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_grant_acts_at_once_and_what_discord_says_counts_again_without_it(api: Api) -> None:
    guild_id = await api.guild()
    person = await someone(api, guild_id=guild_id)
    for role, status in {"moderator": 200, "user": 403, "admin": 200, "guest": 404}.items():
        shown = await grants(api, person, guild_id, role)
        assert (shown["role"], shown["source"], shown["grant"]["by"]) == (role, "grant", "owner")
        assert (await person.get(f"/guilds/{guild_id}/structure")).status_code == status
    assert (await api.client.delete(f"/api/v1{of(person, guild_id)}")).status_code == 204
    shown = (await api.get(of(person, guild_id))).json()
    assert (shown["role"], shown["source"], shown["grant"]) == ("user", "member", None)
    assert (await person.get(f"/guilds/{guild_id}")).status_code == 200
    assert (await api.client.delete(f"/api/v1{of(person, guild_id)}")).status_code == 404


async def test_each_change_is_one_entry_of_what_was_and_is_and_the_same_again_is_none(api: Api) -> None:
    guild_id = await api.guild()
    person = await someone(api, guild_id=guild_id)
    await grants(api, person, guild_id, "moderator")
    await grants(api, person, guild_id, "moderator")
    await grants(api, person, guild_id, "guest")
    await api.client.delete(f"/api/v1{of(person, guild_id)}")
    page = (await api.get(f"/guilds/{guild_id}/audit", params={"action": "access"})).json()["items"]
    assert [(each["action"], each["target"]["id"]) for each in reversed(page)] == [
        ("access.grant", person.account_id),
        ("access.grant", person.account_id),
        ("access.revoke", person.account_id),
    ]
    moderator, guest = ({"role": role, "reason": "because"} for role in ("moderator", "guest"))
    assert [(each["before"], each["after"]) for each in reversed(page)] == [
        (None, moderator),
        (moderator, guest),
        (guest, None),
    ]


async def test_nobody_grants_or_takes_away_at_or_above_their_own_rank(api: Api) -> None:
    guild_id = await api.guild()
    admin = await someone(api, guild_id=guild_id, bits=ADMIN)
    for target_bits, before in ((0, "user"), (MODERATOR, "moderator"), (ADMIN, "admin")):
        target = await someone(api, guild_id=guild_id, bits=target_bits)
        for role in NAMES:
            answer = await admin.ask("PUT", of(target, guild_id), json={"role": role})
            if before == "admin" or role == "admin":
                assert (answer.status_code, answer.json()["code"]) == (403, "own_rank"), (before, role)
            else:
                assert answer.status_code == 200, (before, role, answer.text)
        await grants(api, target, guild_id, "admin")
        answer = await admin.ask("DELETE", of(target, guild_id))
        assert (answer.status_code, answer.json()["code"]) == (403, "own_rank")


async def test_nobody_grants_to_themselves_and_moderators_and_strangers_to_nobody(api: Api) -> None:
    """Escalation by PUT of one's own role."""
    guild_id = await api.guild()
    admin = await someone(api, guild_id=guild_id, bits=ADMIN)
    moderator = await someone(api, guild_id=guild_id, bits=MODERATOR)
    stranger = await someone(api)
    before = await api.rows()
    for person, status in ((admin, 403), (moderator, 403), (stranger, 404)):
        for role in NAMES:
            for target in (person, moderator):
                if (person, target) == (admin, moderator):
                    continue
                answer = await person.ask("PUT", of(target, guild_id), json={"role": role})
                assert answer.status_code == status, answer.text
        assert (await person.ask("DELETE", of(person, guild_id))).status_code == status
    assert await api.rows() == before


async def test_the_guilds_owner_is_never_below_an_administrator_and_no_owner_of_ours_is_touched(
    api: Api,
) -> None:
    guild_id = await api.guild()
    owner, admin = await someone(api), await someone(api, guild_id=guild_id, bits=ADMIN)
    await owner.is_in(guild_id, is_guild_owner=True)
    shown = await grants(api, owner, guild_id, "guest")
    assert (shown["role"], shown["source"]) == ("admin", "owner")
    assert (await owner.get(f"/guilds/{guild_id}/audit")).status_code == 200
    async with api.database.unit() as unit:
        await unit.accounts.note_application_owners(frozenset({admin.user_id}))
    assert (await owner.ask("PUT", of(admin, guild_id), json={"role": "user"})).status_code == 403
    assert (await api.get(of(admin, guild_id))).json()["role"] == "owner"


async def test_a_grant_rests_while_somebody_is_no_member(api: Api) -> None:
    guild_id = await api.guild()
    person = await someone(api, guild_id=guild_id)
    await grants(api, person, guild_id, "admin")
    await person.leaves(guild_id)
    assert (await person.get(f"/guilds/{guild_id}")).status_code == 404
    shown = (await api.get(of(person, guild_id))).json()
    assert (shown["role"], shown["source"], shown["grant"]["role"]) == ("guest", "nobody", "admin")
    await person.is_in(guild_id)
    assert (await person.get(f"/guilds/{guild_id}/audit")).status_code == 200
    stranger = await someone(api)
    assert (await api.get(of(stranger, guild_id))).status_code == 404
    answer = await api.client.put(f"/api/v1{of(stranger, guild_id)}", json={"role": "user"})
    assert answer.status_code == 404


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_members_are_listed_page_by_page_and_by_role(api: Api, limit: int) -> None:
    guild_id = await api.guild()
    everybody = [
        await someone(api, str(n), guild_id, bits) for n, bits in enumerate((0, MODERATOR, ADMIN, 0))
    ]
    await grants(api, everybody[0], guild_id, "moderator")

    async def listed(person: Someone, **more: Any) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        cursor: dict[str, Any] = {}
        while True:
            answer = await person.get(
                f"/guilds/{guild_id}/members", params={"limit": limit, **cursor, **more}
            )
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += [(each["account_id"], each["role"], each["source"]) for each in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    roles = [("moderator", "grant"), ("moderator", "permission"), ("admin", "permission"), ("user", "member")]
    expected = [(person.account_id, *role) for person, role in zip(everybody, roles, strict=True)]
    assert await listed(everybody[1]) == expected
    assert await listed(everybody[1], role="moderator") == expected[:2]
    assert (await everybody[3].get(f"/guilds/{guild_id}/members")).status_code == 403


async def test_one_sees_ones_guilds_with_role_state_and_whether_the_bot_is_there(api: Api) -> None:
    ours, pending = await api.guild(), snapshot()
    async with api.database.unit() as unit:
        await unit.guilds.store(pending, powers(pending))
    await api.guild()
    person = await someone(api, guild_id=ours, bits=ADMIN)
    await person.is_in(pending.guild_id)
    mine = (await person.get("/me/guilds")).json()["items"]
    told = {each["id"]: (each["role"], each["source"], each["state"], each["bot"]) for each in mine}
    assert told == {
        ours: ("admin", "permission", "approved", True),
        pending.guild_id: ("user", "member", "pending", True),
    }
    async with api.database.unit() as unit:
        await unit.guilds.leave(ours)
    [left] = [each for each in (await person.get("/me/guilds")).json()["items"] if each["id"] == ours]
    assert (left["state"], left["bot"]) == ("left", False)
    bound = replace(person.actor, guild_ids=(pending.guild_id,))
    async with api.database.read() as unit:
        assert [each.guild_id for each in await unit.access.my_guilds(bound)] == [pending.guild_id]
