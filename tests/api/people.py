"""People who have logged in, and programs of theirs, beside the owner of the installation."""

from typing import Any

import httpx

from core.access.schemas import Person
from core.accounts.schemas import DiscordLogin, Visit
from core.actor import Actor
from core.discord.permissions import Permission
from tests.api.conformity import Conformity
from tests.api.conftest import document
from tests.api.world import Api, transport_to
from tests.builders.core import snowflake


class Someone:
    """A person with an account; what they ask is asked with a token of their own."""

    def __init__(self, api: Api, actor: Actor, secret: str) -> None:
        self.api = api
        self.actor = actor
        self.client = httpx.AsyncClient(
            transport=transport_to(api.app),
            base_url="http://api.test",
            headers={"Authorization": f"Bearer {secret}"},
            event_hooks={"response": [Conformity(document()).check]},
        )

    @property
    def account_id(self) -> str:
        return str(self.actor.account_id)

    @property
    def user_id(self) -> str:
        return self.actor.discord_user_id or ""

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        if method == "PATCH":
            options["headers"] = {"Content-Type": "application/merge-patch+json"}
        return await self.client.request(method, f"/api/v1{path}", **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.ask("GET", path, **options)

    async def is_in(self, guild_id: str, bits: int = 0, **fields: Any) -> None:
        """As the bot sees them there now."""
        person = Person(guild_id=guild_id, user_id=self.user_id, name=self.actor.name, bits=bits, **fields)
        async with self.api.database.unit() as unit:
            await unit.access.keep_people(guild_id, [person])

    async def leaves(self, guild_id: str) -> None:
        async with self.api.database.unit() as unit:
            await unit.access.keep_people(guild_id, [], gone={self.user_id})


async def someone(api: Api, name: str = "somebody", guild_id: str | None = None, bits: int = 0) -> Someone:
    """Logged in for the first time; a member of that guild with these permissions."""
    login = DiscordLogin(
        user_id=snowflake(), name=name, access_token="a", expires_in=600, scopes="identify guilds"
    )
    async with api.database.unit() as unit:
        made = await unit.sessions.log_in(login, Visit())
        await unit.access.note_login(made.account_id, login.user_id, name, ())
        actor = await unit.sessions.authenticate(made.secret)
        token = await unit.accounts.create_token(actor, "a program")
    person = Someone(api, actor, token.secret)
    if guild_id is not None:
        await person.is_in(guild_id, bits)
    return person


ADMIN, MODERATOR = int(Permission.ADMINISTRATOR), int(Permission.MANAGE_GUILD)
