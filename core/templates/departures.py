"""An account that goes, and what becomes of the templates that are its own."""

import uuid

from core.access.service import AccessService
from core.accounts.directory import AccountDirectory
from core.accounts.models import AccountModel
from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.errors import Conflict, NotFound
from core.rights import Right
from core.templates.repository import ActiveVersionRepository, TemplateRepository


class DepartureService:
    """Templates that a guild shares or is measured by stay, so their account has to: they are given to nobody by
    accident. The others go with it."""

    def __init__(
        self,
        templates: TemplateRepository,
        active: ActiveVersionRepository,
        *,
        directory: AccountDirectory,
        access: AccessService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._templates = templates
        self._active = active
        self._directory = directory
        self._access = access
        self._audit = audit
        self._clock = clock

    async def remove(self, actor: Actor, account_id: uuid.UUID) -> None:
        """Somebody else's, for owners of the installation; raises `Conflict` for an account that owns it."""
        actor.require_owner(Right.ACCOUNTS_WRITE)
        actor.require_lasting()
        account = await self._directory.find(account_id)
        if self._directory.owns(account):
            raise Conflict("This account owns the installation: only its owner can end it.", code="is_owner")
        await self._remove(actor, account)

    async def leave(self, actor: Actor) -> None:
        """The actor's own. Raises `Conflict` for the last owner."""
        actor.require_scope(Right.ACCOUNT_WRITE)
        actor.require_lasting()
        if actor.account_id is None:
            raise NotFound("This actor has no account.")
        account = await self._directory.find(actor.account_id)
        if await self._directory.is_last_owner(account):
            raise Conflict("You are the last owner of this installation, and stay.", code="last_owner")
        await self._remove(actor, account)

    async def _remove(self, actor: Actor, account: AccountModel) -> None:
        own = await self._templates.of_account(account.id)
        used = [each for each in own if each.guild_id or await self._active.guilds_of(each.id)]
        if used:
            raise Conflict(
                f"Guilds use {len(used)} of this account's templates: "
                f"{', '.join(f'{each.name} ({each.id})' for each in used[:10])}. Make other versions active there, "
                "and take these templates out of their guilds first.",
                code="templates_in_use",
            )
        for template in own:
            template.deleted_at = self._clock()
            await self._templates.update(template)
            await self._audit.record(actor, "template.delete", ("template", template.id))
        if account.discord_user_id is not None:
            await self._access.look_at(account.discord_user_id)
        await self._directory.remove(actor, account)
