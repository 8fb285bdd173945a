"""As whom a schedule asks: its owner, as they are at that moment."""

from core.access.service import AccessService
from core.accounts.service import AccountService
from core.actor import Actor
from core.errors import Forbidden
from core.schedules.rows import asker_of


class Owners:
    def __init__(self, *, accounts: AccountService, access: AccessService) -> None:
        self._accounts = accounts
        self._access = access

    async def asker(self, owner: Actor) -> Actor:
        """The owner of a schedule as they are now. Raises `Forbidden` where what they came with holds no more."""
        actor = asker_of(owner)
        if not await self._accounts.is_live(actor):
            raise Forbidden(
                f"{owner.name} may no longer do this: the account is gone, its token was revoked or has expired, or "
                "they own the installation no more.",
                code="authority_lost",
            )
        return await self._access.resolve(actor)
