"""The welcome screen (Discord docs: Guild > Get Guild Welcome Screen, Modify Guild Welcome Screen)."""

from bot.simulator import payloads
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.onboarding_forms import read_emoji
from bot.simulator.permissions import MANAGE_GUILD
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, WelcomeScreen
from bot.simulator.welcome import ENABLED, payload

routes = Routes()

_CHANNELS, _CHANNEL_DESCRIPTION, _DESCRIPTION = 5, 50, 140
_TEMPLATE = "/guilds/{guild_id}/welcome-screen"


@routes.on("GET", _TEMPLATE)
def get_welcome_screen(call: Call) -> Answer:
    """Unknown while there is none, and to whom it is not shown: it takes MANAGE_GUILD while it is not enabled.

    That this, too, is 10069 is what client libraries report.
    """
    guild, standing = call.guild()
    shown = ENABLED in guild.features or standing.permissions & MANAGE_GUILD
    if not guild.welcome_screen.set_up or not shown:
        raise refuse(10069)
    return ok(payload(guild.welcome_screen))


@routes.on("PATCH", _TEMPLATE)
def edit_welcome_screen(call: Call) -> Answer:
    """All is optional. ``null`` clears the text or the channels and leaves ``enabled`` as it is.

    Only Community guilds can have one; which refusal others get is not documented beyond its status, 403. The audit log
    knows no event for it.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    if "COMMUNITY" not in guild.features:
        raise refuse(50001)
    form = call.form()
    wanted = _read(form, guild)
    enabled = ENABLED in guild.features
    if form.data.get("enabled") is not None:
        enabled = form.flag("enabled", enabled)
    form.settle()
    for each in wanted.channels:
        if int(str(each["channel_id"])) not in guild.channels:
            raise refuse(10003)
    guild.welcome_screen = wanted
    if enabled != (ENABLED in guild.features):
        kept = [each for each in guild.features if each != ENABLED]
        guild.features = [*kept, ENABLED] if enabled else kept
        call.world.emit("GUILD_UPDATE", guild, payloads.guild(guild))
    return ok(payload(wanted))


def _read(form: Form, guild: Guild) -> WelcomeScreen:
    old = guild.welcome_screen
    forms = form.forms("welcome_channels", most=_CHANNELS)
    return WelcomeScreen(
        set_up=True,
        description=form.text("description", old.description, most=_DESCRIPTION),
        channels=[_read_channel(each, guild) for each in forms or []]
        if "welcome_channels" in form
        else old.channels,
    )


def _read_channel(form: Form, guild: Guild) -> JsonObject:
    for key in ("channel_id", "description"):
        form.require(key)
    emoji = read_emoji(form, guild)
    return {
        "channel_id": str(form.snowflake("channel_id", 0)),
        "description": form.text("description", "", least=1, most=_CHANNEL_DESCRIPTION) or "",
        "emoji_id": emoji["id"],
        "emoji_name": emoji["name"],
    }
