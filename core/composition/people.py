"""What settings say of people."""

from datetime import timedelta

import msgspec

from core.accounts.schemas import SessionLife
from core.config import Settings
from core.keyring import Keyring


class People(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of people by settings. Only a process that logs them in or signs has a `keyring`. `issuer` is the
    installation's own address, which access tokens name."""

    owner_ids: frozenset[str] = frozenset()
    session_life: SessionLife = SessionLife()
    keyring: Keyring | None = None
    issuer: str = ""

    def keys(self) -> Keyring:
        if self.keyring is None:
            raise RuntimeError("This process was started without the installation's keys.")
        return self.keyring


def people_of(settings: Settings, keyring: Keyring | None = None) -> People:
    life = SessionLife(
        idle=timedelta(days=settings.session_idle_days), absolute=timedelta(days=settings.session_days)
    )
    return People(owner_ids=settings.owners, session_life=life, keyring=keyring, issuer=settings.origin)
