"""Guilds, what is known of them, who may what there and who is told."""

from functools import cached_property

from core.access.grants import GrantService
from core.access.repository import GrantRepository, MembershipRepository
from core.access.service import AccessService
from core.actions.reviews import GuildReviewService
from core.actions.service import ActionService
from core.callbacks.ledger import DeliveryLedger
from core.callbacks.repository import CallbackRepository, DeliveryRepository
from core.callbacks.secrets import SecretSeal
from core.callbacks.service import CallbackService
from core.callbacks.tallies import CallbackTallyRepository, CallbackTallyService, DeliveryTallyRepository
from core.composition.jobs import JobServices
from core.guilds.join_notices import JoinNoticeRepository, JoinNoticeService
from core.guilds.options_service import GuildOptionsService
from core.guilds.repository import GuildRepository
from core.guilds.service import GuildService
from core.guilds.snapshot_repository import MemberRolesRepository, SnapshotRepository
from core.guilds.snapshots import SnapshotService
from core.guilds.syncs import SyncService
from core.images.repository import AssetRepository, ImageRepository
from core.images.service import ImageService
from core.notifications.repository import NoticeRepository, NotificationChoicesRepository
from core.notifications.service import NotificationService
from core.policies.repository import PolicyRepository
from core.policies.service import PolicyService


class GuildServices(JobServices):
    @cached_property
    def images(self) -> ImageService:
        return ImageService(
            ImageRepository(self._session),
            AssetRepository(self._session),
            self.audit,
            clock=self._clock,
            capacity=self._image_capacity,
        )

    @cached_property
    def guilds(self) -> GuildService:
        return GuildService(
            GuildRepository(self._session),
            images=self.images,
            join_notices=self.join_notices,
            told=self.guild_events,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def guild_syncs(self) -> SyncService:
        return SyncService(self.guilds, self.jobs)

    @cached_property
    def join_notices(self) -> JoinNoticeService:
        return JoinNoticeService(JoinNoticeRepository(self._session), self.jobs)

    @cached_property
    def guild_options(self) -> GuildOptionsService:
        return GuildOptionsService(
            GuildRepository(self._session),
            known=self.guilds,
            syncs=self.guild_syncs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def access(self) -> AccessService:
        return AccessService(
            MembershipRepository(self._session), self._clock, owner_ids=self._people.owner_ids
        )

    @cached_property
    def grants(self) -> GrantService:
        return GrantService(
            MembershipRepository(self._session),
            GrantRepository(self._session),
            accounts=self.accounts,
            access=self.access,
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
            owner_ids=self._people.owner_ids,
        )

    @cached_property
    def snapshots(self) -> SnapshotService:
        return SnapshotService(
            SnapshotRepository(self._session),
            MemberRolesRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            jobs=self.jobs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def guild_reviews(self) -> GuildReviewService:
        return GuildReviewService(self.guilds, self.guild_syncs, self.snapshots, self.jobs)

    @cached_property
    def actions(self) -> ActionService:
        return ActionService(self.guilds, self.guild_syncs, self.jobs, self._clock)

    @cached_property
    def policies(self) -> PolicyService:
        return PolicyService(
            PolicyRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            actions=self.actions,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def callbacks(self) -> CallbackService:
        return CallbackService(
            CallbackRepository(self._session),
            DeliveryRepository(self._session),
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
            rules=self._callback_rules,
            seal=SecretSeal(self._people.keys),
        )

    @cached_property
    def deliveries(self) -> DeliveryLedger:
        return DeliveryLedger(
            CallbackRepository(self._session),
            DeliveryRepository(self._session),
            audit=self.audit,
            clock=self._clock,
            rules=self._callback_rules,
            seal=SecretSeal(self._people.keys),
        )

    @cached_property
    def callback_tallies(self) -> CallbackTallyService:
        return CallbackTallyService(
            CallbackTallyRepository(self._session), DeliveryTallyRepository(self._session), self._clock
        )

    @cached_property
    def notifications(self) -> NotificationService:
        return NotificationService(
            NotificationChoicesRepository(self._session),
            NoticeRepository(self._session),
            accounts=self.accounts,
            access=self.access,
            guilds=self.guilds,
            options=self.guild_options,
            jobs=self.jobs,
            audit=self.audit,
            catalog=self._catalog,
            clock=self._clock,
        )
