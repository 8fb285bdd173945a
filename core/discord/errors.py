"""How a call to Discord can fail, in our words. Only `bot/translate.py` makes these out of the library's errors."""

from datetime import datetime

from core.errors import GuildwrightError


class DiscordError(GuildwrightError):
    """A call that did not succeed."""

    code = "discord_error"


class GatewayAbsent(DiscordError):
    """The bot is not connected, Discord is not reachable, or the guild has an outage: nothing was sent."""

    code = "gateway_absent"


class GatewayBusy(DiscordError):
    """A rate limit stands until `resume_at` (aware, UTC): nothing was sent, and nothing is to be sent before."""

    code = "rate_limited"

    def __init__(self, message: str, *, resume_at: datetime) -> None:
        super().__init__(message)
        self.resume_at = resume_at


class CallRefused(DiscordError):
    """Discord answered 4xx: it was not done, and repeating it will not help. `discord_code` is its JSON code."""

    code = "discord_refused"

    def __init__(self, message: str, *, status: int, discord_code: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.discord_code = discord_code


class TargetGone(CallRefused):
    """404: what the call was about does not exist any more."""

    code = "discord_not_found"


class DirectClosed(CallRefused):
    """This person takes no direct messages from the bot."""

    code = "direct_closed"


class AnswerLost(DiscordError):
    """The call may or may not have been done (5xx, a dropped connection, a time-out): look before repeating it."""

    code = "answer_lost"


class Undecided(DiscordError):
    """Looking does not tell whether it was done: several things fit. It must not be done again."""

    code = "outcome_unknown"


class GuildAbsent(DiscordError):
    """The bot is not in that guild."""

    code = "guild_absent"
