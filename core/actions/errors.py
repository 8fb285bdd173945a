"""How actions can be refused or end otherwise than well."""

from core.errors import Invalid
from core.jobs.errors import JobFailed


class InvalidAction(Invalid):
    """The action cannot be done as it stands; every problem found is named with its place."""

    code = "invalid_action"


class NotAllowed(JobFailed):
    """The bot or the asker may not do it in that guild, which the bot alone can see."""

    code = "not_allowed"
