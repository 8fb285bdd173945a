"""The road through the API, as a client walks it. Every answer is compared with the OpenAPI document on the way."""

from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import Channel, Overwrite
from tests.api.world import DOCUMENT, YAML, Api
from tests.builders.core import powers, snapshot, snowflake


async def test_a_template_is_planned_and_applied_once(api: Api) -> None:
    guild, template = await api.guild(), await api.template()
    made = await api.post(f"/guilds/{guild}/plans", json={"template_id": template["id"]})
    plan = made.json()
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/plans/{plan['id']}"
    assert [step["do"] for step in plan["steps"]][:1] == ["create_role"]
    assert (await api.client.get(made.headers["location"])).json() == plan
    wrong = await api.post(f"/plans/{plan['id']}/apply", json={"hash": "0"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "plan_stale")
    asked = await api.post(f"/plans/{plan['id']}/apply", json={"hash": plan["hash"]})
    assert asked.status_code == 202
    assert asked.headers["location"] == f"/api/v1/jobs/{asked.json()['id']}"
    assert asked.json()["payload"] == {"kind": "template.apply", "plan_id": plan["id"]}
    assert (await api.post(f"/plans/{plan['id']}/apply")).json()["code"] == "plan_used"


async def test_a_snapshot_reads_as_structure_document_and_yaml(api: Api) -> None:
    guild = await api.guild(roles=3, channels=4)
    taken = await api.capture(guild)
    listed = (await api.get(f"/guilds/{guild}/snapshots")).json()["items"]
    assert [item["id"] for item in listed] == [str(taken)]
    whole = (await api.get(f"/guilds/{guild}/snapshots/{taken}")).json()
    structure = (await api.get(f"/guilds/{guild}/structure")).json()
    assert (whole["roles"], whole["channels"]) == (structure["roles"], structure["channels"])
    path = f"/guilds/{guild}/snapshots/{taken}/document"
    document = (await api.get(path)).json()
    as_yaml = await api.get(path, headers={"Accept": "application/yaml"})
    assert as_yaml.headers["content-type"].startswith("application/yaml")
    imported = await api.post("/templates/import?name=again", content=as_yaml.content, headers=YAML)
    version = await api.get(f"/templates/{imported.json()['id']}/versions/1")
    assert version.json()["document"] == document


async def test_a_rollback_to_the_present_has_nothing_to_do(api: Api) -> None:
    guild = await api.guild()
    plan = await api.post(f"/guilds/{guild}/rollbacks", json={"snapshot_id": str(await api.capture(guild))})
    assert plan.status_code == 201
    assert plan.json()["is_empty"], plan.json()["steps"]


async def test_a_structure_is_told_in_display_order_with_names(api: Api) -> None:
    seen = snapshot(roles=1, channels=0)
    category, member = snowflake(), snowflake()
    hidden = (Overwrite("role", seen.guild_id, deny=int(Permission.VIEW_CHANNEL)),)
    channels = (
        Channel(id=snowflake(), type="voice", name="talk", position=0, parent_id=category, overwrites=hidden),
        Channel(id=category, type="category", name="Staff", position=1, overwrites=hidden),
        Channel(
            id=snowflake(),
            type="text",
            name="notes",
            position=5,
            parent_id=category,
            overwrites=(Overwrite("member", member, allow=1 << 11),),
        ),
        Channel(id=snowflake(), type="text", name="hall", position=9),
    )
    async with api.database.unit() as unit:
        await unit.guilds.store(replace(seen, channels=channels), powers(seen), vouched=True)
    told = (await api.get(f"/guilds/{seen.guild_id}/structure")).json()
    assert [role["name"] for role in told["roles"]][-1] == "@everyone"
    assert [(c["name"], [d["name"] for d in c.get("channels", [])]) for c in told["channels"]] == [
        ("hall", []),
        ("Staff", ["notes", "talk"]),
    ]
    notes, talk = told["channels"][1]["channels"]
    assert (notes["synced"], talk["synced"]) == (False, True)
    assert notes["overwrites"][0] | {"allow_bits": ""} == {
        "kind": "member",
        "id": member,
        "name": None,
        "allow": ["send_messages"],
        "deny": [],
        "allow_bits": "",
        "deny_bits": "0",
    }
    assert talk["overwrites"][0]["name"] == "@everyone"
    assert "topic" not in talk


async def test_a_native_template_is_imported_with_what_it_loses(api: Api) -> None:
    native = {
        "code": "x",
        "name": "Theirs",
        "serialized_source_guild": {
            "name": "Theirs",
            "verification_level": 1,
            "roles": [{"id": 0, "name": "@everyone", "permissions": str(1 << 60)}],
            "channels": [],
        },
    }
    answer = await api.post("/templates/import", json=native)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["name"], answer.json()["latest_version"]) == ("Theirs", 1)
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["unknown_permission_bits"]


async def test_a_version_comes_as_yaml_text_too(api: Api) -> None:
    template = await api.template()
    path = f"/templates/{template['id']}/versions"
    text = b"guildwright: 1\nroles:\n  - {key: a, name: A}\n"
    made = await api.post(f"{path}?note=by%20hand&base_version=1", content=text, headers=YAML)
    assert (made.status_code, made.json()["note"], made.json()["number"]) == (201, "by hand", 2)
    shown = await api.get(f"{path}/2", headers={"Accept": "application/yaml"})
    assert "key: a" in shown.text
    assert [version["number"] for version in (await api.get(path)).json()["items"]] == [2, 1]


async def test_lists_are_read_to_their_end_by_the_cursor(api: Api) -> None:
    names = [f"t{n}" for n in range(5)]
    for name in names:
        await api.post("/templates", json={"name": name})
    found, cursor = [], ""
    while cursor is not None:
        page = (await api.get(f"/templates?limit=2{cursor and '&cursor=' + cursor}")).json()
        found += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == names[::-1]
    guilds = [await api.guild() for _ in range(3)]
    first = (await api.get("/guilds?limit=2")).json()
    rest = (await api.get(f"/guilds?limit=2&cursor={first['next_cursor']}")).json()
    assert [guild["id"] for guild in first["items"] + rest["items"]] == sorted(guilds, key=int)


async def test_jobs_are_filtered_cancelled_and_retried(api: Api) -> None:
    guild, other = await api.guild(), await api.guild()
    job = (await api.post(f"/guilds/{guild}/sync")).json()
    await api.post(f"/guilds/{other}/captures")
    me = (await api.get("/me")).json()["id"]
    for query, number in (
        (f"guild_id={guild}", 1),
        ("kind=guild.capture", 1),
        (f"actor={me}", 2),
        ("state=succeeded", 0),
        ("since=2999-01-01T00:00:00Z", 0),
        ("since=2001-01-01T00:00:00%2B01:00", 2),
    ):
        assert len((await api.get(f"/jobs?{query}")).json()["items"]) == number, query
    cancelled = await api.post(f"/jobs/{job['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    assert (await api.post(f"/jobs/{job['id']}/cancel")).json()["code"] == "job_ended"
    assert (await api.post(f"/jobs/{job['id']}/retry")).json()["code"] == "job_not_retryable"
    await api.execute("UPDATE jobs SET state = 'failed'")
    assert (await api.post(f"/jobs/{job['id']}/retry")).status_code == 202
    assert (await api.get(f"/jobs/{job['id']}/steps")).json()["items"] == []


async def test_health_tells_its_parts(api: Api) -> None:
    assert (await api.client.get("/health/live")).json() == {"status": "live"}
    ready = (await api.client.get("/health/ready")).json()
    assert ready == {"status": "degraded", "parts": {"database": "up", "redis": "up", "bot": "down"}}
    async with api.database.unit() as unit:
        await unit.processes.beat("bot@test:1", "bot", {"guilds": 1})
    assert (await api.client.get("/health/ready")).json()["status"] == "ready"
    status = (await api.get("/system/status")).json()
    assert {process["kind"] for process in status["processes"]} >= {"bot"}


async def test_the_documents_schema_is_published(api: Api) -> None:
    schema = (await api.get("/schemas/template.json")).json()
    assert schema["$defs"]
    assert DOCUMENT["guildwright"] == 1
