"""The pages a person sees: the question, and sentences. Whole in themselves: no script, nothing from elsewhere."""

from collections.abc import Iterable
from html import escape

from bot.simulator import permissions
from bot.simulator.oauth2.requests import AuthorizationRequest
from bot.simulator.oauth2.scopes import MEANINGS
from bot.simulator.state import Application, Guild, User
from bot.simulator.state.applications import TEAM_PSEUDO_USER
from bot.simulator.world import World

_STYLE = """
:root { color-scheme: light dark; --ground: #f2f3f5; --card: #fff; --ink: #1e1f22; --dim: #5c5e66;
  --line: #d9dadd; --accent: #5865f2; }
@media (prefers-color-scheme: dark) { :root { --ground: #1e1f22; --card: #2b2d31; --ink: #f2f3f5;
  --dim: #b5bac1; --line: #3f4147; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(28rem, 100%); background: var(--card); border-radius: .75rem; padding: 2rem;
  box-shadow: 0 .5rem 2rem rgb(0 0 0 / .2); }
header { text-align: center; }
.badge { width: 5rem; height: 5rem; margin: 0 auto .75rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: #fff; font-size: 2rem; font-weight: 700; object-fit: cover; }
h1 { font-size: 1.35rem; margin: 0; }
p, ul { color: var(--dim); margin: .5rem 0; }
ul { list-style: none; padding: 0; }
li::before { content: "✓"; color: var(--accent); font-weight: 700; margin-right: .6rem; }
label { display: block; margin-top: 1rem; font-size: .8rem; font-weight: 600; color: var(--dim); }
select { width: 100%; margin-top: .35rem; padding: .6rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--ground); color: var(--ink); font: inherit; }
footer { display: flex; gap: .75rem; justify-content: space-between; margin-top: 1.75rem; }
button { padding: .65rem 1.4rem; border: 0; border-radius: .4rem; font: inherit; font-weight: 600; cursor: pointer;
  background: transparent; color: var(--ink); }
button.yes { background: var(--accent); color: #fff; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""


def sentence(title: str, text: str) -> str:
    """A page that only says something."""
    return _page(title, f"<header><h1>{escape(title)}</h1></header><p>{escape(text)}</p>")


def question(world: World, request: AuthorizationRequest, action: str, known: User | None) -> str:
    """The consent page; ``action`` is where the answer is posted, ``known`` who this browser was last."""
    application = world.application
    name = escape(application.name)
    scopes = "".join(f"<li>{escape(MEANINGS[each])}</li>" for each in request.scopes)
    guilds = _guild_picker(world, request) if request.adds_bot else ""
    return _page(
        f"Authorize {application.name}",
        f"""<header>{_badge(application)}<p>{name}</p><h1>wants to access your account</h1></header>
<form method="post" action="{escape(action)}">
<label>You are<select name="user" required>{_people(world, known)}</select></label>
<p>This will allow the developer of {name} to:</p><ul>{scopes}</ul>
{guilds}{_granted(request)}{_destination(request)}
<footer><button name="action" value="cancel">Cancel</button>
<button class="yes" name="action" value="authorize">Authorize</button></footer>
</form>""",
    )


def _page(title: str, inner: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{inner}</main></body></html>"
    )


def _badge(application: Application) -> str:
    if application.icon is None:
        return f'<div class="badge" aria-hidden="true">{escape(application.name[:1].upper())}</div>'
    return f'<img class="badge" alt="" src="/app-icons/{application.id}/{application.icon}.png">'


def _people(world: World, known: User | None) -> str:
    """Everybody but bots; there are no passwords here."""
    people = sorted(
        (user for user in world.users.values() if not user.bot and not user.public_flags & TEAM_PSEUDO_USER),
        key=lambda user: user.username,
    )
    return _options(
        ((user.id, user.global_name or user.username) for user in people), None if known is None else known.id
    )


def _guild_picker(world: World, request: AuthorizationRequest) -> str:
    guilds = sorted(world.guilds.values(), key=lambda guild: guild.name)
    if request.fixed_guild:
        guilds = [guild for guild in guilds if guild.id == request.guild_id]
    options = _options(((guild.id, _described(world, guild)) for guild in guilds), request.guild_id)
    return f'<label>Add to server<select name="guild_id" required>{options}</select></label>'


def _described(world: World, guild: Guild) -> str:
    """The name, and who may add bots: that depends on who one is."""
    able = [
        world.users[member.user_id].username
        for member in guild.members.values()
        if permissions.base(guild, member) & permissions.MANAGE_GUILD and not world.users[member.user_id].bot
    ]
    shown = ", ".join(able[:3]) + (" …" if len(able) > 3 else "")  # noqa: PLR2004 - a line's worth
    return f"{guild.name} ({shown})"


def _options(found: Iterable[tuple[int, str]], chosen: int | None) -> str:
    return "".join(
        f'<option value="{key}"{" selected" if key == chosen else ""}>{escape(text)}</option>'
        for key, text in found
    )


def _granted(request: AuthorizationRequest) -> str:
    names = [name for name, bit in permissions.BITS.items() if request.permissions & bit]
    if not request.adds_bot or not names:
        return ""
    listed = ", ".join(name.replace("_", " ").capitalize() for name in names)
    return f"<p>The bot will be granted: {escape(listed)}.</p>"


def _destination(request: AuthorizationRequest) -> str:
    return "" if request.target is None else f"<p>You will then go to {escape(request.target)}.</p>"
