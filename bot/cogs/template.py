"""`/template`: list, show, plan, apply, approve, reject, rollback, capture and drift."""

from typing import Any, Literal, TypeAlias

import disnake
from disnake.ext import commands

from bot.asker import Owners, asker_of, guild_of
from bot.chosen import MOST_TEMPLATES, awaiting_one, find, id_of, usable
from bot.completions import SNAPSHOTS, TEMPLATES, WAITING_PLANS, Completions
from bot.following import Following
from bot.plan_presses import PlanPresses
from bot.ui.answers import answering
from bot.ui.approval import asks_for_approval
from bot.ui.confirm import Pressed, confirm_row, decide_row
from bot.ui.drift_embed import drift_embed
from bot.ui.plan_embed import counts, plan_embeds
from bot.ui.template_list import template_embed, version_embed
from core.actor import Actor
from core.drift.schemas import DriftFilter
from core.paging import Paging
from core.rights import Right
from core.templates.options import DELETED
from core.templates.plan import Mode, PlanOptions
from core.templates.schemas import StoredPlan
from core.uow import Database

Surplus: TypeAlias = Literal["archive", "delete"]
LARGEST_VERSION = 2**31 - 1


class TemplateCog(commands.Cog):
    """Services decide who may do what; `default_member_permissions` only hides what would be refused."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners
        self._completions = Completions(database, owners)
        self._following = Following(database)
        self._presses = PlanPresses(database, owners, self._following)

    def cog_unload(self) -> None:
        self._following.stop()

    @commands.slash_command(
        default_member_permissions=disnake.Permissions(manage_guild=True),
        contexts=disnake.InteractionContextTypes(guild=True),
        install_types=disnake.ApplicationInstallTypes(guild=True),
    )
    async def template(self, asked: disnake.ApplicationCommandInteraction[Any]) -> None:
        """Servers as documents."""

    @template.sub_command(name="list")
    async def list_(
        self,
        asked: disnake.ApplicationCommandInteraction[Any],
        page: commands.Range[int, 1, MOST_TEMPLATES] = 1,
    ) -> None:
        """The templates that you may use here.

        Parameters
        ----------
        page: Which page of them
        """
        async with answering(asked):
            actor = await asker_of(asked, self._owners, self._database)
            # Templates belong to no guild, so their service cannot ask for more than that they are public.
            actor.require(str(guild_of(asked).id), Right.PLANS_READ)
            async with self._database.read() as unit:
                templates = await usable(unit, actor)
            await asked.edit_original_response(embed=template_embed(templates, page))

    @template.sub_command()
    async def show(
        self,
        asked: disnake.ApplicationCommandInteraction[Any],
        name: str,
        version: commands.Range[int, 1, LARGEST_VERSION] | None = None,
    ) -> None:
        """What a template says.

        Parameters
        ----------
        name: The template
        version: Its newest version unless you say which
        """
        async with answering(asked):
            actor = await asker_of(asked, self._owners, self._database)
            actor.require(str(guild_of(asked).id), Right.PLANS_READ)
            async with self._database.read() as unit:
                template = await find(unit, actor, name)
                shown = await unit.template_versions.get(actor, template.id, version)
            await asked.edit_original_response(embed=version_embed(template, shown))

    @template.sub_command()
    async def drift(self, asked: disnake.ApplicationCommandInteraction[Any]) -> None:
        """Where this server is no longer as its active version says, and who changed it."""
        async with answering(asked):
            guild, actor = guild_of(asked), await asker_of(asked, self._owners, self._database)
            async with self._database.read() as unit:
                active = await unit.active_versions.get(actor, str(guild.id))
                template = await unit.templates.get(actor, active.template_id)
                page = await unit.drift.list(actor, str(guild.id), DriftFilter(), Paging(limit=200))
            await asked.edit_original_response(embed=drift_embed(template.name, active.version, page.items))

    @template.sub_command()
    async def plan(
        self,
        asked: disnake.ApplicationCommandInteraction[Any],
        name: str,
        version: commands.Range[int, 1, LARGEST_VERSION] | None = None,
        mode: Mode = "merge",
        extras: Surplus = "archive",
    ) -> None:
        """See what a template would change in this server. Nothing is done yet.

        Parameters
        ----------
        name: The template
        version: Its newest version unless you say which
        mode: merge leaves alone what the template does not name, exact does not
        extras: What exact does with it: archive its channels and keep the rest, or delete all of it
        """
        async with answering(asked):
            await self._show_plan(
                asked,
                await asker_of(asked, self._owners, self._database),
                name,
                version,
                _options(mode, extras),
            )

    @template.sub_command()
    async def apply(
        self,
        asked: disnake.ApplicationCommandInteraction[Any],
        name: str,
        version: commands.Range[int, 1, LARGEST_VERSION] | None = None,
        mode: Mode = "merge",
        extras: Surplus = "archive",
    ) -> None:
        """Make this server what a template says, once you have seen and confirmed the plan.

        Parameters
        ----------
        name: The template
        version: Its newest version unless you say which
        mode: merge leaves alone what the template does not name, exact does not
        extras: What exact does with it: archive its channels and keep the rest, or delete all of it
        """
        async with answering(asked):
            actor = await asker_of(asked, self._owners, self._database)
            # The service asks again at the press; whoever will be refused then need not read a plan first.
            actor.require(str(guild_of(asked).id), Right.PLANS_APPLY)
            await self._show_plan(asked, actor, name, version, _options(mode, extras))

    @template.sub_command()
    async def approve(
        self, asked: disnake.ApplicationCommandInteraction[Any], plan: str | None = None
    ) -> None:
        """See a plan that deletes and that another administrator wants to apply; agree to it or not.

        Parameters
        ----------
        plan: The one that waits, unless there are several
        """
        async with answering(asked):
            guild, actor = guild_of(asked), await asker_of(asked, self._owners, self._database)
            actor.require(str(guild.id), Right.PLANS_APPLY)
            async with self._database.read() as unit:
                waiting = await awaiting_one(unit, actor, str(guild.id), plan)
            deletions = counts(waiting.stored.plan.tree)["delete"]
            await asked.edit_original_response(
                content=asks_for_approval(waiting),
                embeds=plan_embeds(waiting.stored.plan, guild_name=guild.name),
                components=[decide_row(waiting.stored.id, str(asked.author.id), deletions=deletions)],
            )

    @template.sub_command()
    async def reject(
        self, asked: disnake.ApplicationCommandInteraction[Any], plan: str | None = None
    ) -> None:
        """Do not agree to a plan that another administrator wants to apply.

        Parameters
        ----------
        plan: The one that waits, unless there are several
        """
        async with answering(asked):
            guild, actor = guild_of(asked), await asker_of(asked, self._owners, self._database)
            async with self._database.read() as unit:
                waiting = await awaiting_one(unit, actor, str(guild.id), plan)
            await self._presses.reject(asked, waiting.stored.id)

    @template.sub_command()
    async def rollback(
        self, asked: disnake.ApplicationCommandInteraction[Any], snapshot: str, members: bool = False
    ) -> None:
        """See what it takes to make this server look as it did, and confirm it.

        Parameters
        ----------
        snapshot: What it looked like
        members: Whether members get back the roles that the snapshot keeps of them
        """
        async with answering(asked):
            guild, actor = guild_of(asked), await asker_of(asked, self._owners, self._database)
            async with self._database.unit() as unit:
                stored = await unit.plans.create_rollback(
                    actor, str(guild.id), id_of(snapshot, "snapshot"), members=members
                )
            await self._show(asked, stored)

    @template.sub_command()
    async def capture(
        self,
        asked: disnake.ApplicationCommandInteraction[Any],
        label: commands.String[str, 1, 100] | None = None,
    ) -> None:
        """Keep what this server looks like now, as a way back.

        Parameters
        ----------
        label: Words to know it by
        """
        async with answering(asked):
            guild, actor = guild_of(asked), await asker_of(asked, self._owners, self._database)
            async with self._database.unit() as unit:
                job = await unit.snapshots.request_capture(actor, str(guild.id), label=label)
            self._following.begin(asked, actor, job, title=f"Snapshot of {guild.name}")

    # disnake leaves open what a completer takes
    @rollback.autocomplete("snapshot")  # pyright: ignore[reportUnknownMemberType]
    async def complete_snapshot(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        return await self._completions.offer(SNAPSHOTS, asked, typed)

    @approve.autocomplete("plan")  # pyright: ignore[reportUnknownMemberType]
    @reject.autocomplete("plan")  # pyright: ignore[reportUnknownMemberType]
    async def complete_plan(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        return await self._completions.offer(WAITING_PLANS, asked, typed)

    @show.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @plan.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @apply.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    async def complete_template(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        return await self._completions.offer(TEMPLATES, asked, typed)

    @commands.Cog.listener()
    async def on_button_click(self, pressed: Pressed) -> None:
        await self._presses.answer(pressed)

    async def _show_plan(
        self,
        asked: disnake.ApplicationCommandInteraction[Any],
        actor: Actor,
        name: str,
        version: int | None,
        options: PlanOptions,
    ) -> None:
        guild = guild_of(asked)
        async with self._database.unit() as unit:
            template = await find(unit, actor, name)
            stored = await unit.plans.create(actor, str(guild.id), template.id, version, options)
        await self._show(asked, stored)

    async def _show(self, asked: disnake.ApplicationCommandInteraction[Any], stored: StoredPlan) -> None:
        guild = guild_of(asked)
        await asked.edit_original_response(
            embeds=plan_embeds(stored.plan, guild_name=guild.name),
            components=_buttons(stored, str(asked.author.id)),
        )


def _options(mode: Mode, surplus: Surplus) -> PlanOptions:
    if surplus == "archive":
        return PlanOptions(mode=mode)
    # Deleting is confirmed by the button, which says how much.
    return PlanOptions(mode=mode, extras=DELETED, confirm_destructive=True)


def _buttons(stored: StoredPlan, asker_id: str) -> list[disnake.ui.ActionRow[Any]]:
    plan = stored.plan
    if plan.is_empty:
        return []
    deletions = counts(plan.tree)["delete"]
    return [confirm_row(stored.id, asker_id, applicable=not plan.blockers, deletions=deletions)]
