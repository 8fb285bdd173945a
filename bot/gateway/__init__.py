"""`DiscordGateway` on a live disnake client: reads from its cache, writes through its HTTP client (law 7)."""

from bot.gateway.audit import AuditCalls
from bot.gateway.channels import ChannelCalls
from bot.gateway.direct import DirectCalls
from bot.gateway.members import MemberCalls
from bot.gateway.messages import MessageCalls
from bot.gateway.resources import ResourceCalls
from bot.gateway.structure import StructureCalls

__all__ = ["DisnakeGateway"]


class DisnakeGateway(
    StructureCalls, ResourceCalls, AuditCalls, MessageCalls, DirectCalls, MemberCalls, ChannelCalls
):
    """One for each client."""
