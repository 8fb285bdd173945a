"""Deliveries of a callback: what was sent, what became of it, and sending it again."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import QueryParameter

from api.answers import Answer, accepted
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import delivery_at
from api.operations import operation
from api.params import CallbackId, Cursor, DeliveryId, Limit, in_utc, paging_of
from api.schemas.callbacks import Delivery, DeliveryPage, DeliveryState, delivery_of
from core.callbacks.schemas import DeliveryFilter
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right

InState = Annotated[
    DeliveryState | None, QueryParameter(name="state", description="Deliveries in this state.")
]
Since = Annotated[
    datetime | None,
    QueryParameter(description="Deliveries of events that happened at this moment or later (RFC 3339)."),
]


class DeliveryController(Controller):
    path = "/callbacks/{callback_id:uuid}/deliveries"
    tags = ("callbacks",)

    @get(
        "/",
        guards=[needs(Right.CALLBACKS_READ)],
        **operation("listDeliveries", refuses=(NotFound, Forbidden)),
    )
    async def deliveries(
        self,
        *,
        actor: Asker,
        unit: Unit,
        callback_id: CallbackId,
        in_state: InState = None,
        since: Since = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DeliveryPage:
        """A callback's deliveries, newest first."""
        wanted = DeliveryFilter(state=in_state, since=in_utc("since", since))
        page = await unit.callbacks.deliveries(actor, callback_id, wanted, paging_of(limit, cursor))
        return DeliveryPage(items=tuple(map(delivery_of, page.items)), next_cursor=page.next_cursor)

    @get(
        "/{delivery_id:uuid}",
        guards=[needs(Right.CALLBACKS_READ)],
        **operation("getDelivery", refuses=(NotFound, Forbidden)),
    )
    async def delivery(
        self, *, actor: Asker, unit: Unit, callback_id: CallbackId, delivery_id: DeliveryId
    ) -> Delivery:
        """One delivery."""
        return delivery_of(await unit.callbacks.delivery(actor, callback_id, delivery_id))

    @post(
        "/{delivery_id:uuid}/redeliver",
        guards=[needs(Right.CALLBACKS_WRITE)],
        **operation("redeliver", statuses=(202,), refuses=(NotFound, Forbidden, Conflict), once=True),
    )
    async def redeliver(
        self, *, actor: Asker, unit: Unit, once: Once, callback_id: CallbackId, delivery_id: DeliveryId
    ) -> Response[Delivery]:
        """Send again what was delivered, failed or was abandoned: the same bytes under the same `webhook-id`, behind
        what is pending."""

        async def send() -> Answer[Delivery]:
            delivery = await unit.callbacks.redeliver(actor, callback_id, delivery_id)
            return accepted(delivery_of(delivery), delivery_at(callback_id, delivery_id))

        return await once(send)
