"""The application's commands, global and per guild, and who may use them where, as Discord keeps them."""

from bot.simulator.command_access import Access
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild

_DAY = 86_400.0


class CommandBook:
    """Scope None holds the global commands; ids stay with a (scope, type, name) when a command is overwritten.

    ``permissions`` are those of a guild, by the id of a command or of the application (all commands), and then by id
    and type of whom they are for.
    """

    def __init__(self) -> None:
        self._scopes: dict[int | None, dict[int, JsonObject]] = {}
        self._created: dict[int | None, list[float]] = {}
        self.permissions: dict[int, dict[int, dict[tuple[int, int], bool]]] = {}

    def clear(self) -> None:
        self._scopes.clear()
        self._created.clear()
        self.permissions.clear()

    def of(self, scope: int | None) -> dict[int, JsonObject]:
        return self._scopes.setdefault(scope, {})

    def named(self, scope: int | None, name: str, kind: int) -> JsonObject | None:
        commands = self.of(scope).values()
        return next((each for each in commands if each["name"] == name and each["type"] == kind), None)

    def put(self, scope: int | None, command: JsonObject) -> None:
        """A command that is called otherwise than before loses its permissions (docs: Edit Application Command
        Permissions)."""
        command_id = int(str(command["id"]))
        known = self.of(scope).get(command_id)
        if known is not None and known["name"] != command["name"]:
            self._forget_permissions(command_id)
        self.of(scope)[command_id] = command

    def drop(self, scope: int | None, command_id: int) -> None:
        del self.of(scope)[command_id]
        self._forget_permissions(command_id)

    def _forget_permissions(self, command_id: int) -> None:
        for found in self.permissions.values():
            found.pop(command_id, None)

    def visible(self, guild_id: int, name: str, kind: int) -> JsonObject | None:
        """The command a user of the guild would run: the guild's own hides a global one."""
        return self.named(guild_id, name, kind) or self.named(None, name, kind)

    def by_id(self, guild_id: int, command_id: int) -> JsonObject | None:
        """A command that can be used in the guild."""
        return self.of(guild_id).get(command_id) or self.of(None).get(command_id)

    def permissions_of(self, guild_id: int, target_id: int) -> dict[tuple[int, int], bool]:
        return self.permissions.get(guild_id, {}).get(target_id, {})

    def access(self, guild: Guild, command_id: int, application_id: int) -> Access:
        return Access(
            guild,
            self.permissions_of(guild.id, command_id),
            self.permissions_of(guild.id, application_id),
        )

    def created_lately(self, scope: int | None, now: float) -> int:
        """How many were created within a day; creating again what is there is no creation."""
        self._created[scope] = [each for each in self._created.get(scope, ()) if now - each < _DAY]
        return len(self._created[scope])

    def count_created(self, scope: int | None, now: float, number: int) -> None:
        self._created.setdefault(scope, []).extend([now] * number)
