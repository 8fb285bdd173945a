"""Two guilds: who administers one finds nothing of the other, by whatever id they ask."""

from collections.abc import AsyncIterator, Iterator
from itertools import combinations
from typing import Any, cast

import httpx
import msgspec
import pytest
import pytest_asyncio

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
            for name in ("plan_id", "callback_id", "schedule_id", "snapshot_id", "guild_id")
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
