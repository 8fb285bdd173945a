"""Messages by a token in the path: those of a webhook, and where the id is the application's, of an interaction.

Discord docs: Webhook > Execute Webhook and following. Slack's and GitHub's forms of it are not simulated.
"""

import hashlib

from bot.simulator import drafts, posting, webhooks
from bot.simulator.components import BUTTON, LINK, SELECTS, walk
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.mentions import IN_RESPONSES
from bot.simulator.routes import followups
from bot.simulator.routes.keyed_webhooks import BASE, opened
from bot.simulator.routing import DONE, Answer, Call, Handler, Routes, ok
from bot.simulator.shapes import JsonObject, as_list, as_object
from bot.simulator.state import FORUM, MEDIA, Channel, Guild, Message, Webhook

routes = Routes()

_MESSAGES = (BASE + "/messages/@original", BASE + "/messages/{message_id}")
_TRUE = ("true", "True", "1")


def execute(call: Call) -> Answer:
    """204, or with ``wait`` the message; what is wrong is answered either way."""
    guild, webhook, channel = _opened(call)
    form = _form(call, webhook)
    _require_no_thread(call, form, channel)
    blank = drafts.new_message(call.world, channel, webhook.id)
    blank.webhook_id, blank.application_id = webhook.id, webhook.application_id
    name = webhooks.read_name(form, "username", webhook.name)
    blank.author = webhooks.author(webhook, name, _avatar(form))
    message = drafts.write(form, blank, guild, call.world, parse=IN_RESPONSES)
    posting.store(call.world, guild, channel, message)
    if call.query.get("wait") in _TRUE:
        return ok(posting.payload(call.world, message), message_id=message.id)
    return Answer(targets={"message_id": str(message.id)})


def get_message(call: Call) -> Answer:
    _, webhook, channel = _opened(call)
    return ok(posting.payload(call.world, _found(call, webhook, channel)))


def edit_message(call: Call) -> Answer:
    guild, webhook, channel = _opened(call)
    message = _found(call, webhook, channel)
    edited = drafts.rewrite(_form(call, webhook), message, guild, call.world, parse=IN_RESPONSES)
    posting.replace(call.world, guild, channel, edited)
    return ok(posting.payload(call.world, edited))


def delete_message(call: Call) -> Answer:
    guild, webhook, channel = _opened(call)
    posting.remove(call.world, guild, channel, _found(call, webhook, channel))
    return DONE


def _opened(call: Call) -> tuple[Guild, Webhook, Channel]:
    guild, webhook = opened(call)
    return guild, webhook, guild.channels[webhook.channel_id]


def _found(call: Call, webhook: Webhook, channel: Channel) -> Message:
    """Its own messages in the channel it is in. There are no threads (10003), and only interactions have @original."""
    if call.snowflake("thread_id") is not None:
        raise refuse(10003)
    message = channel.messages.get(call.id("message_id")) if "message_id" in call.params else None
    if message is None or message.webhook_id != webhook.id:
        raise refuse(10008)
    return message


def _require_no_thread(call: Call, form: Form, channel: Channel) -> None:
    """Threads are not simulated: none is known (10003) and none can be made, so a forum takes no message (40058)."""
    thread_id, named = call.snowflake("thread_id"), bool(form.text("thread_name", most=100))
    in_forum = channel.type in (FORUM, MEDIA)
    if thread_id is not None:
        raise refuse(220_002 if named and in_forum else 10003)
    if named:
        raise refuse(40058 if in_forum else 220_003)
    if in_forum:
        raise refuse(220_001)


def _form(call: Call, webhook: Webhook) -> Form:
    """Where no application owns the webhook, components count only with ``with_components``, and must not interact; the
    word of that refusal is a guess.
    """
    sent = call.form()
    data: JsonObject = dict(sent.data)
    if webhook.application_id is None and call.query.get("with_components") not in _TRUE:
        data.pop("components", None)
    form = Form(data, sent.errors)
    if webhook.application_id is None and _interact(as_list(data.get("components")) or []):
        form.bad(
            "components", "COMPONENT_INTERACTIVE_NOT_ALLOWED", "This webhook cannot send such components"
        )
    return form


def _interact(components: list[object]) -> bool:
    known = [found for each in components if (found := as_object(each)) is not None]
    return any(
        each.get("type") in SELECTS or (each.get("type") == BUTTON and each.get("style") != LINK)
        for each in walk(known)
    )


def _avatar(form: Form) -> str | None:
    """A hash for ``avatar_url``. Discord fetches the image; here it is the address's, with nothing behind it."""
    url = form.text("avatar_url", most=2048)
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        form.bad("avatar_url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    return hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()


def _by_id(of_interaction: Handler, of_webhook: Handler) -> Handler:
    """What the id in the path names decides: tokens of interactions go with the application's."""

    def act(call: Call) -> Answer:
        interacts = call.id("webhook_id") == call.world.application.id
        return of_interaction(call) if interacts else of_webhook(call)

    return act


routes.on("POST", BASE, keyed=True)(_by_id(followups.follow_up, execute))
routes.on("GET", *_MESSAGES, keyed=True)(_by_id(followups.get_response, get_message))
routes.on("PATCH", *_MESSAGES, keyed=True)(_by_id(followups.edit_response, edit_message))
routes.on("DELETE", *_MESSAGES, keyed=True)(_by_id(followups.delete_response, delete_message))
