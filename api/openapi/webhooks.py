"""What we send: the document's `webhooks`, for those who write a receiver."""

from api.examples import example_of
from api.openapi.components import Schema, ref_to
from api.schemas.callback_events import CallbackJobSettled

_MEANING = """\
Every callback that asks for an event's type gets it by POST, signed as Standard Webhooks 1.0 has it: check the \
signature of the raw body with one of its libraries and the callback's secret, before anything else is done with it. \
While a replaced secret goes on signing there are two signatures in the header; one that matches is enough.

- **Answer 2xx within 10 seconds** (a setting), and do the work afterwards. Anything else is a failure, redirects \
included. 410 disables the callback at once. The answer's body is not looked at.
- **At least once.** An event can come twice, after a crash of ours or an answer that was lost: its `webhook-id` is \
the same in every attempt, so keep those you have seen.
- **In order.** The events of one job come in order of `data.sequence`, those of a guild in the order in which they \
were written. What comes later is not sent before what came earlier was delivered or given up; what somebody has sent \
again comes behind what is pending.
- **Again.** A failed delivery is sent again after about 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours, or later \
where `Retry-After` asks for it in seconds. A callback that has failed 8 times in a row, over 12 hours or more \
(settings), is disabled; nothing is kept for a callback while it is disabled.
"""
_HEADERS = {
    "webhook-id": ("The delivery's id, the same in every attempt.", {"type": "string", "format": "uuid"}),
    "webhook-timestamp": (
        "When this attempt was made, in seconds since 1970; refuse what is older than some minutes.",
        {"type": "string", "pattern": "^[0-9]+$"},
    ),
    "webhook-signature": (
        "`v1,` and base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`; several with a space between.",
        {"type": "string"},
    ),
}


def webhooks() -> dict[str, Schema]:
    return {
        "callbackEvent": {
            "post": {
                "operationId": "receiveCallbackEvent",
                "tags": ["callbacks"],
                "summary": "An event, sent to a callback's URL",
                "description": _MEANING,
                "security": [],
                "parameters": [
                    {"name": name, "in": "header", "required": True, "description": said, "schema": schema}
                    for name, (said, schema) in _HEADERS.items()
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": ref_to("CallbackEvent"),
                            "example": example_of(CallbackJobSettled),
                        }
                    },
                },
                "responses": {
                    "2XX": {"description": "It was delivered."},
                    "410": {"description": "Send nothing more: the callback is disabled."},
                    "default": {"description": "It is sent again later."},
                },
            }
        }
    }
