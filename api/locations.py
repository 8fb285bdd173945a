"""Where things are, for Location headers."""

from uuid import UUID

PREFIX = "/api/v1"


def job_at(job_id: UUID) -> str:
    return f"{PREFIX}/jobs/{job_id}"


def image_at(image_hash: str) -> str:
    return f"{PREFIX}/images/{image_hash}"


def callback_at(callback_id: UUID) -> str:
    return f"{PREFIX}/callbacks/{callback_id}"


def delivery_at(callback_id: UUID, delivery_id: UUID) -> str:
    return f"{callback_at(callback_id)}/deliveries/{delivery_id}"


def schedule_at(schedule_id: UUID) -> str:
    return f"{PREFIX}/schedules/{schedule_id}"


def announcement_at(announcement_id: UUID) -> str:
    return f"{PREFIX}/announcements/{announcement_id}"


def plan_at(plan_id: UUID) -> str:
    return f"{PREFIX}/plans/{plan_id}"


def template_at(template_id: UUID) -> str:
    return f"{PREFIX}/templates/{template_id}"


def version_at(template_id: UUID, number: int) -> str:
    return f"{template_at(template_id)}/versions/{number}"
