"""Callbacks: a guild's own programs that are told of what happens."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, patch, post

from api.answers import Answer, accepted, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.etags import etag_of, seen_in
from api.guards import needs
from api.locations import callback_at, delivery_at
from api.media import MERGE_PATCH
from api.operations import operation
from api.params import CallbackId, Cursor, GuildId, Limit, paging_of
from api.schemas.callbacks import (
    Callback,
    CallbackPage,
    CallbackSecret,
    CreateCallback,
    Delivery,
    EditCallback,
    callback_of,
    changes_of,
    delivery_of,
    draft_of,
    secret_of,
)
from core.callbacks import schemas as core
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.rights import Right


class CallbackController(Controller):
    tags = ("callbacks",)

    @get(
        "/guilds/{guild_id:str}/callbacks",
        guards=[needs(Right.CALLBACKS_READ)],
        **operation("listCallbacks", refuses=(NotFound, Forbidden)),
    )
    async def callbacks(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, limit: Limit = 50, cursor: Cursor = None
    ) -> CallbackPage:
        """A guild's callbacks, newest first, without their secrets."""
        page = await unit.callbacks.list(actor, guild_id, paging_of(limit, cursor))
        return CallbackPage(items=tuple(map(callback_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/guilds/{guild_id:str}/callbacks",
        guards=[needs(Right.CALLBACKS_WRITE)],
        **operation(
            "createCallback", body=CreateCallback, refuses=(NotFound, Forbidden, Conflict), once=True
        ),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[CallbackSecret]:
        """Have a program told of a guild's events.

        The secret, with which deliveries are signed, is in this answer only (and in its repetition under the same
        Idempotency-Key).
        """
        draft = draft_of(await body_of(request, CreateCallback))

        async def make() -> Answer[CallbackSecret]:
            made = await unit.callbacks.create(actor, guild_id, draft)
            return created(secret_of(made), callback_at(made.callback.id), shows_secret=True)

        return await once(make)

    @get(
        "/callbacks/{callback_id:uuid}",
        guards=[needs(Right.CALLBACKS_READ)],
        **operation("getCallback", refuses=(NotFound, Forbidden), tagged=True),
    )
    async def callback(self, *, actor: Asker, unit: Unit, callback_id: CallbackId) -> Response[Callback]:
        """One callback, without its secret."""
        return _tagged(await unit.callbacks.get(actor, callback_id))

    @patch(
        "/callbacks/{callback_id:uuid}",
        guards=[needs(Right.CALLBACKS_WRITE)],
        **operation(
            "editCallback",
            body=EditCallback,
            takes=MERGE_PATCH,
            refuses=(NotFound, Forbidden, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def edit(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, callback_id: CallbackId
    ) -> Response[Callback]:
        """Change what is said: absent stays, null clears (RFC 7396). Disabling gives up what is pending."""
        changes = changes_of(await body_of(request, EditCallback, media=MERGE_PATCH))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(await unit.callbacks.edit(actor, callback_id, changes, seen=seen))

    @delete(
        "/callbacks/{callback_id:uuid}",
        guards=[needs(Right.CALLBACKS_WRITE)],
        **operation("deleteCallback", refuses=(NotFound, Forbidden, Stale), conditional=True),
    )
    async def delete(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, callback_id: CallbackId
    ) -> None:
        """Delete a callback and its deliveries."""
        await unit.callbacks.delete(actor, callback_id, seen=seen_in(request.headers.get("if-match")))

    @post(
        "/callbacks/{callback_id:uuid}/rotate-secret",
        guards=[needs(Right.CALLBACKS_WRITE)],
        **operation("rotateCallbackSecret", statuses=(200,), refuses=(NotFound, Forbidden), once=True),
    )
    async def rotate_secret(
        self, *, actor: Asker, unit: Unit, once: Once, callback_id: CallbackId
    ) -> Response[CallbackSecret]:
        """Make a new secret.

        Until `previous_secret_until` deliveries are signed with the old one, too, so that the receiver can change it
        without missing any.
        """

        async def rotate() -> Answer[CallbackSecret]:
            rotated = await unit.callbacks.rotate_secret(actor, callback_id)
            return Answer(200, secret_of(rotated), shows_secret=True)

        return await once(rotate)

    @post(
        "/callbacks/{callback_id:uuid}/test",
        guards=[needs(Right.CALLBACKS_WRITE)],
        **operation("testCallback", statuses=(202,), refuses=(NotFound, Forbidden, Conflict), once=True),
    )
    async def test(
        self, *, actor: Asker, unit: Unit, once: Once, callback_id: CallbackId
    ) -> Response[Delivery]:
        """Send a `callback.test` event, whatever the callback asks for; the delivery tells what became of it."""

        async def send() -> Answer[Delivery]:
            delivery = await unit.callbacks.test(actor, callback_id)
            return accepted(delivery_of(delivery), delivery_at(callback_id, delivery.id))

        return await once(send)


def _tagged(callback: core.Callback) -> Response[Callback]:
    return Response(callback_of(callback), headers={"ETag": etag_of(callback.updated_at)})
