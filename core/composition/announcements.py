"""Announcements, with what schedules on top of them are known to do."""

from functools import cached_property

from core.announcements.approvals import AnnouncementApprovalService
from core.announcements.posting import AnnouncementPostService
from core.announcements.previews import AnnouncementPreviewService
from core.announcements.repository import AnnouncementRepository, PostRepository, WritingRepository
from core.announcements.service import AnnouncementService
from core.announcements.writing import AnnouncementWritingService
from core.composition.templates import TemplateServices
from core.schedules.timetable import AnnouncementTimetable


class AnnouncementServices(TemplateServices):
    @cached_property
    def announcements(self) -> AnnouncementService:
        return AnnouncementService(
            AnnouncementRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            timetable=AnnouncementTimetable(self._session),
            told=self.guild_events,
            notifications=self.notifications,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def announcement_approvals(self) -> AnnouncementApprovalService:
        return AnnouncementApprovalService(
            AnnouncementRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def announcement_previews(self) -> AnnouncementPreviewService:
        return AnnouncementPreviewService(
            AnnouncementRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            timetable=AnnouncementTimetable(self._session),
            clock=self._clock,
        )

    @cached_property
    def announcement_posts(self) -> AnnouncementPostService:
        return AnnouncementPostService(
            AnnouncementRepository(self._session),
            PostRepository(self._session),
            WritingRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            jobs=self.jobs,
            ledger=self.ledger,
            told=self.guild_events,
            clock=self._clock,
        )

    @cached_property
    def announcement_writings(self) -> AnnouncementWritingService:
        return AnnouncementWritingService(
            AnnouncementRepository(self._session),
            PostRepository(self._session),
            WritingRepository(self._session),
            options=self.guild_options,
            timetable=AnnouncementTimetable(self._session),
            ledger=self.ledger,
            clock=self._clock,
        )
