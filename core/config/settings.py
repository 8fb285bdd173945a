"""Settings as a value."""

from pathlib import Path

import msgspec
from platformdirs import user_data_path

from core.config.variables import VARIABLES

DISCORD_API = "https://discord.com/api/v10"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting with its default. The `repr` shows no secret."""

    database_url: str | None = None
    migration_database_url: str | None = None
    redis_url: str | None = None
    discord_token: str | None = None
    discord_api_base: str = DISCORD_API
    discord_client_id: str | None = None
    discord_client_credential: str | None = None
    owner_ids: str = ""
    session_idle_days: float = 7.0
    session_days: float = 30.0
    owner_token: str | None = None
    data_dir: Path = msgspec.field(default_factory=lambda: user_data_path("guildwright"))
    keys_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: str | None = None
    message_content: bool = False
    job_slots: int = 10
    lease_seconds: float = 45.0
    job_retention_days: int = 90
    left_guild_retention_days: int = 90
    callback_allow: str = ""
    callbacks_per_guild: int = 20
    callback_slots: int = 40
    callback_timeout_seconds: float = 10.0
    callback_overlap_hours: float = 24.0
    callback_disable_failures: int = 8
    callback_disable_hours: float = 12.0
    delivery_retention_days: int = 30
    images_mebibytes: int = 2048
    audit_retention_days: int = 730
    cors_origins: str = ""
    trusted_proxies: str = ""
    requests_per_minute: int = 600
    jobs_per_minute: int = 120
    address_requests_per_minute: int = 1200
    logins_per_minute: int = 20
    metrics_address: str = "127.0.0.1"
    metrics_port: int = 0
    log_level: str = "info"
    log_format: str = "text"

    def __repr__(self) -> str:
        hidden = {variable.field for variable in VARIABLES if variable.secret}
        shown = {
            f: "***" if f in hidden and getattr(self, f) else getattr(self, f) for f in self.__struct_fields__
        }
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @property
    def keys_path(self) -> Path:
        return self.keys_file or self.data_dir / "keys.json"

    @property
    def owners(self) -> frozenset[str]:
        """Discord ids of people who own the installation."""
        return frozenset(self.owner_ids.replace(",", " ").split())

    @property
    def image_capacity(self) -> int:
        """What all stored pictures together may have, in bytes."""
        return self.images_mebibytes * 1024**2

    @property
    def allowed_origins(self) -> frozenset[str]:
        """In the form in which browsers send them."""
        return frozenset(filter(None, (part.strip().lower() for part in self.cors_origins.split(","))))

    @property
    def origin(self) -> str:
        """The API's own address as browsers see it, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
