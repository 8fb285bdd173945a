"""An installation whose every row is compared before and after each call, and people who come as over HTTP."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace
from sqlalchemy import text

from core.accounts.schemas import DiscordLogin, LoginGuild, Visit
from core.actions.payloads import MessageSend
from core.actor import Actor
from core.audit.schemas import AuditEntry, AuditFilter
from core.composition.people import People
from core.discord.permissions import Permission
from core.errors import Unauthenticated
from core.jobs.schemas import JobError
from core.paging import Paging
from core.tables import METADATA
from core.uow import Database, UnitOfWork
from tests.builders.core import owner, powers, snapshot, snowflake
from tests.fixtures.keys import keyring

OWNER_TOKEN = "o" * 30
PEOPLE: Mapping[str, Permission | None] = {
    "admin": Permission.ADMINISTRATOR,
    "colleague": Permission.ADMINISTRATOR,
    "moderator": Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES,
    "user": Permission.SEND_MESSAGES,
    "stranger": None,
}
"""What Discord lets them do in the guild; None is in another one only."""
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "builder": ("templates:write", "templates:read", "plans:write"),
    "messenger": ("jobs:create", "jobs:write", "jobs:read"),
}
"""Tokens of the admin's, with these scopes only."""
ACTORS = ("owner", *PEOPLE, *PROGRAMS)

_UNCOUNTED = frozenset({"audit_entries", "processes"})
_USES = "{last_used_at,seen_at}"
"""When something was last used is kept without an entry."""
_TABLES = tuple(table for table in METADATA.sorted_tables if table.name not in _UNCOUNTED)
_ALL_ROWS = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', (to_jsonb(t) - '{_USES}'::text[])::text FROM {table.name} t"
        for table in _TABLES
    )
)
_KEYS = {table.name: tuple(column.name for column in table.primary_key) for table in _TABLES}

Row = dict[str, Any]
Rows = dict[tuple[str, tuple[str, ...]], str]


class Installation:
    """`rows` are all there are, by table and primary key; `entries` are the ids of those in the log."""

    def __init__(self, database: Database) -> None:
        database.people = People(keyring=keyring())
        self.database = database
        self.rows: Rows = {}
        self.before: Rows = {}
        self._known: set[UUID] = set()
        self._secrets: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._users = {name: snowflake() for name in PEOPLE}
        self._here, self._there, self._new = (snapshot(roles=0) for _ in range(3))
        self.guild_id, self.new_guild_id = self._here.guild_id, self._new.guild_id
        self.channel_id = self._here.channels[0].id

    async def begin(self) -> None:
        """From an empty database, but for the log, which nobody empties."""
        names = ", ".join(table.name for table in _TABLES)
        async with self.database.engines.writing.begin() as connection:
            await connection.execute(text(f"TRUNCATE {names}"))
        async with self.database.unit() as unit:
            await unit.accounts.bootstrap_owner(OWNER_TOKEN)
            for seen, vouched in ((self._here, True), (self._there, True), (self._new, False)):
                await unit.guilds.store(seen, powers(seen), vouched=vouched)
            for reason in ("join", "capture", "capture"):
                await unit.snapshots.keep(owner(), self._here, reason=reason)
        for name in PEOPLE:
            async with self.database.unit() as unit:
                await self.log_in(unit, name)
            self.go_on(committed=True)
        admin = await self.actor("admin")
        assert admin is not None
        for name, scopes in PROGRAMS.items():
            async with self.database.unit() as unit:
                made = await unit.accounts.create_token(admin, name, scopes=scopes)
                self._secrets[name] = made.secret
        for _ in range(2):
            async with self.database.unit() as unit:
                action = MessageSend(channel_id=self.channel_id, content="hello")
                await unit.actions.request(admin, self.guild_id, action)
        await self._fail_what_is_asked()
        await self.look()

    async def _fail_what_is_asked(self) -> None:
        async with self.database.unit() as unit:
            while claim := await unit.ledger.claim("bot", "nobody", 60):
                await unit.ledger.settle(claim, "failed", error=JobError(code="test", message="It failed."))

    async def log_in(
        self, unit: UnitOfWork, name: str, request_id: str | None = None, *, called: str | None = None
    ) -> None:
        """Ends the session that their browser had. `called` is what Discord calls them by now."""
        bits = PEOPLE[name]
        seen = self._there if bits is None else self._here
        guild = LoginGuild(id=seen.guild_id, name="Ours", is_owner=False, bits=int(bits or 0))
        login = DiscordLogin(
            user_id=self._users[name],
            name=called or name,
            access_token="a",
            expires_in=600,
            scopes="identify guilds",
            guilds=(guild,),
        )
        visit = Visit(request_id=request_id)
        made = await unit.sessions.log_in(login, visit, replaces=self._secrets.get(name))
        await unit.access.note_login(made.account_id, login.user_id, name, login.guilds)
        self._shown = {name: made.secret}

    def go_on(self, *, committed: bool) -> None:
        """A browser has the new session only where the login was kept."""
        if committed:
            self._secrets |= self._shown
        self._shown = {}

    async def actor(self, name: str) -> Actor | None:
        """Who this is now, in a request of its own; None for whose session or token has ended."""
        async with self.database.read() as unit:
            try:
                if name == "owner":
                    actor = await unit.accounts.authenticate(OWNER_TOKEN)
                elif name in PROGRAMS:
                    actor = await unit.accounts.authenticate(self._secrets[name])
                else:
                    actor = await unit.sessions.authenticate(self._secrets[name])
            except Unauthenticated:
                return None
            return replace(await unit.access.resolve(actor), request_id=str(uuid4()))

    async def look(self) -> tuple[Rows, tuple[AuditEntry, ...]]:
        """What is other than at the last look (a row as it is, or as it was), and the new entries."""
        async with self.database.read() as unit:
            page = await unit.audit.list(owner(), AuditFilter(), Paging(limit=100))
        async with self.database.engines.reading.connect() as connection:
            found = (await connection.execute(_ALL_ROWS)).all()
        self.before, self.rows = self.rows, {_key(table, row): row for table, row in found}
        changed = dict(set(self.before.items()) ^ set(self.rows.items()))
        entries = tuple(entry for entry in page.items if entry.id not in self._known)
        self._known.update(entry.id for entry in entries)
        return changed, entries

    def those_of(self, table: str) -> Iterator[Row]:
        """In the order of their ids."""
        for (name, _), row in sorted(self.rows.items()):
            if name == table:
                yield json.loads(row)

    def id_of(self, table: str, number: int, **wanted: object) -> UUID:
        """One of the rows there are; an id of nothing where there is none."""
        found = [
            row["id"]
            for row in self.those_of(table)
            if all(row[column] == value for column, value in wanted.items())
        ]
        return UUID(found[number % len(found)]) if found else uuid4()


def _key(table: str, row: str) -> tuple[str, tuple[str, ...]]:
    values = json.loads(row)
    return table, tuple(str(values[name]) for name in _KEYS[table])
