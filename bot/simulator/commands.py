"""The application's commands, global and per guild, as Discord keeps them."""

from bot.simulator.shapes import JsonObject


class CommandBook:
    """Scope None holds the global commands; ids stay with a (scope, type, name) when a command is overwritten."""

    def __init__(self) -> None:
        self._scopes: dict[int | None, dict[int, JsonObject]] = {}

    def clear(self) -> None:
        self._scopes.clear()

    def of(self, scope: int | None) -> dict[int, JsonObject]:
        return self._scopes.setdefault(scope, {})

    def named(self, scope: int | None, name: str, kind: int) -> JsonObject | None:
        commands = self.of(scope).values()
        return next((each for each in commands if each["name"] == name and each["type"] == kind), None)

    def put(self, scope: int | None, command: JsonObject) -> None:
        self.of(scope)[int(str(command["id"]))] = command

    def visible(self, guild_id: int, name: str, kind: int) -> JsonObject | None:
        """The command a user of the guild would run: the guild's own hides a global one."""
        return self.named(guild_id, name, kind) or self.named(None, name, kind)
