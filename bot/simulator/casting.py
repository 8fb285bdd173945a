"""Whom a spec speaks of: its roles by key or name, users known and new, and permissions by name."""

from bot.simulator import permissions
from bot.simulator.forms import Form
from bot.simulator.shapes import as_list, as_text
from bot.simulator.state import Role, User
from bot.simulator.world import World


class Cast:
    """New users join the world only when the whole spec was read without an error."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.roles: dict[str, Role] = {}
        self.newcomers: dict[str, User] = {}

    def user(self, username: str, *, bot: bool = False) -> User:
        known = self._world.user_named(username) or self.newcomers.get(username)
        if known is None:
            known = self.newcomers[username] = User(id=self._world.mint(), username=username)
        if username in self.newcomers:
            known.bot = known.bot or bot
        return known

    def role(self, form: Form, key: str, name: str) -> Role | None:
        role = self.roles.get(name) or next((each for each in self.roles.values() if each.name == name), None)
        if role is None:
            form.bad(key, "SPEC_UNKNOWN", f"No role {name!r} in this spec")
        return role


def read_bits(form: Form, key: str, default: int) -> int:
    """A bit field, or a list of permission names."""
    names = as_list(form.data.get(key))
    if names is None:
        return form.bits(key, default) & permissions.ALL
    try:
        return permissions.named(as_text(name) or "" for name in names)
    except KeyError as unknown:
        form.bad(key, "SPEC_UNKNOWN", f"No permission {unknown}")
        return default
