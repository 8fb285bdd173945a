"""What the account that asks wants to be told by direct message."""

from typing import Any

from litestar import Controller, Request, Response, get, patch

from api.bodies import body_of
from api.deps import Asker, Unit
from api.etags import etag_of, seen_in
from api.guards import needs
from api.media import MERGE_PATCH
from api.operations import operation
from api.schemas.notifications import (
    EditNotificationSettings,
    NotificationSettings,
    changes_of,
    notifications_of,
)
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.notifications.service import StoredChoices
from core.rights import Right


class NotificationController(Controller):
    path = "/me/notifications"
    tags = ("me",)

    @get(
        "/",
        guards=[needs(Right.ACCOUNT_READ)],
        **operation("getMyNotifications", refuses=(NotFound, Forbidden), tagged=True),
    )
    async def notifications(self, *, actor: Asker, unit: Unit) -> Response[NotificationSettings]:
        """What you are told by direct message."""
        return _tagged(await unit.notifications.get(actor))

    @patch(
        "/",
        guards=[needs(Right.ACCOUNT_WRITE)],
        **operation(
            "editMyNotifications",
            body=EditNotificationSettings,
            takes=MERGE_PATCH,
            refuses=(NotFound, Forbidden, Conflict, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def edit(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit
    ) -> Response[NotificationSettings]:
        """Change it: absent stays (RFC 7396). It acts at once. Several notices within a minute come as one message."""
        changes = changes_of(await body_of(request, EditNotificationSettings, media=MERGE_PATCH))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(await unit.notifications.edit(actor, changes, seen=seen))


def _tagged(stored: StoredChoices) -> Response[NotificationSettings]:
    return Response(notifications_of(stored), headers={"ETag": etag_of(stored.changed_at)})
