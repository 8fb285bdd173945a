"""Everything that somebody of the scene can show for themselves."""

from typing import Any

from core.accounts.schemas import DiscordLogin, Visit
from core.catalog import CATALOG
from core.rights import covers
from tests.api.matrix.outcomes import Cell
from tests.api.matrix.scene import Scene
from tests.api.matrix.table import TABLE, Role
from tests.api.programs import bearer, cookie

ORIGIN = "http://127.0.0.1:8420"
SOME = ("templates:read",)
"""For a token with scopes at what needs none."""


class Wallet:
    """Makes what is asked for once, and gives it out again."""

    def __init__(self, scene: Scene, scopes: dict[str, str]) -> None:
        self._scene = scene
        self._scopes = scopes
        self._made: dict[tuple[Role, tuple[str, ...] | None, str | None], str] = {}
        self._jwts: dict[Role, str] = {}
        self._sessions: dict[Role, dict[str, str]] = {}

    async def headers(self, cell: Cell) -> dict[str, str]:
        match cell.credential:
            case "none":
                return {}
            case "session":
                # A session that is ended once is none for the next.
                return await self._session(cell.role, is_new=cell.operation == "logout")
            case "jwt":
                return bearer(await self._jwt(cell.role))
            case _:
                return bearer(await self._token(cell.role, **self._limits(cell)))

    def _limits(self, cell: Cell) -> dict[str, Any]:
        match cell.credential:
            case "bound here":
                return {"guild_id": self._scene.here.guild_id}
            case "bound elsewhere":
                return {"guild_id": self._scene.elsewhere.guild_id}
            case "exact scope" | "other scopes":
                return {"scopes": self._of(cell)}
            case _:
                return {}

    def _of(self, cell: Cell) -> tuple[str, ...]:
        needed = self._scopes.get(cell.operation)
        if needed is None:
            return SOME
        if cell.credential == "exact scope":
            return (needed, *TABLE[cell.operation].besides)
        return tuple(sorted(scope for scope in CATALOG.scopes if not covers([scope], needed)))

    async def _token(
        self, role: Role, *, scopes: tuple[str, ...] | None = None, guild_id: str | None = None
    ) -> str:
        key = (role, scopes, guild_id)
        if key not in self._made:
            async with self._scene.api.database.unit() as unit:
                made = await unit.accounts.create_token(
                    self._scene.askers[role].person.actor,
                    "of the matrix",
                    scopes=scopes,
                    guild_ids=None if guild_id is None else (guild_id,),
                )
            self._made[key] = made.secret
        return self._made[key]

    async def _jwt(self, role: Role) -> str:
        if role not in self._jwts:
            secret = await self._token(role)
            async with self._scene.api.database.read() as unit:
                actor = await unit.accounts.authenticate(secret)
                self._jwts[role] = (await unit.access_tokens.issue(actor)).secret
        return self._jwts[role]

    async def _session(self, role: Role, *, is_new: bool) -> dict[str, str]:
        """As a page of ours shows it."""
        if is_new or role not in self._sessions:
            person = self._scene.askers[role].person
            login = DiscordLogin(
                user_id=person.user_id, name=role, access_token="a", expires_in=600, scopes="identify guilds"
            )
            async with self._scene.api.database.unit() as unit:
                made = await unit.sessions.log_in(login, Visit())
                actor = await unit.sessions.authenticate(made.secret)
                shown = unit.sessions.form_token(actor)
            headers = {
                **cookie(made.secret),
                "Origin": ORIGIN,
                "Sec-Fetch-Site": "same-origin",
                "X-CSRF-Token": shown,
            }
            if is_new:
                return headers
            self._sessions[role] = headers
        return self._sessions[role]
