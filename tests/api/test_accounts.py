"""Accounts as owners of the installation see and end them, and one's own."""

from typing import Any
from uuid import UUID

from tests.api.people import ADMIN, someone
from tests.api.world import DOCUMENT, SECRET, Api


async def end(api: Api, path: str) -> tuple[int, Any]:
    answer = await api.client.delete(f"/api/v1{path}")
    return answer.status_code, answer.json() if answer.content else None


async def test_owners_see_all_accounts_and_with_what_they_come_but_no_secret(api: Api) -> None:
    ada, grace = await someone(api, "ada"), await someone(api, "grace")
    page = (await api.get("/accounts", params={"limit": 2})).json()
    assert [each["id"] for each in page["items"]] == [grace.account_id, ada.account_id]
    rest = (await api.get("/accounts", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [(each["name"], each["is_owner"]) for each in rest["items"]] == [("owner", True)]
    assert rest["next_cursor"] is None
    answer = await api.get(f"/accounts/{ada.account_id}")
    shown = answer.json()
    assert shown["account"]["discord_user_id"] == ada.user_id
    assert (len(shown["sessions"]), [each["name"] for each in shown["tokens"]]) == (1, ["a program"])
    assert ada.client.headers["authorization"].split()[1] not in answer.text
    assert SECRET not in (await api.get(f"/accounts/{rest['items'][0]['id']}")).text


async def test_owners_end_anybodys_session_and_token_at_once(api: Api) -> None:
    ada = await someone(api, "ada")
    shown = (await api.get(f"/accounts/{ada.account_id}")).json()
    session, token = shown["sessions"][0]["id"], shown["tokens"][0]["id"]
    other = (await someone(api)).account_id
    assert (await end(api, f"/accounts/{other}/sessions/{session}"))[0] == 404
    assert (await end(api, f"/accounts/{other}/tokens/{token}"))[0] == 404
    assert (await ada.get("/me")).status_code == 200
    assert (await end(api, f"/accounts/{ada.account_id}/sessions/{session}"))[0] == 204
    assert (await end(api, f"/accounts/{ada.account_id}/tokens/{token}"))[0] == 204
    assert (await ada.get("/me")).status_code == 401
    shown = (await api.get(f"/accounts/{ada.account_id}")).json()
    assert (shown["sessions"], shown["tokens"][0]["revoked_at"] is None) == ([], False)
    for kind, target in (("session", session), ("token", token)):
        entries = (await api.get("/audit", params={"action": f"{kind}.revoke", "target_id": target})).json()
        assert [each["actor"]["name"] for each in entries["items"]] == ["owner"]


async def test_nobody_but_owners_learns_of_accounts(api: Api) -> None:
    guild_id = await api.guild()
    admin, other = await someone(api, guild_id=guild_id, bits=ADMIN), await someone(api)
    before = await api.rows()
    for method, path in (
        ("GET", "/accounts"),
        ("GET", f"/accounts/{other.account_id}"),
        ("DELETE", f"/accounts/{other.account_id}"),
        ("DELETE", f"/accounts/{admin.account_id}"),
        ("DELETE", f"/accounts/{other.account_id}/tokens/{UUID(int=1)}"),
        ("DELETE", f"/accounts/{other.account_id}/sessions/{UUID(int=1)}"),
    ):
        assert (await admin.ask(method, path)).status_code == 403
    assert await api.rows() == before


async def test_an_account_goes_with_all_it_came_with_and_what_it_did_stays_told(api: Api) -> None:
    guild_id = await api.guild()
    ada = await someone(api, "ada", guild_id, ADMIN)
    template = (await ada.ask("POST", "/templates", json={"name": "Ours", "document": DOCUMENT})).json()
    job = (await ada.ask("POST", f"/guilds/{guild_id}/sync")).json()
    assert (await end(api, f"/accounts/{ada.account_id}"))[0] == 204
    assert (await ada.get("/me")).status_code == 401
    assert (await api.get(f"/accounts/{ada.account_id}")).status_code == 404
    assert (await api.get(f"/templates/{template['id']}")).status_code == 404
    assert (await api.get(f"/jobs/{job['id']}")).json()["actor"]["name"] == "ada"
    entries = (await api.get("/audit", params={"target_id": ada.account_id})).json()["items"]
    assert [each["action"] for each in entries] == ["account.delete", "account.create"]
    assert entries[0]["before"] == {"name": "ada", "discord_user_id": ada.user_id}
    assert (await end(api, f"/accounts/{ada.account_id}"))[0] == 404


async def test_whose_templates_guilds_use_stays_until_they_do_no_more(api: Api) -> None:
    guild_id = await api.guild()
    ada = await someone(api, "ada", guild_id, ADMIN)
    shared = {"name": "Ours", "document": DOCUMENT, "visibility": "guild", "guild_id": guild_id}
    template = (await ada.ask("POST", "/templates", json=shared)).json()
    before = await api.rows()
    for status, problem in (
        await end(api, f"/accounts/{ada.account_id}"),
        ((gone := await ada.ask("DELETE", "/me")).status_code, gone.json()),
    ):
        assert (status, problem["code"]) == (409, "templates_in_use")
        assert template["id"] in problem["detail"]
    assert await api.rows() == before
    assert (await ada.ask("DELETE", f"/templates/{template['id']}")).status_code == 204
    assert (await ada.ask("DELETE", "/me")).status_code == 204
    assert (await ada.get("/me")).status_code == 401


async def test_the_last_owner_cannot_go_and_no_owner_is_sent_away(api: Api) -> None:
    mine = (await api.get("/me")).json()["id"]
    status, problem = await end(api, "/me")
    assert (status, problem["code"]) == (409, "last_owner")
    ada = await someone(api, "ada")
    async with api.database.unit() as unit:
        await unit.accounts.note_application_owners(frozenset({ada.user_id}))
    for owner, target in ((api.client, ada.account_id), (ada.client, mine)):
        answer = await owner.delete(f"/api/v1/accounts/{target}")
        assert (answer.status_code, answer.json()["code"]) == (409, "is_owner")
    assert (await end(api, "/me"))[0] == 204
    answer = await ada.ask("DELETE", "/me")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
