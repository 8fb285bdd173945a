"""How callbacks can be refused."""

from core.errors import Conflict, GuildwrightError, Invalid, Problem


class TargetRefused(Invalid):
    """The URL may not be called. The message says why, and names no address that it was resolved to."""

    code = "target_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, problems=(Problem(pointer="/url", code=reason, message=message),))


class TooManyCallbacks(Conflict):
    """The guild has as many as it may have; the message says how many that are."""

    code = "callback_limit"


class CallbackDisabled(Conflict):
    """Nothing is sent to a callback that is disabled."""

    code = "callback_disabled"


class DeliveryPending(Conflict):
    """The delivery is going to be sent anyway."""

    code = "delivery_pending"


class DeliveryLost(GuildwrightError):
    """Another deliverer may have the delivery by now, or it was deleted: its outcome is not recorded."""

    code = "lease_lost"
