"""What changes something, and which entries that makes: one table for all services."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from core.access.schemas import GrantedRole
from core.actions.payloads import MessageSend
from core.actor import Actor
from core.announcements.schemas import (
    AnnouncementChanges,
    AnnouncementDraft,
    AnnouncementMessage,
    MessageChanges,
)
from core.announcements.states import Decision as Verdict
from core.callbacks.schemas import CallbackChanges, CallbackDraft
from core.guilds.options import GuildOptionsChanges
from core.guilds.states import Decision
from core.notifications.choices import NotificationChanges
from core.policies.rules import Never
from core.schedules.payloads import CaptureScheduled
from core.schedules.schemas import ScheduleChanges, ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.triggers import CronTrigger
from core.templates.documents.changes import SetFields
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.options import DELETED
from core.templates.plan import PlanOptions
from core.templates.schemas import TemplateChanges
from core.uow import UnitOfWork
from tests.builders.pictures import PICTURES
from tests.core.audit.installation import PEOPLE, Installation

Call = Callable[[UnitOfWork, Actor, Installation, int], Awaitable[Any]]
DOCUMENT = Document(guildwright=1, channels=(TextChannel(key="hall", name="hall"),))
NAMES = ("One", "Two")


class Operation(NamedTuple):
    """`actions` are those of its entries, each of them once. `brings` may come besides: one for each other thing that
    it changes on its way."""

    call: Call
    actions: tuple[str, ...]
    brings: frozenset[str] = frozenset()
    is_login: bool = False


def account_of(there: Installation, number: int) -> UUID:
    people = [row for row in there.those_of("accounts") if not row["is_owner"]]
    return UUID(people[number % len(people)]["id"])


def template_of(there: Installation, number: int) -> UUID:
    return there.id_of("templates", number, deleted_at=None)


def callback_of(there: Installation, number: int) -> UUID:
    return there.id_of("callbacks", number)


def latest(there: Installation, template_id: UUID) -> int:
    found = (row["latest_version"] for row in there.those_of("templates") if row["id"] == str(template_id))
    return next(found, 0)


async def operate(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    template_id = template_of(there, number)
    change = SetFields(key="hall", fields={"name": f"hall-{number % 3}"})
    await unit.template_versions.operate(
        actor, template_id, [change], base_version=latest(there, template_id)
    )


async def cancel_the_job(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    await unit.jobs.cancel(actor, there.id_of("jobs", number))


async def retry_the_job(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    await unit.actions.request_again(actor, there.id_of("jobs", number, state="failed", kind="message.send"))


async def grant(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    roles: tuple[GrantedRole, ...] = ("moderator", "user", "guest")
    await unit.grants.put(actor, there.guild_id, account_of(there, number), roles[number % 3])


async def change_settings(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    some = (
        GuildOptionsChanges(approval_required=number % 2 == 0),
        GuildOptionsChanges(drift="alert" if number % 2 else "off"),
        GuildOptionsChanges(notify_channel_id=there.channel_id),
    )
    await unit.guild_options.edit(actor, there.guild_id, some[number % 3])


async def put_policies(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    rule = Never(name=NAMES[number % 2], roles=("everyone",), permissions=("mention_everyone",))
    await unit.policies.put(actor, there.guild_id, (rule,))


async def make_callback(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    draft = CallbackDraft(url=f"https://hooks.example/{number}", events=("job.*",))
    await unit.callbacks.create(actor, there.guild_id, draft)


async def change_callback(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    changes = CallbackChanges(description=NAMES[number % 2], enabled=number % 3 > 0)
    await unit.callbacks.edit(actor, callback_of(there, number), changes)


def review(decision: Decision) -> Call:
    async def decide(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
        leave = decision != "approved" and number % 2 == 0
        await unit.guild_reviews.decide(actor, there.new_guild_id, decision, reason="why not", leave=leave)

    return decide


async def plan(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    exact = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)
    options = exact if number % 2 else PlanOptions()
    await unit.plans.create(actor, there.guild_id, template_of(there, number), None, options)


def newest_plan(there: Installation, *, awaited: bool) -> UUID:
    plans = [row["id"] for row in there.those_of("plans") if (row["job_id"] is not None) is awaited]
    return UUID(plans[-1]) if plans else uuid4()


async def log_in(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    name = tuple(PEOPLE)[number % len(PEOPLE)]
    called = name if number < len(PEOPLE) else f"{name} {number}"
    await there.log_in(unit, name, actor.request_id, called=called)


def session_of(there: Installation, number: int) -> tuple[UUID, UUID]:
    sessions = list(there.those_of("sessions"))
    row = sessions[number % len(sessions)]
    return UUID(row["account_id"]), UUID(row["id"])


def token_of(there: Installation, number: int) -> tuple[UUID, UUID]:
    """Never the one that the owner of these tests comes with."""
    tokens = [row for row in there.those_of("api_tokens") if row["name"] != "GUILDWRIGHT_OWNER_TOKEN"]
    row = tokens[number % len(tokens)]
    return UUID(row["account_id"]), UUID(row["id"])


ASKS = frozenset({"job.ask"})
"""Of the bot: to read a guild, to look at a person, to write to somebody."""
REVIEWED = ASKS | {"job.cancel"}


async def schedule(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    timing = Timing(trigger=CronTrigger(expression="0 9 * * *"), time_zone="Europe/Berlin")
    draft = ScheduleDraft(name=NAMES[number % 2], payload=CaptureScheduled(), timing=timing)
    await unit.schedules.create(actor, there.guild_id, draft)


def schedule_of(there: Installation, number: int) -> UUID:
    return there.id_of("schedules", number)


async def announcement(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    draft = AnnouncementDraft(
        name=NAMES[number % 2],
        channel_id=there.channel_id,
        message=AnnouncementMessage(content="Ahoy"),
        needs_approval=number % 3 == 0,
    )
    await unit.announcements.create(actor, there.guild_id, draft)


async def edit_announcement(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
    changes = AnnouncementChanges(message=MessageChanges(content=f"Ahoy {number % 3}"))
    await unit.announcements.edit(actor, there.id_of("announcements", number), changes)


def decide_on_announcement(verdict: Verdict) -> Call:
    async def decide(unit: UnitOfWork, actor: Actor, there: Installation, number: int) -> None:
        announcement_id = there.id_of("announcements", number)
        rows = there.those_of("announcements")
        revision = next((row["revision"] for row in rows if row["id"] == str(announcement_id)), 1)
        await unit.announcement_approvals.decide(actor, announcement_id, verdict, revision=revision)

    return decide


OPERATIONS: dict[str, Operation] = {
    "template": Operation(
        lambda unit, actor, there, number: unit.templates.create(
            actor, NAMES[number % 2], document=DOCUMENT, visibility="public"
        ),
        ("template.create", "template.version"),
    ),
    "empty template": Operation(
        lambda unit, actor, there, number: unit.templates.create(actor, NAMES[number % 2]),
        ("template.create",),
    ),
    "edit template": Operation(
        lambda unit, actor, there, number: unit.templates.edit(
            actor, template_of(there, number), TemplateChanges(name=NAMES[number % 2], description="told")
        ),
        ("template.edit",),
    ),
    "version": Operation(
        lambda unit, actor, there, number: unit.template_versions.add(
            actor, template_of(there, number), DOCUMENT
        ),
        ("template.version",),
    ),
    "operate": Operation(operate, ("template.version",)),
    "copy": Operation(
        lambda unit, actor, there, number: unit.templates.copy(actor, template_of(there, number)),
        ("template.create", "template.version"),
    ),
    "settings": Operation(change_settings, ("guild.settings",), ASKS),
    "policies": Operation(put_policies, ("guild.policies",)),
    "schedule": Operation(schedule, ("schedule.create",)),
    "edit schedule": Operation(
        lambda unit, actor, there, number: unit.schedules.edit(
            actor,
            schedule_of(there, number),
            ScheduleChanges(name=NAMES[number % 2], time_zone="Europe/London" if number % 3 else "UTC"),
        ),
        ("schedule.edit",),
    ),
    "pause schedule": Operation(
        lambda unit, actor, there, number: unit.schedules.pause(actor, schedule_of(there, number)),
        ("schedule.pause",),
    ),
    "resume schedule": Operation(
        lambda unit, actor, there, number: unit.schedules.resume(actor, schedule_of(there, number)),
        ("schedule.resume",),
    ),
    "run schedule": Operation(
        lambda unit, actor, there, number: unit.schedules.run_now(actor, schedule_of(there, number)),
        ("schedule.run",),
        ASKS,
    ),
    "delete schedule": Operation(
        lambda unit, actor, there, number: unit.schedules.delete(actor, schedule_of(there, number)),
        ("schedule.delete",),
    ),
    "announcement": Operation(announcement, ("announcement.create",)),
    "edit announcement": Operation(edit_announcement, ("announcement.edit",)),
    "approve announcement": Operation(decide_on_announcement("approved"), ("announcement.approve",)),
    "reject announcement": Operation(decide_on_announcement("rejected"), ("announcement.reject",)),
    "post announcement": Operation(
        lambda unit, actor, there, number: unit.announcement_posts.request(
            actor, there.id_of("announcements", number)
        ),
        ("job.ask",),
    ),
    "delete announcement": Operation(
        lambda unit, actor, there, number: unit.announcements.delete(
            actor, there.id_of("announcements", number)
        ),
        ("announcement.delete",),
    ),
    "callback": Operation(make_callback, ("callback.create",)),
    "edit callback": Operation(change_callback, ("callback.edit",)),
    "rotate secret": Operation(
        lambda unit, actor, there, number: unit.callbacks.rotate_secret(actor, callback_of(there, number)),
        ("callback.rotate_secret",),
    ),
    "test callback": Operation(
        lambda unit, actor, there, number: unit.callbacks.test(actor, callback_of(there, number)),
        ("callback.test",),
    ),
    "redeliver": Operation(
        lambda unit, actor, there, number: unit.callbacks.redeliver(
            actor, callback_of(there, number), there.id_of("callback_deliveries", number)
        ),
        ("callback.redeliver",),
    ),
    "rename snapshot": Operation(
        lambda unit, actor, there, number: unit.snapshots.rename(
            actor, there.guild_id, there.id_of("snapshots", number), NAMES[number % 2]
        ),
        ("snapshot.edit",),
    ),
    "ask": Operation(
        lambda unit, actor, there, number: unit.actions.request(
            actor, there.guild_id, MessageSend(channel_id=there.channel_id, content="hello")
        ),
        ("job.ask",),
    ),
    "capture": Operation(
        lambda unit, actor, there, number: unit.snapshots.request_capture(actor, there.guild_id),
        ("job.ask",),
    ),
    "notifications": Operation(
        lambda unit, actor, there, number: unit.notifications.edit(
            actor, NotificationChanges(job_results="all" if number % 2 else "failed")
        ),
        ("account.notifications",),
    ),
    "cancel": Operation(cancel_the_job, ("job.cancel",), ASKS),
    "retry": Operation(retry_the_job, ("job.retry",)),
    "plan": Operation(plan, ("plan.create",)),
    "rollback": Operation(
        lambda unit, actor, there, number: unit.plans.create_rollback(
            actor, there.guild_id, there.id_of("snapshots", number)
        ),
        ("plan.create",),
    ),
    "apply": Operation(
        lambda unit, actor, there, number: unit.plans.request_apply(actor, newest_plan(there, awaited=False)),
        ("plan.apply", "job.ask"),
    ),
    "approve plan": Operation(
        lambda unit, actor, there, number: unit.plan_approvals.approve(
            actor, newest_plan(there, awaited=True)
        ),
        ("plan.approve", "job.approve"),
    ),
    "reject plan": Operation(
        lambda unit, actor, there, number: unit.plan_approvals.reject(
            actor, newest_plan(there, awaited=True)
        ),
        ("plan.reject", "job.reject"),
        ASKS,
    ),
    "active version": Operation(
        lambda unit, actor, there, number: unit.active_versions.put(
            actor, there.guild_id, template_of(there, number)
        ),
        ("guild.active_version",),
        ASKS,
    ),
    "no active version": Operation(
        lambda unit, actor, there, number: unit.active_versions.clear(actor, there.guild_id),
        ("guild.active_version",),
    ),
    "pause": Operation(
        lambda unit, actor, there, number: unit.pauses.pause(actor, "work"), ("system.pause",)
    ),
    "resume": Operation(lambda unit, actor, there, number: unit.pauses.resume(actor), ("system.resume",)),
    "approve guild": Operation(review("approved"), ("guild.approve",), ASKS),
    "suspend guild": Operation(review("suspended"), ("guild.suspend",), REVIEWED),
    "ban guild": Operation(review("banned"), ("guild.ban",), REVIEWED),
    "reject guild": Operation(review("rejected"), ("guild.reject",), REVIEWED),
    "grant": Operation(grant, ("access.grant",)),
    "take grant": Operation(
        lambda unit, actor, there, number: unit.grants.remove(
            actor, there.guild_id, account_of(there, number)
        ),
        ("access.revoke",),
    ),
    "picture": Operation(
        lambda unit, actor, there, number: unit.images.put(actor, PICTURES["image/png"]), ("image.create",)
    ),
    "token": Operation(
        lambda unit, actor, there, number: unit.accounts.create_token(actor, NAMES[number % 2]),
        ("token.create",),
    ),
    "revoke token": Operation(
        lambda unit, actor, there, number: unit.accounts.revoke_token(actor, token_of(there, number)[1]),
        ("token.revoke",),
    ),
    "revoke a person's token": Operation(
        lambda unit, actor, there, number: unit.directory.revoke_token(actor, *token_of(there, number)),
        ("token.revoke",),
    ),
    "log in": Operation(
        log_in,
        ("session.create",),
        ASKS | {"session.revoke", "account.create", "account.rename"},
        is_login=True,
    ),
    "end session": Operation(
        lambda unit, actor, there, number: unit.sessions.revoke(actor, session_of(there, number)[1]),
        ("session.revoke",),
    ),
    "end a person's session": Operation(
        lambda unit, actor, there, number: unit.directory.end_session(actor, *session_of(there, number)),
        ("session.revoke",),
    ),
    "delete snapshot": Operation(
        lambda unit, actor, there, number: unit.snapshots.delete(
            actor, there.guild_id, there.id_of("snapshots", number)
        ),
        ("snapshot.delete",),
    ),
    "delete callback": Operation(
        lambda unit, actor, there, number: unit.callbacks.delete(actor, callback_of(there, number)),
        ("callback.delete",),
    ),
    "delete template": Operation(
        lambda unit, actor, there, number: unit.templates.delete(actor, template_of(there, number)),
        ("template.delete",),
    ),
    "remove account": Operation(
        lambda unit, actor, there, number: unit.departures.remove(actor, account_of(there, number)),
        ("account.delete",),
        ASKS | {"template.delete"},
    ),
}

BY_OURSELVES = frozenset(
    {
        "application.owners",
        "callback.disable",
        "guild.forget",
        "guild.join",
        "guild.leave",
        "policy.broken",
        "snapshot.create",
        "token.restore",
    }
)
"""Nobody asks for these: they follow from what Discord says, from a job's end, or from a start or a clean-up."""
