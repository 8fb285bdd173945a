"""The browsers in which the account that asks is logged in."""

from litestar import Controller, delete, get

from api.deps import Asker, Unit
from api.guards import needs, signed_in
from api.operations import operation
from api.params import SessionId
from api.schemas.sessions import CurrentSession, SessionPage, session_of
from core.errors import Forbidden, NotFound
from core.rights import Right


class SessionController(Controller):
    path = "/me"
    tags = ("me",)

    @get("/session", guards=[signed_in], **operation("getMySession", refuses=(NotFound,)))
    async def current(self, *, actor: Asker, unit: Unit) -> CurrentSession:
        """The session that asks, and what its pages have to show with whatever they change."""
        session = await unit.sessions.current(actor)
        return CurrentSession(session=session_of(session), csrf_token=unit.sessions.form_token(actor))

    @get("/sessions", guards=[needs(Right.ACCOUNT_READ)], **operation("listMySessions", refuses=(Forbidden,)))
    async def sessions(self, *, actor: Asker, unit: Unit) -> SessionPage:
        """Where you are logged in."""
        return SessionPage(items=tuple(map(session_of, await unit.sessions.list(actor))))

    @delete(
        "/sessions/{session_id:uuid}",
        guards=[needs(Right.ACCOUNT_WRITE)],
        **operation("revokeMySession", refuses=(NotFound, Forbidden)),
    )
    async def revoke(self, *, actor: Asker, unit: Unit, session_id: SessionId) -> None:
        """End a session, at once and for good."""
        await unit.sessions.revoke(actor, session_id)
