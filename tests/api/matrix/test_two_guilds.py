"""Two guilds: who administers one finds nothing of the other, by whatever id they ask."""

from collections.abc import AsyncIterator, Iterator
from itertools import combinations
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio

from core.actor import SYSTEM
from tests.api.conftest import document
from tests.api.matrix.asking import sent
from tests.api.matrix.outcomes import Cell
from tests.api.matrix.scene import Own, Place, Scene, own, place, template
from tests.api.matrix.table import TABLE
from tests.api.people import ADMIN, Someone, someone
from tests.api.test_openapi import operations
from tests.api.world import DOCUMENT, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORD = "thoseothers"
"""Stands in all that can be named in the guild that is none of the asker's."""
OPERATIONS = {
    operation["operationId"]: (method.upper(), path) for path, method, operation in operations(document())
}
PUBLIC = {"image_hash", "number"}
"""Names nothing of a guild's: see what the matrix says of them."""
OF_THE_CREDENTIAL = {"listMyTokens", "listMySessions"}
"""Tell when it was used last."""


class TwoGuilds(msgspec.Struct, frozen=True, kw_only=True):
    """`ours` is the asker's; `before` is what they were told of it when there was no other guild."""

    api: Api
    asker: Someone
    scene: Scene
    names: dict[str, str]
    theirs: dict[str, str]
    role_id: str
    secrets: frozenset[str]
    before: dict[str, Any]

    def silent(self, answer: httpx.Response) -> None:
        """About everything of the other guild, but for the ids that the asker has shown."""
        shown = f"{answer.request.url} {answer.request.content.decode(errors='replace')}"
        told = {secret for secret in self.secrets if secret in answer.text and secret not in shown}
        assert not told, (answer.request.method, answer.request.url, told)


def parameters(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{") and part[1:-1] not in PUBLIC]


def routes() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each operation with each set of what it takes of the other guild."""
    for name, (_, path) in OPERATIONS.items():
        private = parameters(path)
        if TABLE[name].kind not in {"installation", "open"}:
            for number in range(1, len(private) + 1):
                yield from ((name, chosen) for chosen in combinations(private, number))


def listings() -> list[str]:
    """What can be read of a guild by asking again and again."""
    return [
        name
        for name, (method, _) in OPERATIONS.items()
        if method == "GET"
        and TABLE[name].kind not in {"installation", "open", "session"}
        and not name.startswith("stream")
        and name not in OF_THE_CREDENTIAL | {"getImage"}
    ]


async def told(asker: Someone, scene: Scene, names: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in listings():
        options = sent(scene, Cell(name, "admin", "shared", "token"))
        answer = await asker.get(
            OPERATIONS[name][1].removeprefix("/api/v1").format(**names), params=options.get("params")
        )
        assert answer.status_code == 200, (name, answer.text)
        found[name] = answer.text
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(module_api: Api) -> AsyncIterator[TwoGuilds]:
    api = module_api
    # Nobody says of any job meanwhile that it waits for the bot.
    await api.keep_bot()
    colleague = await someone(api, "colleague")
    ours = await place(api, colleague)
    asker = await someone(api, "asker", ours.guild_id, ADMIN)
    # Nothing is refused for being disabled before it is looked for, and nothing is sent.
    events = {"enabled": True, "events": ["guild.drift"]}
    enabled = await asker.ask("PATCH", f"/callbacks/{ours.callback_id}", json=events)
    assert enabled.is_success, enabled.text
    mine = await own(api, asker, ours.guild_id)
    public = await template(asker, visibility="public")
    scene = Scene(
        api=api,
        here=ours,
        elsewhere=ours,
        askers={"admin": mine},
        colleague=mine,
        target=colleague,
        private_template_id=mine.template_id,
        public_template_id=public,
        job_of_no_guild_id=mine.job_id,
        image_hash="",
    )
    names = scene.names(Cell("getGuild", "admin", "shared", "token"))
    # Nothing of ours is left to be done while the other guild comes.
    await api.work()
    before = await told(asker, scene, names)
    other = await someone(api, f"one of {WORD}")
    place_there = await place(api, other, word=WORD)
    theirs = names_of(place_there, await own(api, other, place_there.guild_id))
    structure = (await api.get(f"/guilds/{place_there.guild_id}/structure")).json()
    ids = {each["id"] for each in (*structure["roles"], *structure["channels"])}
    yield TwoGuilds(
        api=api,
        asker=asker,
        scene=scene,
        names=names,
        theirs=theirs,
        role_id=structure["roles"][0]["id"],
        secrets=frozenset({WORD, other.user_id, *theirs.values(), *ids}),
        before=before,
    )


def names_of(place: Place, own: Own) -> dict[str, str]:
    return {
        **cast("dict[str, str]", msgspec.structs.asdict(place)),
        "account_id": own.person.account_id,
        "session_id": own.session_id,
        "token_id": own.token_id,
    }


async def test_what_is_told_of_a_guild_is_the_same_with_another_one_beside_it(two: TwoGuilds) -> None:
    assert {"listJobs", "listGuilds", "listTemplates", "listGuildAudit", "listMembers"} <= set(two.before)
    for name, after in (await told(two.asker, two.scene, two.names)).items():
        assert after == two.before[name], name


@pytest.mark.parametrize(
    ("name", "chosen"),
    list(routes()),
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else value,
)
async def test_whatever_is_named_by_an_id_of_the_other_guild_is_not_found(
    two: TwoGuilds, name: str, chosen: tuple[str, ...]
) -> None:
    method, path = OPERATIONS[name]
    names = two.names | {each: two.theirs[each] for each in chosen}
    options = sent(two.scene, Cell(name, "admin", "shared", "token"))
    before = await two.api.rows()
    answer = await two.asker.client.request(method, path.format(**names), **options)
    assert answer.status_code == 404, (path, answer.text)
    two.silent(answer)
    assert await two.api.rows() == before


def bodies(two: TwoGuilds) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """What names something of the other guild beside one's own, or alone."""
    guild, mine = f"/guilds/{two.names['guild_id']}", two.names
    version = {"kind": "version", "template_id": two.scene.public_template_id}
    foreign = {
        "guild": {"kind": "guild", "guild_id": two.theirs["guild_id"]},
        "snapshot": {"kind": "snapshot", **_some(two.theirs, "guild_id", "snapshot_id")},
        "snapshot of ours": {
            "kind": "snapshot",
            "guild_id": mine["guild_id"],
            "snapshot_id": two.theirs["snapshot_id"],
        },
        "version": {"kind": "version", "template_id": two.theirs["template_id"]},
    }
    shared = {"visibility": "guild", "guild_id": two.theirs["guild_id"]}
    own_template = f"/templates/{two.scene.askers['admin'].template_id}"
    return {
        "plan": ("POST", f"{guild}/plans", _some(two.theirs, "template_id")),
        "rollback": ("POST", f"{guild}/rollbacks", _some(two.theirs, "snapshot_id")),
        "active version": ("PUT", f"{guild}/active-version", _some(two.theirs, "template_id")),
        "template": ("POST", "/templates", {"name": "Ours", **shared}),
        "sharing": ("PATCH", own_template, shared),
        "copy": ("POST", f"{own_template}/copy", shared),
        **{
            f"left {name}": ("POST", "/diffs", {"left": side, "right": version})
            for name, side in foreign.items()
        },
        **{
            f"right {name}": (
                "POST",
                "/diffs",
                {"left": {"kind": "document", "document": DOCUMENT}, "right": side},
            )
            for name, side in foreign.items()
        },
    }


async def test_nor_is_what_a_body_names(two: TwoGuilds) -> None:
    before = await two.api.rows()
    for name, (method, path, body) in bodies(two).items():
        answer = await two.asker.ask(method, path, json=body)
        assert answer.status_code == 404, (name, answer.text)
        two.silent(answer)
    assert await two.api.rows() == before


async def test_of_several_guilds_the_other_one_is_as_one_that_there_is_not(two: TwoGuilds) -> None:
    path = f"/templates/{two.scene.public_template_id}/plans"
    mine, theirs, none = two.names["guild_id"], two.theirs["guild_id"], "4"
    answer = await two.asker.ask("POST", path, json={"guild_ids": [mine, theirs, none]})
    assert answer.status_code == 200, answer.text
    two.silent(answer)
    found = answer.text
    [_, of_theirs, of_none] = answer.json()["items"]
    assert str(of_theirs).replace(theirs, none) == str(of_none), found


async def test_what_is_filtered_by_the_other_guild_and_its_things_is_empty(two: TwoGuilds) -> None:
    theirs, audit = two.theirs, f"/guilds/{two.names['guild_id']}/audit"
    asked: list[tuple[str, dict[str, str]]] = [
        ("/jobs", {"guild_id": theirs["guild_id"]}),
        (audit, {"account_id": theirs["account_id"]}),
        (audit, {"job_id": theirs["job_id"]}),
        *(
            (audit, {"target_id": theirs[name]})
            for name in (
                "plan_id",
                "callback_id",
                "schedule_id",
                "announcement_id",
                "snapshot_id",
                "guild_id",
            )
        ),
    ]
    for path, params in asked:
        answer = await two.asker.get(path, params=params)
        assert (answer.status_code, answer.json()["items"]) == (200, []), (params, answer.text)
        two.silent(answer)


async def test_who_sees_what_by_a_plan_of_the_other_guild_is_not_told(two: TwoGuilds) -> None:
    path, everyone = f"/guilds/{two.names['guild_id']}/visibility", two.names["guild_id"]
    for params in ({"role_id": everyone, "plan_id": two.theirs["plan_id"]}, {"role_id": two.role_id}):
        answer = await two.asker.get(path, params=params)
        assert answer.status_code == 404, answer.text
        two.silent(answer)


def _some(names: dict[str, str], *wanted: str) -> dict[str, str]:
    return {name: names[name] for name in wanted}


async def test_filters_by_what_is_of_the_other_guild_find_nothing_of_it(two: TwoGuilds) -> None:
    """Each id of theirs as each filter that a list has, alone."""
    asked = 0
    for name, parameter in filters():
        for value in two.theirs.values():
            path = OPERATIONS[name][1].removeprefix("/api/v1").format(**two.names)
            answer = await two.asker.get(path, params={parameter: value})
            assert answer.status_code in {200, 404, 422}, (name, parameter, answer.text)
            two.silent(answer)
            asked += answer.status_code == 200
    assert asked


async def test_the_cursors_of_the_other_guilds_lists_show_nothing_of_it(two: TwoGuilds) -> None:
    asked = 0
    for name in listings():
        if "cursor" not in queried(name):
            continue
        for cursor in two.theirs.values():
            path = OPERATIONS[name][1].removeprefix("/api/v1").format(**two.names)
            answer = await two.asker.get(path, params={"cursor": cursor, "limit": 1})
            assert answer.status_code in {200, 422}, (name, answer.text)
            two.silent(answer)
            asked += answer.status_code == 200
    assert asked


async def test_the_other_guilds_events_are_no_place_to_go_on_from(two: TwoGuilds) -> None:
    """Of a job of one's own, theirs are no events; in the stream of the guild they are as one that there never was."""
    api = two.api
    mine, theirs = UUID(two.scene.askers["admin"].job_id), UUID(two.theirs["job_id"])
    path, seen = f"/jobs/{mine}/events", {"Last-Event-ID": f"{theirs}:1"}
    answer = await two.asker.get(path, headers=seen)
    assert answer.status_code == 422, answer.text
    two.silent(answer)
    async with api.database.read() as unit:
        told = await unit.jobs.events_after(SYSTEM, theirs, 0)
        assert told
        for event in told:
            place, never = [
                await unit.jobs.guild_position(SYSTEM, two.names["guild_id"], (job_id, event.sequence))
                for job_id in (theirs, uuid4())
            ]
            assert place == never


async def test_an_idempotency_key_is_of_one_account_and_one_route(two: TwoGuilds) -> None:
    other = await someone(two.api, "another", two.theirs["guild_id"], ADMIN)
    headers, body = {"Idempotency-Key": "the-same"}, {"name": f"Of {WORD} alone"}
    first = await other.ask("POST", "/templates", json=body, headers=headers)
    again = await other.ask("POST", "/templates", json=body, headers=headers)
    assert first.status_code == 201, first.text
    assert again.json() == first.json()
    mine = await two.asker.ask("POST", "/templates", json=body, headers=headers)
    assert mine.status_code == 201, mine.text
    assert mine.json()["id"] != first.json()["id"]
    differs = await two.asker.ask("POST", "/templates", json={"name": "Ours"}, headers=headers)
    assert (differs.status_code, differs.json()["code"]) == (422, "idempotency_key_reused")
    copied = await two.asker.ask("POST", f"/templates/{mine.json()['id']}/copy", json=None, headers=headers)
    assert copied.json().get("code") != "idempotency_key_reused", copied.text
    theirs = f"/guilds/{two.theirs['guild_id']}/captures"
    assert (await other.ask("POST", theirs, headers=headers)).status_code == 202
    answer = await two.asker.ask("POST", theirs, headers=headers)
    assert answer.status_code == 404, answer.text
    two.silent(answer)


async def test_the_tag_of_the_other_guilds_resource_is_as_an_outdated_one(two: TwoGuilds) -> None:
    other = await someone(two.api, "a third", two.theirs["guild_id"], ADMIN)
    for path, body in (
        ("/guilds/{guild_id}/settings", {"drift": "off"}),
        ("/callbacks/{callback_id}", {"description": "x"}),
    ):
        shown = await other.get(path.format(**two.theirs))
        own = await two.asker.get(path.format(**two.names))
        tag = shown.headers["etag"]
        assert tag != own.headers["etag"]
        for names, status in ((two.names, 412), (two.theirs, 404)):
            answer = await two.asker.client.patch(
                f"/api/v1{path.format(**names)}",
                json=body,
                headers={"If-Match": tag, "Content-Type": "application/merge-patch+json"},
            )
            assert answer.status_code == status, answer.text
            two.silent(answer)


def queried(name: str) -> set[str]:
    """What the document lets it be asked with."""
    return {
        parameter["name"]
        for *_, operation in operations(document())
        if operation["operationId"] == name
        for parameter in operation.get("parameters", ())
        if parameter.get("in") == "query"
    }


def filters() -> Iterator[tuple[str, str]]:
    for name in listings():
        yield from ((name, each) for each in sorted(queried(name) - {"cursor", "limit"}))
