"""Who may do what over HTTP, written down by hand: what the API is held to, and not read from what it asks for."""

from typing import Literal

import msgspec

Role = Literal["stranger", "user", "moderator", "admin", "owner"]
"""What the asker is in the guild of these tests; the owner is the installation's and no member of any guild."""

Credential = Literal[
    "session", "token", "exact scope", "other scopes", "jwt", "bound here", "bound elsewhere", "none"
]
"""`token` may all that its account may. `other scopes` are all but those that cover the operation's."""

Resource = Literal["own", "colleague's", "shared", "elsewhere", "no guild", "any"]
"""`own` is the asker's, `colleague's` somebody else's in the guild and private, `shared` of the guild, `elsewhere` of
another one in which nobody of these is anything, `no guild` is of none and not the asker's. `any`: nothing is named.
"""

Kind = Literal[
    "open",
    "account",
    "session",
    "installation",
    "guild",
    "callback",
    "schedule",
    "announcement",
    "plan",
    "job",
    "template",
    "draft",
]
"""What an operation names: nothing that anybody owns; what is the asker's account's; the session it came with; the
whole installation; a guild, by its id; a callback, schedule, announcement or plan of one; a job; a template; a template
that is made now."""

ROLES: tuple[Role, ...] = ("stranger", "user", "moderator", "admin", "owner")
CREDENTIALS: tuple[Credential, ...] = (
    "session",
    "token",
    "exact scope",
    "other scopes",
    "jwt",
    "bound here",
    "bound elsewhere",
    "none",
)
RESOURCES: dict[Kind, tuple[Resource, ...]] = {
    "open": ("any",),
    "account": ("any",),
    "session": ("any",),
    "installation": ("any",),
    "guild": ("shared", "elsewhere"),
    "callback": ("shared", "elsewhere"),
    "schedule": ("shared", "elsewhere"),
    "announcement": ("shared", "elsewhere"),
    "plan": ("shared", "elsewhere"),
    "job": ("own", "colleague's", "elsewhere", "no guild"),
    "template": ("own", "colleague's", "shared", "elsewhere", "no guild"),
    "draft": ("own", "shared", "elsewhere"),
}


class Row(msgspec.Struct, frozen=True):
    """`least` is the role that it takes in the guild. `changes` needs more than to see the thing. `scoped`: there is a
    scope that it needs; `by_kind`: which one, only the body says; `besides`: which others, what the thing does says.
    `lasting`: a JWT will not do."""

    kind: Kind
    least: Role = "stranger"
    changes: bool = False
    scoped: bool = True
    by_kind: bool = False
    besides: tuple[str, ...] = ()
    lasting: bool = False


OPEN = Row("open", scoped=False)
ACCOUNT = Row("account")
INSTALLATION = Row("installation", "owner")
TABLE: dict[str, Row] = {
    # Credentials, and the account
    "login": OPEN,
    "finishLogin": OPEN,
    "logout": Row("session", scoped=False, lasting=True, changes=True),
    "createAccessToken": Row("account", scoped=False, lasting=True),
    "getMe": ACCOUNT,
    "deleteMe": Row("account", lasting=True),
    "getMySession": Row("session", scoped=False),
    "listMySessions": ACCOUNT,
    "revokeMySession": Row("account", lasting=True),
    "listMyTokens": ACCOUNT,
    "createMyToken": Row("account", lasting=True),
    "revokeMyToken": Row("account", lasting=True),
    "listMyGuilds": ACCOUNT,
    "getMyNotifications": ACCOUNT,
    "editMyNotifications": ACCOUNT,
    # The installation
    "getLiveness": OPEN,
    "getReadiness": OPEN,
    "getDocumentSchema": OPEN,
    "listAccounts": INSTALLATION,
    "getAccount": INSTALLATION,
    "deleteAccount": Row("installation", "owner", lasting=True),
    "revokeSession": Row("installation", "owner", lasting=True),
    "revokeToken": Row("installation", "owner", lasting=True),
    "listAudit": INSTALLATION,
    "getSystemStatus": INSTALLATION,
    "listSystemSchedules": INSTALLATION,
    "pauseSystem": INSTALLATION,
    "resumeSystem": INSTALLATION,
    "uploadImage": INSTALLATION,
    # Whoever knows its hash knows the picture.
    "getImage": ACCOUNT,
    # Guilds
    "listGuilds": ACCOUNT,
    "getGuild": Row("guild", "user"),
    "getStructure": Row("guild", "moderator"),
    "getVisibility": Row("guild", "moderator"),
    "streamGuildEvents": Row("guild", "moderator"),
    "listMembers": Row("guild", "moderator"),
    "getGuildSettings": Row("guild", "moderator"),
    "editGuildSettings": Row("guild", "admin"),
    "getPolicies": Row("guild", "moderator"),
    "putPolicies": Row("guild", "admin"),
    "listGuildAudit": Row("guild", "admin"),
    "reviewGuild": Row("guild", "owner"),
    "getAccess": Row("guild", "moderator"),
    "putAccess": Row("guild", "admin"),
    "deleteAccess": Row("guild", "admin"),
    # What a guild looked like, and is meant to look like
    "captureGuild": Row("guild", "moderator"),
    "listSnapshots": Row("guild", "moderator"),
    "getSnapshot": Row("guild", "moderator"),
    "getSnapshotDocument": Row("guild", "moderator"),
    "editSnapshot": Row("guild", "moderator"),
    "deleteSnapshot": Row("guild", "admin"),
    "getActiveVersion": Row("guild", "moderator"),
    "putActiveVersion": Row("guild", "admin"),
    "deleteActiveVersion": Row("guild", "admin"),
    "listDrift": Row("guild", "moderator"),
    "captureDrift": Row("guild", "moderator"),
    # Plans
    "createPlan": Row("guild", "moderator"),
    "createRollback": Row("guild", "admin"),
    "getPlan": Row("plan", "moderator"),
    "applyPlan": Row("plan", "admin"),
    "approvePlan": Row("plan", "admin"),
    "rejectPlan": Row("plan", "admin"),
    "createPlans": Row("template"),
    # Jobs
    "createJob": Row("guild", "moderator", by_kind=True),
    "syncGuild": Row("guild", "moderator"),
    "listJobs": ACCOUNT,
    "getJob": Row("job"),
    "listJobSteps": Row("job"),
    "streamJobEvents": Row("job"),
    "cancelJob": Row("job"),
    # Again: who could ask for it now.
    "retryJob": Row("job", "moderator"),
    # Callbacks
    "listCallbacks": Row("guild", "admin"),
    "createCallback": Row("guild", "admin"),
    "getCallback": Row("callback", "admin"),
    "editCallback": Row("callback", "admin"),
    "deleteCallback": Row("callback", "admin"),
    "rotateCallbackSecret": Row("callback", "admin"),
    "testCallback": Row("callback", "admin"),
    "listDeliveries": Row("callback", "admin"),
    "getDelivery": Row("callback", "admin"),
    "redeliver": Row("callback", "admin"),
    # Schedules: those of others are an administrator's to change.
    "listSchedules": Row("guild", "moderator"),
    "createSchedule": Row("guild", "moderator"),
    "previewNewSchedule": Row("guild", "moderator"),
    "getSchedule": Row("schedule", "moderator"),
    "previewSchedule": Row("schedule", "moderator"),
    "listScheduleRuns": Row("schedule", "moderator"),
    "editSchedule": Row("schedule", "admin"),
    "deleteSchedule": Row("schedule", "admin"),
    "pauseSchedule": Row("schedule", "admin"),
    "resumeSchedule": Row("schedule", "admin", besides=("jobs:create:guild.sync",)),
    "runSchedule": Row("schedule", "admin", besides=("jobs:create:guild.sync",)),
    # Announcements: those of others are an administrator's to change, and everybody's to post who may write some.
    "listAnnouncements": Row("guild", "moderator"),
    "createAnnouncement": Row("guild", "moderator"),
    "previewNewAnnouncement": Row("guild", "moderator"),
    "getAnnouncement": Row("announcement", "moderator"),
    "previewAnnouncement": Row("announcement", "moderator"),
    "editAnnouncement": Row("announcement", "admin"),
    "deleteAnnouncement": Row("announcement", "admin"),
    "decideAnnouncement": Row("announcement", "admin"),
    "listAnnouncementPosts": Row("announcement", "moderator"),
    "postAnnouncement": Row("announcement", "moderator"),
    "editAnnouncementPost": Row("announcement", "moderator"),
    "deleteAnnouncementPost": Row("announcement", "moderator"),
    # Templates
    "listTemplates": ACCOUNT,
    "createTemplate": Row("draft", "moderator"),
    "importTemplate": ACCOUNT,
    "getTemplate": Row("template"),
    "editTemplate": Row("template", changes=True),
    "deleteTemplate": Row("template", changes=True),
    "copyTemplate": Row("template"),
    "listVersions": Row("template"),
    "getVersion": Row("template"),
    "createVersion": Row("template", changes=True),
    "createDiff": Row("template"),
}
