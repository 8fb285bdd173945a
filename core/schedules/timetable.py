"""What schedules do with announcements."""

import uuid
from datetime import datetime

from sqlalchemy import func, select

from core.announcements.jobs import ANNOUNCEMENT_POST
from core.db import Repository
from core.schedules.models import ScheduleModel, ScheduleRunModel


class AnnouncementTimetable(Repository[ScheduleModel]):
    """Implements `core.announcements.lookup.Timetable`."""

    model_type = ScheduleModel

    async def next_of(self, announcement_id: uuid.UUID, job_id: uuid.UUID | None = None) -> datetime | None:
        if job_id is not None and (asked := await self._asked_by(job_id)) is not None:
            return asked.next_at if asked.state == "active" else None
        return await self.session.scalar(
            select(func.min(ScheduleModel.next_at)).where(*_posting(announcement_id))
        )

    async def users_of(self, announcement_id: uuid.UUID) -> tuple[str, ...]:
        found = await self.session.scalars(
            select(ScheduleModel.name).where(*_posting(announcement_id)).order_by(ScheduleModel.id)
        )
        return tuple(found)

    async def _asked_by(self, job_id: uuid.UUID) -> ScheduleModel | None:
        return await self.session.scalar(
            select(ScheduleModel)
            .join(ScheduleRunModel, ScheduleRunModel.schedule_id == ScheduleModel.id)
            .where(ScheduleRunModel.job_id == job_id)
        )


def _posting(announcement_id: uuid.UUID):
    return (
        ScheduleModel.state == "active",
        ScheduleModel.payload["kind"].astext == ANNOUNCEMENT_POST.kind,
        ScheduleModel.payload["announcement_id"].astext == str(announcement_id),
    )
