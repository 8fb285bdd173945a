"""What is told of resources beside what is done with them."""

from core.templates.plan import Notice
from core.templates.resources.nodes import DocumentWebhook
from core.templates.resources.sections import WORDS, ResourceNode, kind_of


def made_anew(node: ResourceNode) -> Notice:
    what = WORDS[kind_of(node)]
    return Notice(
        code="made_anew",
        message=f"The {what} “{node.name}” gets another picture, which Discord cannot edit: it is made anew and the "
        "old one is deleted. Messages that show the old one keep its name only.",
        node=node.key,
    )


def running(node: ResourceNode) -> Notice:
    return Notice(
        code="event_running",
        message=f"The event “{node.name}” has begun and stays as it is: plan again when it is over.",
        node=node.key,
    )


def new_url(node: DocumentWebhook) -> Notice:
    return Notice(
        code="new_webhook_url",
        message=f"The webhook “{node.name}” is made with a new URL: whoever writes with an old one has to be given the "
        "new one, which Discord shows in the channel's settings.",
        node=node.key,
    )


def no_picture(node: ResourceNode) -> Notice:
    return Notice(
        code="no_picture",
        message=f"The {WORDS[kind_of(node)]} “{node.name}” does not exist, and the document names no picture to make "
        "it of: say its `image`.",
        node=node.key,
    )


def left_out(node: ResourceNode, key: str) -> Notice:
    return Notice(
        code="left_out",
        message=f"The {WORDS[kind_of(node)]} “{node.name}” is left out, because `{key}`, which it names, is.",
        node=node.key,
    )
