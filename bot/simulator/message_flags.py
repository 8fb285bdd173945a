"""Flags of messages (Discord docs: Message > Message Flags)."""

SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SILENT = 1 << 2, 1 << 6, 1 << 7, 1 << 12
