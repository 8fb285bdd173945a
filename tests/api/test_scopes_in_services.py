"""With one scope everything of an operation can be read or changed: its service asks for that one and no other."""

from typing import Any

import pytest

from core.catalog import CATALOG
from core.rights import covers
from tests.api.announcing import announcement_in, posted
from tests.api.people import someone
from tests.api.programs import bearer, token
from tests.api.test_every_post import ASK
from tests.api.test_scopes_at_the_door import OPERATIONS
from tests.api.world import Api

STREAMS = {"streamJobEvents", "streamGuildEvents"}
BODIES: dict[str, dict[str, Any]] = {
    "editTemplate": {"name": "Theirs"},
    "editGuildSettings": {},
    "editMyNotifications": {},
    "putPolicies": {"rules": []},
    "editCallback": {"enabled": False},
    "editSchedule": {"name": "Theirs"},
    "editAnnouncement": {"name": "Theirs"},
    "editSnapshot": {"label": "before"},
    "putAccess": {"role": "moderator"},
}
READ = {name for name, (method, _, _) in OPERATIONS.items() if method == "GET"} - STREAMS
CHANGED = {name for name, (method, _, _) in OPERATIONS.items() if method in {"PUT", "PATCH", "DELETE"}}


async def world(api: Api) -> dict[str, str]:
    """One of everything that a path can name."""
    guild_id, template = await api.guild(), await api.template()
    plan = await api.post(f"/guilds/{guild_id}/plans", json={"template_id": template["id"]})
    path, sent = await ASK["uploadImage"](api)
    picture = await api.post(path, **sent)
    await measured_by(api, guild_id, template["id"])
    redelivery = (await ASK["redeliver"](api))[0].split("/")
    path, sent = await ASK["createSchedule"](api)
    schedule = await api.post(path, **sent)
    announcement = await announcement_in(api, guild_id)
    await token(api)
    await api.capture(guild_id)  # the first one of all stays
    person = await someone(api, guild_id=guild_id)
    granted = await api.client.put(
        f"/api/v1/guilds/{guild_id}/access/{person.account_id}", json={"role": "user"}
    )
    assert granted.is_success, granted.text
    return {
        "guild_id": guild_id,
        "account_id": person.account_id,
        "template_id": template["id"],
        "number": "1",
        "snapshot_id": str(await api.capture(guild_id)),
        "plan_id": plan.json()["id"],
        "job_id": (await api.post(f"/guilds/{guild_id}/sync")).json()["id"],
        "image_hash": picture.json()["hash"],
        "callback_id": redelivery[2],
        "delivery_id": redelivery[4],
        "schedule_id": schedule.json()["id"],
        "announcement_id": announcement["id"],
        "post_id": await posted(api, announcement),
        "token_id": (await api.get("/me/tokens")).json()["items"][0]["id"],
    }


async def measured_by(api: Api, guild_id: str, template_id: str) -> None:
    path, body = f"/api/v1/guilds/{guild_id}/active-version", {"template_id": template_id}
    assert (await api.client.put(path, json=body)).is_success


async def tried(api: Api, name: str, there: dict[str, str]) -> None:
    method, path, needed = OPERATIONS[name]
    for parameter, value in there.items():
        path = path.replace(f"{{{parameter}}}", value)
    body = {"template_id": there["template_id"]} if name == "putActiveVersion" else BODIES.get(name)
    sent: dict[str, Any] = {} if body is None else {"json": body}
    others = [scope for scope in CATALOG.scopes if not covers([scope], needed)]
    without = bearer(await token(api, scopes=others[:100]))
    refused = await api.client.request(method, path, headers=without, **sent)
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope"), name
    exact = bearer(await token(api, scopes=[needed]))
    answer = await api.client.request(method, path, headers=exact, **sent)
    assert answer.is_success, (name, answer.text)


async def test_what_is_read_needs_its_own_scope_and_no_other(api: Api) -> None:
    there = await world(api)
    for name in sorted(READ):
        await tried(api, name, there)


@pytest.mark.parametrize("name", sorted(CHANGED - {"revokeMySession"}))
async def test_what_is_changed_needs_its_own_scope_and_no_other(api: Api, name: str) -> None:
    there = await world(api)
    if name in {"deleteTemplate", "deleteMe"}:
        await api.client.delete(f"/api/v1/guilds/{there['guild_id']}/active-version")
    if name in {"revokeToken", "revokeSession"}:
        theirs = (await api.get(f"/accounts/{there['account_id']}")).json()
        there |= {"token_id": theirs["tokens"][0]["id"], "session_id": theirs["sessions"][0]["id"]}
    if name == "deleteMe":
        another = await someone(api)
        async with api.database.unit() as unit:
            await unit.accounts.note_application_owners(frozenset({another.user_id}))
    await tried(api, name, there)
