"""Asking twice is asking once."""

import asyncio

from tests.api.world import DOCUMENT, Api

KEY = {"Idempotency-Key": "once"}


async def test_fifty_at_once_make_one_job_and_get_one_answer(api: Api) -> None:
    guild = await api.guild()
    answers = await asyncio.gather(*(api.post(f"/guilds/{guild}/sync", headers=KEY) for _ in range(50)))
    assert {(a.status_code, a.headers["location"], a.content) for a in answers} == {
        (202, answers[0].headers["location"], answers[0].content)
    }
    assert (await api.rows())["jobs"] == 1
    assert len(api.rings.rung) == 1


async def test_the_first_answer_is_given_again_after_the_thing_has_changed(api: Api) -> None:
    first = await api.post("/templates", json={"name": "x"}, headers=KEY)
    await api.client.patch(first.headers["location"], json={"name": "y"})
    again = await api.post("/templates", json={"name": "x"}, headers=KEY)
    assert (again.status_code, again.headers["location"], again.json()) == (
        201,
        first.headers["location"],
        first.json(),
    )


async def test_another_body_or_query_under_the_same_key_is_refused(api: Api) -> None:
    await api.post("/templates/import?name=x", json=DOCUMENT, headers=KEY)
    for path, body in (("?name=x", {"guildwright": 1}), ("?name=y", DOCUMENT)):
        answer = await api.post(f"/templates/import{path}", json=body, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert (await api.rows())["templates"] == 1


async def test_a_key_is_of_one_path(api: Api) -> None:
    one, other = await api.guild(), await api.guild()
    jobs = [(await api.post(f"/guilds/{guild}/sync", headers=KEY)).json()["id"] for guild in (one, other)]
    assert jobs[0] != jobs[1]


async def test_what_fails_is_not_kept(api: Api) -> None:
    guild = await api.guild()
    await api.execute("UPDATE guilds SET state = 'left'")
    refused = await api.post(f"/guilds/{guild}/sync", headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "guild_state")
    assert (await api.rows())["idempotency_keys"] == 0
    await api.execute("UPDATE guilds SET state = 'approved'")
    assert (await api.post(f"/guilds/{guild}/sync", headers=KEY)).status_code == 202
