"""Who may do what follows Discord within seconds: the same session, its JWT and its account's API token may, and may no
longer, while people change roles by hand."""

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from core.processes import OwnProcess
from tests.e2e.browsing import Browser, Person
from tests.e2e.road import Road, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOOK = {"url": "https://hooks.example/in", "events": ["job.*"]}
MANAGE_GUILD = str(1 << 5)


def all_of(status: int) -> dict[str, int]:
    return dict.fromkeys(("session", "jwt", "token"), status)


class Harbour(msgspec.Struct, frozen=True, kw_only=True):
    """A guild with a role for administrators, and with Grace, who has none."""

    road: Road
    guild_id: str
    chief: str
    grace: str
    person: Person

    async def by_hand(self, method: str, path: str, body: Any = None) -> None:
        """What the guild's owner does in Discord."""
        edit = {"guild_id": self.guild_id, "method": method, "path": f"/guilds/{self.guild_id}{path}"}
        done = await self.road.sim("POST", "/edits", edit | ({} if body is None else {"body": body}))
        assert done["status"] < 300, done

    async def becomes(self, status: int, path: str) -> None:
        """What reading that is answered to all of hers."""

        async def is_so() -> bool:
            return await self.person.statuses("GET", f"/guilds/{self.guild_id}{path}") == all_of(status)

        await until(is_so)

    async def making_a_callback(self) -> dict[str, int]:
        return await self.person.statuses("POST", f"/guilds/{self.guild_id}/callbacks", json=HOOK)

    async def mine(self) -> list[tuple[str, str, bool]]:
        """What she is told of her guilds: her role, the guild's state, and whether the bot is there."""
        told = (await self.person.browser.go("GET", "/api/v1/me/guilds")).json()["items"]
        return [(each["role"], each["state"], each["bot"]) for each in told if each["id"] == self.guild_id]

    async def tell_role(self, role: str) -> None:
        async def is_so() -> bool:
            return await self.mine() == [(role, "approved", True)]

        await until(is_so)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(road: Road) -> OwnProcess:
    await road.new_guild()
    return await road.start_bot()


@pytest_asyncio.fixture(loop_scope="module")
async def harbour(road: Road, bot: OwnProcess) -> AsyncIterator[Harbour]:
    made = await road.sim(
        "POST",
        "/guilds",
        {
            "name": "Harbour",
            "roles": [{"name": "Chief", "permissions": ["ADMINISTRATOR"]}],
            "members": [{"username": "grace"}],
        },
    )
    grace, guild_id = made["members"]["grace"], made["id"]
    await until(lambda: road.knows(guild_id))
    browser = Browser(road)
    await browser.log_in(grace)
    yield Harbour(
        road=road,
        guild_id=guild_id,
        chief=made["roles"]["Chief"],
        grace=grace,
        person=await Person.of(browser),
    )
    await browser.close()
    await road.sim("DELETE", f"/guilds/{guild_id}")


async def test_a_browser_is_sent_to_discord_with_a_state_and_a_challenge_and_comes_back_with_a_new_session(
    road: Road, harbour: Harbour
) -> None:
    browser = Browser(road)
    begun = await browser.go("GET", "/api/v1/auth/discord/login")
    left = dict(browser.cookies)
    await browser.log_in(harbour.grace)
    assert begun.status_code == 302
    assert (browser.asked["scope"], browser.asked["code_challenge_method"]) == ("identify guilds", "S256")
    assert (
        len(base64.urlsafe_b64decode(browser.asked["code_challenge"] + "=")) == hashlib.sha256().digest_size
    )
    assert len(browser.asked["state"]) >= 43
    assert len(browser.cookies) == 1
    assert not left.keys() & browser.cookies.keys()
    assert browser.cookies != harbour.person.browser.cookies
    me = (await browser.go("GET", "/api/v1/me")).json()
    assert (me["name"], me["discord_user_id"]) == ("grace", harbour.grace)
    await browser.close()


async def test_who_is_promoted_may_and_who_is_demoted_may_no_longer(harbour: Harbour) -> None:
    await harbour.tell_role("user")
    assert await harbour.making_a_callback() == all_of(403)
    await harbour.by_hand("PUT", f"/members/{harbour.grace}/roles/{harbour.chief}")
    await harbour.becomes(200, "/callbacks")
    assert await harbour.making_a_callback() == all_of(201)
    assert await harbour.mine() == [("admin", "approved", True)]
    await harbour.by_hand("DELETE", f"/members/{harbour.grace}/roles/{harbour.chief}")
    await harbour.becomes(403, "/callbacks")
    assert await harbour.making_a_callback() == all_of(403)
    await harbour.tell_role("user")


async def test_what_a_role_gives_counts_as_soon_as_it_is_edited(harbour: Harbour) -> None:
    await harbour.by_hand("PUT", f"/members/{harbour.grace}/roles/{harbour.chief}")
    await harbour.becomes(200, "/callbacks")
    await harbour.by_hand("PATCH", f"/roles/{harbour.chief}", {"permissions": MANAGE_GUILD})
    await harbour.becomes(403, "/callbacks")
    await harbour.becomes(200, "/snapshots")
    await harbour.tell_role("moderator")
    await harbour.by_hand("DELETE", f"/roles/{harbour.chief}")
    await harbour.becomes(403, "/snapshots")
    await harbour.tell_role("user")


@pytest.mark.parametrize("goes", [("DELETE", "/members/{}"), ("PUT", "/bans/{}")], ids=["kicked", "banned"])
async def test_who_is_sent_away_finds_nothing_there_and_who_comes_back_does(
    harbour: Harbour, goes: tuple[str, str]
) -> None:
    await harbour.by_hand("PUT", f"/members/{harbour.grace}/roles/{harbour.chief}")
    await harbour.becomes(200, "/callbacks")
    method, path = goes
    await harbour.by_hand(method, path.format(harbour.grace))
    await harbour.becomes(404, "")
    await harbour.becomes(404, "/callbacks")
    assert await harbour.making_a_callback() == all_of(404)
    assert await harbour.mine() == []
    if method == "PUT":
        await harbour.by_hand("DELETE", f"/bans/{harbour.grace}")
    await harbour.road.sim("POST", f"/guilds/{harbour.guild_id}/members", {"user": harbour.grace})
    await harbour.becomes(200, "")
    assert await harbour.making_a_callback() == all_of(403)


async def test_in_a_banned_guild_its_administrators_look_and_do_nothing(harbour: Harbour) -> None:
    await harbour.by_hand("PUT", f"/members/{harbour.grace}/roles/{harbour.chief}")
    await harbour.becomes(200, "/callbacks")
    decided = {"decision": "banned", "reason": "spam"}
    answer = await harbour.road.http.post(f"/guilds/{harbour.guild_id}/approval", json=decided)
    assert answer.is_success, answer.text
    assert await harbour.mine() == [("admin", "banned", True)]
    await harbour.becomes(200, "")
    assert await harbour.making_a_callback() == all_of(409)
    captures = await harbour.person.statuses("POST", f"/guilds/{harbour.guild_id}/captures")
    assert captures == all_of(409)
    decided = {"decision": "approved", "reason": "a mistake"}
    answer = await harbour.road.http.post(f"/guilds/{harbour.guild_id}/approval", json=decided)
    assert answer.is_success, answer.text
    assert await harbour.making_a_callback() == all_of(201)
