"""Templates among guilds: copies, what is active where."""

from typing import Any

from tests.api.world import DOCUMENT, Api


async def test_a_copy_shows_its_origin_and_whether_that_has_newer_versions(api: Api) -> None:
    origin = await api.template()
    made = await api.post(f"/templates/{origin['id']}/copy", json={"name": "Mine"})
    copy = made.json()
    assert made.status_code == 201
    assert copy["origin"] == {"template_id": origin["id"], "version": 1, "latest_version": 1}
    await api.post(f"/templates/{origin['id']}/versions", json={"document": DOCUMENT})
    again = (await api.client.get(made.headers["location"])).json()
    assert (again["name"], again["latest_version"], again["origin"]["latest_version"]) == ("Mine", 1, 2)


async def test_a_copy_needs_no_body_and_of_nothing_there_is_none(api: Api) -> None:
    origin = await api.template()
    assert (await api.post(f"/templates/{origin['id']}/copy")).json()["name"] == origin["name"]
    empty = (await api.post("/templates", json={"name": "Empty"})).json()
    assert (await api.post(f"/templates/{empty['id']}/copy")).status_code == 404


async def test_a_template_is_shared_with_a_guild_that_exists(api: Api) -> None:
    guild = await api.guild()
    shared = await api.template(visibility="guild", guild_id=guild)
    assert (shared["visibility"], shared["guild_id"]) == ("guild", guild)
    alone = await api.post("/templates", json={"name": "x", "visibility": "guild"})
    assert (alone.status_code, alone.json()["errors"][0]["pointer"]) == (422, "/guild_id")
    elsewhere = await api.post("/templates", json={"name": "x", "visibility": "guild", "guild_id": "1" * 18})
    assert elsewhere.status_code == 404


async def put(api: Api, guild: str, **body: Any) -> Any:
    return await api.client.put(f"/api/v1/guilds/{guild}/active-version", json=body)


async def test_the_active_version_is_put_shown_taken_away_and_keeps_its_template(api: Api) -> None:
    guild, template = await api.guild(), await api.template()
    path = f"/guilds/{guild}/active-version"
    assert (await api.get(path)).status_code == 404
    said = await put(api, guild, template_id=template["id"])
    assert said.status_code == 200
    assert (said.json()["version"], said.json()["job_id"]) == (1, None)
    assert (await api.get(path)).json() == said.json()
    kept = await api.client.delete(f"/api/v1/templates/{template['id']}")
    assert (kept.status_code, kept.json()["code"]) == (409, "template_active")
    assert guild in kept.json()["detail"]
    assert (await api.client.delete(f"/api/v1{path}")).status_code == 204
    assert (await api.client.delete(f"/api/v1{path}")).status_code == 404
    assert (await api.client.delete(f"/api/v1/templates/{template['id']}")).status_code == 204


async def test_a_job_that_made_the_guild_equal_to_a_version_makes_it_the_active_one(api: Api) -> None:
    guild = await api.guild(roles=0, channels=0)
    named = {"guildwright": 1, "variables": [{"name": "n", "example": "xx"}], "guild": {"name": "${n}"}}
    template = await api.template(document=named)
    values = {"n": (await api.get(f"/guilds/{guild}")).json()["name"]}
    asked = {"template_id": template["id"], "values": values}
    plan = (await api.post(f"/guilds/{guild}/plans", json=asked)).json()
    job = (await api.post(f"/plans/{plan['id']}/apply")).json()
    await api.work()
    active = (await api.get(f"/guilds/{guild}/active-version")).json()
    assert (active["template_id"], active["version"], active["job_id"]) == (template["id"], 1, job["id"])
    assert active["values"] == values


async def test_many_guilds_get_a_plan_each_and_one_that_cannot_be_planned_for_hinders_none(api: Api) -> None:
    template, ready, gone = await api.template(), await api.guild(), await api.guild()
    other = await api.guild(roles=0, channels=0)
    async with api.database.unit() as unit:
        await unit.guilds.leave(gone)
    asked = {"guild_ids": [ready, gone, "1" * 18, other, ready], "version": 1}
    made = await api.post(f"/templates/{template['id']}/plans", json=asked)
    assert made.status_code == 200
    rows = made.json()["items"]
    assert [row["guild_id"] for row in rows] == [ready, gone, "1" * 18, other]
    assert [(row["problem"] or {}).get("code") for row in rows] == [None, "guild_state", "not_found", None]
    for row in (rows[0], rows[3]):
        plan = (await api.get(f"/plans/{row['plan_id']}")).json()
        assert (plan["guild_id"], plan["version"]) == (row["guild_id"], 1)
        assert {name: plan[name] for name in ("hash", "calls", "expected_seconds")} == {
            name: row[name] for name in ("hash", "calls", "expected_seconds")
        }
        applied = await api.post(f"/plans/{row['plan_id']}/apply", json={"hash": row["hash"]})
        assert applied.status_code == 202


async def test_a_table_of_plans_has_fifty_lines_at_most_and_one_version_for_all(api: Api) -> None:
    template = await api.template()
    path = f"/templates/{template['id']}/plans"
    many = await api.post(path, json={"guild_ids": [str(10**17 + n) for n in range(51)]})
    assert (many.status_code, many.json()["errors"][0]["pointer"]) == (422, "/guild_ids")
    assert (await api.post(path, json={"guild_ids": []})).status_code == 422
    assert (await api.post(path, json={"guild_ids": ["1" * 18], "version": 9})).status_code == 404


async def test_a_guilds_first_snapshot_stays_and_the_next_can_go(api: Api) -> None:
    guild = await api.guild()
    first, second = [await api.capture(guild) for _ in range(2)]
    path = f"/api/v1/guilds/{guild}/snapshots"
    assert (await api.client.delete(f"{path}/{first}")).json()["code"] == "first_snapshot"
    assert (await api.client.delete(f"{path}/{second}")).status_code == 204
    assert (await api.client.get(f"{path}/{second}")).status_code == 404


WITH_VARIABLES = {
    "guildwright": 1,
    "variables": [{"name": "team", "description": "Who keeps order", "example": "Staff"}],
    "roles": [{"key": "staff", "name": "The ${team}"}],
}


async def test_each_guild_gives_its_own_values_and_is_asked_for_those_that_are_missing(api: Api) -> None:
    template = await api.template(document=WITH_VARIABLES)
    version = (await api.get(f"/templates/{template['id']}/versions/1")).json()
    assert version["document"] == WITH_VARIABLES
    here, there = await api.guild(roles=0), await api.guild(roles=0)
    path = f"/guilds/{here}/plans"
    missing = await api.post(path, json={"template_id": template["id"]})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/values/team")
    asked = {"guild_ids": [here, there], "values": {here: {"team": "Crew"}}}
    rows = (await api.post(f"/templates/{template['id']}/plans", json=asked)).json()["items"]
    assert [(row["problem"] or {}).get("code") for row in rows] == [None, "invalid_values"]
    plan = (await api.get(f"/plans/{rows[0]['plan_id']}")).json()
    assert plan["values"] == {"team": "Crew"}
    assert "The Crew" in {node["name"] for node in plan["tree"]}


async def test_values_stay_with_the_active_version_and_serve_the_next_plan(api: Api) -> None:
    guild, template = await api.guild(), await api.template(document=WITH_VARIABLES)
    assert (await put(api, guild, template_id=template["id"])).status_code == 422
    said = await put(api, guild, template_id=template["id"], values={"team": "Crew"})
    assert said.json()["values"] == {"team": "Crew"}
    again = await api.post(f"/guilds/{guild}/plans", json={"template_id": template["id"]})
    assert again.json()["values"] == {"team": "Crew"}
    other = await api.post(
        f"/guilds/{guild}/plans", json={"template_id": template["id"], "values": {"team": "Guards"}}
    )
    assert other.json()["values"] == {"team": "Guards"}
