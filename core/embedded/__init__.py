"""The PostgreSQL and the Redis that we start ourselves when no URL is given.

Several programs may use one data folder at once: the first starts the servers, later ones are given the same, and
the last one out stops them. Whoever ends by Ctrl-C, SIGTERM or an exception leaves in good order. What a `kill -9`
leaves running is taken over by the next start in that folder and stopped at its end.
"""

from core.embedded.errors import ServerUnavailable
from core.embedded.postgres import APPLICATION_ROLE
from core.embedded.servers import Servers, embedded_servers, stop_abandoned

__all__ = ["APPLICATION_ROLE", "ServerUnavailable", "Servers", "embedded_servers", "stop_abandoned"]
