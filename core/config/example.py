"""`.env.example`, rendered."""

from pathlib import Path

from core.config.settings import Settings
from core.config.variables import VARIABLES


def env_example() -> str:
    """The text of `.env.example`: every variable with its meaning and default, commented out."""
    defaults = Settings(data_dir=Path("~/.local/share/guildwright"))
    lines = ["# Every setting, with its default. Copy to .env and uncomment what you change."]
    for variable in VARIABLES:
        default: object = getattr(defaults, variable.field)
        if isinstance(default, bool):
            default = str(default).lower()
        lines += ["", f"# {variable.meaning}", f"# {variable.name}={'' if default is None else default}"]
    return "\n".join(lines) + "\n"
