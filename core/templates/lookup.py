"""Templates by their ids, for whoever may know of them or change them."""

import uuid

from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.rights import Right
from core.templates.models import TemplateModel
from core.templates.repository import TemplateRepository
from core.templates.rows import sees


async def visible(
    templates: TemplateRepository, actor: Actor, template_id: uuid.UUID, *, lock: bool = False
) -> TemplateModel:
    """Raises `NotFound` also for a template that the actor may not know of, and for a deleted one."""
    model = await templates.get_one_or_none(id=template_id, with_for_update=lock)
    if model is None or model.deleted_at is not None or not sees(actor, model):
        raise NotFound(f"There is no template {template_id}.")
    return model


async def own(
    templates: TemplateRepository, actor: Actor, template_id: uuid.UUID, *, lock: bool = True
) -> TemplateModel:
    """With `lock` until the transaction ends: of two who saw the same state, the second is told that it is stale."""
    actor.require_scope(Right.TEMPLATES_WRITE)
    model = await visible(templates, actor, template_id, lock=lock)
    # A credential that is bound to guilds is no owner's over what is of none.
    is_over_it = actor.is_everywhere if model.guild_id is None else actor.is_owner
    if not is_over_it and model.account_id != actor.account_id:
        raise Forbidden("Only its owner may change a template.")
    return model
