"""Templates, plans, and where a guild is not as its active version says."""

from functools import cached_property

from core.composition.guilds import GuildServices
from core.drift.repository import DriftRepository
from core.drift.service import DriftService
from core.templates.active import ActiveVersionService
from core.templates.approvals import PlanApprovalService
from core.templates.comparing import ComparisonService
from core.templates.departures import DepartureService
from core.templates.left_guilds import LeftGuildService
from core.templates.planning import PlanService
from core.templates.repository import (
    ActiveVersionRepository,
    BindingRepository,
    PlanRepository,
    TemplateRepository,
    TemplateVersionRepository,
)
from core.templates.rollout import RolloutService
from core.templates.service import TemplateService
from core.templates.versions import TemplateVersionService


class TemplateServices(GuildServices):
    @cached_property
    def templates(self) -> TemplateService:
        return TemplateService(
            TemplateRepository(self._session),
            ActiveVersionRepository(self._session),
            versions=self.template_versions,
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def template_versions(self) -> TemplateVersionService:
        return TemplateVersionService(
            TemplateRepository(self._session),
            TemplateVersionRepository(self._session),
            BindingRepository(self._session),
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def active_versions(self) -> ActiveVersionService:
        return ActiveVersionService(
            ActiveVersionRepository(self._session),
            versions=self.template_versions,
            guilds=self.guilds,
            syncs=self.guild_syncs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def plans(self) -> PlanService:
        return PlanService(
            PlanRepository(self._session),
            BindingRepository(self._session),
            versions=self.template_versions,
            active=self.active_versions,
            guilds=self.guilds,
            snapshots=self.snapshots,
            access=self.access,
            policies=self.policies,
            options=self.guild_options,
            images=self.images,
            jobs=self.jobs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def plan_approvals(self) -> PlanApprovalService:
        return PlanApprovalService(self.plans, self.approvals, self.audit)

    @cached_property
    def comparisons(self) -> ComparisonService:
        return ComparisonService(
            BindingRepository(self._session),
            versions=self.template_versions,
            active=self.active_versions,
            guilds=self.guilds,
            snapshots=self.snapshots,
        )

    @cached_property
    def drift(self) -> DriftService:
        return DriftService(
            DriftRepository(self._session),
            guilds=self.guilds,
            syncs=self.guild_syncs,
            options=self.guild_options,
            active=self.active_versions,
            versions=self.template_versions,
            actions=self.actions,
            jobs=self.jobs,
            events=self.guild_events,
            clock=self._clock,
        )

    @cached_property
    def left_guilds(self) -> LeftGuildService:
        return LeftGuildService(
            guilds=self.guilds,
            templates=self.templates,
            jobs=self.jobs,
            events=self.guild_events,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def rollouts(self) -> RolloutService:
        return RolloutService(self.template_versions, self.plans)

    @cached_property
    def departures(self) -> DepartureService:
        return DepartureService(
            TemplateRepository(self._session),
            ActiveVersionRepository(self._session),
            directory=self.directory,
            access=self.access,
            audit=self.audit,
            clock=self._clock,
        )
