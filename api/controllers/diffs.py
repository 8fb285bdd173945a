"""Any two states of guilds, compared."""

from typing import Any

from litestar import Controller, Request, Response, post

from api.answers import Answer
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.operations import operation
from api.schemas.diffs import CreateDiff, Diff, diff_of, wanted_of
from core.errors import Forbidden, NotFound
from core.rights import Right


class DiffController(Controller):
    path = "/diffs"
    tags = ("templates",)

    @post(
        "/",
        guards=[needs(Right.TEMPLATES_READ)],
        **operation("createDiff", body=CreateDiff, statuses=(200,), refuses=(NotFound, Forbidden), once=True),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once
    ) -> Response[Diff]:
        """Compare two of a template's version, a guild's snapshot, a guild as it is and a document. Nothing is made."""
        wanted = await body_of(request, CreateDiff)
        left, right = wanted_of(wanted.left, "left"), wanted_of(wanted.right, "right")

        async def make() -> Answer[Diff]:
            return Answer(200, diff_of(await unit.comparisons.compare(actor, left, right)))

        return await once(make)
