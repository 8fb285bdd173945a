from pathlib import Path

import pytest

from core.config import VARIABLES, Settings, env_example, settings_from
from core.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_file_names_every_setting_with_its_meaning_and_default() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_every_setting_has_one_variable() -> None:
    assert sorted(variable.field for variable in VARIABLES) == sorted(Settings.__struct_fields__)


def test_an_empty_value_is_an_unset_one() -> None:
    assert settings_from({"DATABASE_URL": "", "GUILDWRIGHT_PORT": " "}) == settings_from({})


def test_values_take_the_type_of_their_setting() -> None:
    settings = settings_from(
        {"GUILDWRIGHT_PORT": "9000", "GUILDWRIGHT_MESSAGE_CONTENT": "True", "GUILDWRIGHT_DATA_DIR": "~/data"}
    )
    assert (settings.port, settings.message_content) == (9000, True)
    assert settings.data_dir == Path.home() / "data"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUILDWRIGHT_PORT", "eighty"),
        ("GUILDWRIGHT_PORT", "70000"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("REDIS_URL", "localhost:6379"),
        ("GUILDWRIGHT_OWNER_TOKEN", "short"),
        ("GUILDWRIGHT_LOG_LEVEL", "loud"),
        ("GUILDWRIGHT_JOB_SLOTS", "0"),
        ("GUILDWRIGHT_MESSAGE_CONTENT", "perhaps"),
        ("GUILDWRIGHT_CALLBACK_ALLOW", "10.0.0.1/8"),
        ("GUILDWRIGHT_CALLBACK_ALLOW", "hooks.lan, http://10.0.0.1"),
        ("GUILDWRIGHT_CALLBACKS_PER_GUILD", "-1"),
        ("GUILDWRIGHT_CALLBACK_SLOTS", "0"),
        ("GUILDWRIGHT_CALLBACK_TIMEOUT_SECONDS", "0.5"),
        ("GUILDWRIGHT_CALLBACK_OVERLAP_HOURS", "-1"),
        ("GUILDWRIGHT_CALLBACK_DISABLE_FAILURES", "0"),
        ("GUILDWRIGHT_CALLBACK_DISABLE_HOURS", "nan"),
        ("GUILDWRIGHT_DELIVERY_RETENTION_DAYS", "-1"),
        ("GUILDWRIGHT_IMAGES_MEBIBYTES", "-1"),
        ("GUILDWRIGHT_OWNER_IDS", "80351110224678912, ada"),
        ("GUILDWRIGHT_SESSION_IDLE_DAYS", "0"),
        ("GUILDWRIGHT_SESSION_DAYS", "401"),
        ("DISCORD_CLIENT_ID", "80351110224678912"),
        ("DISCORD_CLIENT_ID", "the-id"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        settings_from({name: value})


def test_no_secret_is_shown() -> None:
    secrets = {v.name: f"{v.name.lower()}-secret-value" for v in VARIABLES if v.secret}
    secrets |= {
        "DATABASE_URL": "postgresql://u:hidden-secret@h/d",
        "GUILDWRIGHT_MIGRATION_DATABASE_URL": "postgresql://o:hidden-secret@h/d",
        "REDIS_URL": "redis://:hidden-secret@h",
    }
    assert "secret" not in repr(settings_from(secrets))
