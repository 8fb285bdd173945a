"""What can go wrong with a server of our own."""


class ServerUnavailable(Exception):
    """A server we start ourselves cannot be had; the message is one sentence: what does not work, what to do."""
