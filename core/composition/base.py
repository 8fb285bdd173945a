"""What every service is made of."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.callbacks.rules import CallbackRules
from core.clock import Clock
from core.composition.people import People
from core.jobs.ring import Rung
from core.jobs.spec import Catalog


class Composition:
    """One session, and the services over it. Each is made when it is first asked for; a class of services knows those
    of the domains below it."""

    def __init__(
        self,
        session: AsyncSession,
        catalog: Catalog,
        clock: Clock,
        *,
        callback_rules: CallbackRules,
        image_capacity: int,
        people: People,
    ) -> None:
        self._session = session
        self._catalog = catalog
        self._clock = clock
        self._callback_rules = callback_rules
        self._image_capacity = image_capacity
        self._people = people
        self.rungs: list[Rung] = []
