"""Apply or cancel a plan, or agree to another's, by buttons that still work after a restart.

No view is kept in memory: the whole meaning stands in the button's custom id, which Discord sends back with the
press. A cog hands every press to `answer_press`; those of others' buttons are not its own and are let pass.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeAlias, cast, get_args
from uuid import UUID

import disnake
import msgspec

Choice = Literal["apply", "cancel", "approve", "reject"]
Pressed: TypeAlias = disnake.MessageInteraction[Any]
Decide: TypeAlias = Callable[[Pressed, UUID], Awaitable[None]]

PREFIX = "gw"
NOT_YOURS = "These buttons are of the person they were shown to. Ask for some of your own."


class Press(msgspec.Struct, frozen=True):
    """Which plan the button belongs to, and whose it is."""

    choice: Choice
    plan_id: UUID
    asker_id: str


def confirm_row(
    plan_id: UUID, asker_id: str, *, applicable: bool = True, deletions: int = 0
) -> disnake.ui.ActionRow[Any]:
    """The two buttons. Apply says how many roles and channels it deletes, since pressing it is what confirms that;
    it cannot be pressed while the plan has blockers."""
    return disnake.ui.ActionRow(
        disnake.ui.Button(
            label=f"Apply and delete {deletions}" if deletions else "Apply",
            style=disnake.ButtonStyle.danger if deletions else disnake.ButtonStyle.success,
            custom_id=custom_id(Press("apply", plan_id, asker_id)),
            disabled=not applicable,
        ),
        disnake.ui.Button(
            label="Cancel",
            style=disnake.ButtonStyle.secondary,
            custom_id=custom_id(Press("cancel", plan_id, asker_id)),
        ),
    )


def decide_row(plan_id: UUID, decider_id: str, *, deletions: int = 0) -> disnake.ui.ActionRow[Any]:
    """As `confirm_row`, for a plan that another administrator has asked to apply."""
    return disnake.ui.ActionRow(
        disnake.ui.Button(
            label=f"Approve, delete {deletions}" if deletions else "Approve",
            style=disnake.ButtonStyle.danger,
            custom_id=custom_id(Press("approve", plan_id, decider_id)),
        ),
        disnake.ui.Button(
            label="Reject",
            style=disnake.ButtonStyle.secondary,
            custom_id=custom_id(Press("reject", plan_id, decider_id)),
        ),
    )


def custom_id(press: Press) -> str:
    """`gw:approve:{plan_id}:{asker_id}`, 67 of the 100 characters that Discord allows."""
    return f"{PREFIX}:{press.choice}:{press.plan_id}:{press.asker_id}"


def read_press(text: str | None) -> Press | None:
    """None for a custom id that is not one of ours. Anyone's program may send any text here."""
    parts = (text or "").split(":")
    if len(parts) != 4 or parts[0] != PREFIX or parts[1] not in get_args(Choice):  # noqa: PLR2004 # as written above
        return None
    plan, asker_id = _uuid(parts[2]), parts[3]
    if plan is None or not (asker_id.isascii() and asker_id.isdigit()):
        return None
    return Press(cast(Choice, parts[1]), plan, asker_id)


async def answer_press(pressed: Pressed, decide: Mapping[Choice, Decide]) -> bool:
    """Whether the press was one of ours.

    The buttons are taken away first, which also answers within Discord's three seconds; who decides then has fifteen
    minutes for `pressed.edit_original_response`.
    """
    press = read_press(pressed.component.custom_id)
    if press is None:
        return False
    if await taken(pressed, press.asker_id):
        await decide[press.choice](pressed, press.plan_id)
    return True


async def taken(pressed: Pressed, asker_id: str) -> bool:
    """Whether it was pressed by whom the buttons were shown to: then they are gone by now. Anybody else is told."""
    if str(pressed.author.id) != asker_id:
        await pressed.response.send_message(NOT_YOURS, ephemeral=True)
        return False
    await pressed.response.edit_message(components=[])
    return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
