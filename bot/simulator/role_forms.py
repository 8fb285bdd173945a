"""Reading a role from a form: name, permissions, colours, icon.

Discord docs: Guild > Create Guild Role and Modify Guild Role; Permissions > Role Object.
"""

from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.images import SMALL, Images, read_image
from bot.simulator.permissions import ALL
from bot.simulator.state import Guild, Role

HOLOGRAPHIC = (11127295, 16759788, 16761760)
_COLOR = (1 << 24) - 1


class RoleForm:
    """Applies a form to a role. After the form has settled come ``require_features`` and ``keep_icon``.

    Every key may be null, which stands for what a new role has. @everyone has nothing but permissions.
    """

    def __init__(self, form: Form, role: Role, guild: Guild) -> None:
        if role.id == guild.id:
            form = Form({key: form.data[key] for key in ("permissions",) if key in form}, form.errors)
        self._form = form
        self._role = role
        self._guild = guild
        self._read_basics()
        self._read_colors()
        self._image = read_image(form, "icon", most=SMALL)
        self._emoji = form.text("unicode_emoji", role.unicode_emoji, most=100)

    def _read_basics(self) -> None:
        """Permission bits that Discord does not know are dropped."""
        form, role = self._form, self._role
        name = form.text("name", role.name, least=1, most=100)
        role.name = "new role" if name is None else name.strip() or role.name
        if form.data.get("permissions") is not None:
            role.permissions = form.bits("permissions", role.permissions) & ALL
        elif "permissions" in form:
            role.permissions = self._guild.roles[self._guild.id].permissions
        role.hoist = form.flag("hoist", role.hoist)
        role.mentionable = form.flag("mentionable", role.mentionable)

    def _read_colors(self) -> None:
        """``colors`` is taken whole and wins over ``color``, which is its older form and has no gradient."""
        form, role = self._form, self._role
        older = form.whole("color", role.color, least=0, most=_COLOR)
        colors = form.form("colors")
        if colors is not None:
            role.color = colors.whole("primary_color", 0, least=0, most=_COLOR)
            role.secondary_color = colors.number("secondary_color", None, least=0, most=_COLOR)
            role.tertiary_color = colors.number("tertiary_color", None, least=0, most=_COLOR)
        elif "color" in form or "colors" in form:
            role.color = older if "color" in form else 0
            role.secondary_color = role.tertiary_color = None

    def require_features(self) -> None:
        """50101 for what the guild has no feature for, 670008 for colours that do not go together.

        Where there is a second colour there is a first; a third exists in the holographic style alone, for which
        the docs give all three values. That a missing feature answers 50101 is reported for icons, and taken to be
        so for gradients.
        """
        role, features = self._role, self._guild.features
        iconic = self._image is not None or self._form.data.get("unicode_emoji") is not None
        if iconic and "ROLE_ICONS" not in features:
            raise refuse(50101)
        gradient = (role.secondary_color, role.tertiary_color)
        if self._form.data.get("colors") is None or gradient == (None, None):
            return
        if "ENHANCED_ROLE_COLORS" not in features:
            raise refuse(50101)
        flat = role.color == 0
        misfit = role.tertiary_color is not None and (role.color, *gradient) != HOLOGRAPHIC
        if flat or misfit:
            raise refuse(670_008)

    def keep_icon(self, images: Images) -> None:
        """An icon takes the emoji's place and the other way round; given both, the icon stays.

        Role icons do not move (docs: Reference > CDN Endpoints), so neither does the hash say so.
        """
        role, form = self._role, self._form
        role.unicode_emoji = self._emoji
        if form.data.get("unicode_emoji") is not None:
            role.icon = None
        if "icon" in form:
            role.icon = images.keep(self._image, f"role-icons/{role.id}", still=True)
        if self._image is not None:
            role.unicode_emoji = None
