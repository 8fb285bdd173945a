"""A webhook managed by whoever has its token: no bot token, no permission, and no user in the answers."""

from bot.simulator import webhooks
from bot.simulator.errors import refuse
from bot.simulator.routes.webhooks import change, read, remove
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.state import Guild, Webhook

routes = Routes()

BASE = "/webhooks/{webhook_id}/{webhook_token}"


@routes.on("GET", BASE, keyed=True)
def get_webhook(call: Call) -> Answer:
    _, webhook = opened(call)
    return ok(webhooks.payload(call.world, webhook, token=True, maker=False))


@routes.on("PATCH", BASE, keyed=True)
def edit_webhook(call: Call) -> Answer:
    """A ``channel_id`` is ignored: by its token a webhook cannot be moved."""
    guild, webhook = opened(call)
    form = call.form()
    edited, avatar = read(form, webhook)
    form.settle()
    change(call, guild, webhook, edited, avatar)
    return ok(webhooks.payload(call.world, edited, token=True, maker=False))


@routes.on("DELETE", BASE, keyed=True)
def delete_webhook(call: Call) -> Answer:
    guild, webhook = opened(call)
    remove(call, guild, webhook)
    return DONE


def opened(call: Call) -> tuple[Guild, Webhook]:
    """The webhook in the path: 10015 for an unknown id, 50027 for a token that is not its own; a follower has none."""
    guild, webhook = webhooks.find(call.world, call.id("webhook_id"))
    if call.params["webhook_token"] != webhook.token:
        raise refuse(50027)
    return guild, webhook
