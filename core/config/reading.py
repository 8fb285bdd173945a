"""Settings are read from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from dotenv import dotenv_values

from core.config.checks import check
from core.config.settings import Settings
from core.config.variables import VARIABLES, Variable
from core.errors import ConfigurationError


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Empty values count as unset. Raises `ConfigurationError` naming the variable."""
    given: dict[str, Any] = {}
    for variable in VARIABLES:
        value = environ.get(variable.name, "").strip()
        if value:
            given[variable.field] = _converted(variable, value)
    settings = Settings(**given)
    check(settings)
    return settings


def load_settings(dotenv: Path | None = Path(".env")) -> Settings:
    """From the environment; what it does not set comes from the `.env` file, where there is one."""
    file = (
        {k: v for k, v in dotenv_values(dotenv).items() if v is not None}
        if dotenv and dotenv.is_file()
        else {}
    )
    return settings_from({**file, **os.environ})


def _converted(variable: Variable, value: str) -> Any:
    kinds = msgspec.structs.fields(Settings)
    wanted = next(field.type for field in kinds if field.name == variable.field)
    if wanted in (Path, Path | None):
        return Path(value).expanduser()
    try:
        return msgspec.convert(value.lower() if wanted is bool else value, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{variable.name} is not usable: {error}.") from None
