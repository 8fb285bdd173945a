"""Opcodes and close codes (Discord docs: Topics > Opcodes and Status Codes > Gateway)."""

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE = 0, 1, 2, 3, 4
RESUME, RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 6, 7, 8, 9, 10, 11
REQUEST_SOUNDBOARD, REQUEST_CHANNEL_INFO = 31, 43

UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, WRONG_TOKEN = 4000, 4001, 4002, 4003, 4004
TWICE, INVALID_SEQ, RATE_LIMITED, TIMED_OUT = 4005, 4007, 4008, 4009
INVALID_SHARD, SHARDING_REQUIRED, INVALID_VERSION, BAD_INTENTS, FORBIDDEN_INTENTS = (
    4010,
    4011,
    4012,
    4013,
    4014,
)

REASONS = {
    UNKNOWN_ERROR: "Unknown error.",
    UNKNOWN_OPCODE: "Unknown opcode.",
    DECODE_ERROR: "Error while decoding payload.",
    NOT_AUTHENTICATED: "Not authenticated.",
    WRONG_TOKEN: "Authentication failed.",
    TWICE: "Already authenticated.",
    INVALID_SEQ: "Invalid seq.",
    RATE_LIMITED: "Rate limited.",
    TIMED_OUT: "Session timed out.",
    INVALID_SHARD: "Invalid shard.",
    SHARDING_REQUIRED: "Sharding required.",
    INVALID_VERSION: "Invalid API version.",
    BAD_INTENTS: "Invalid intent(s).",
    FORBIDDEN_INTENTS: "Disallowed intent(s).",
}


class GatewayClosed(Exception):
    """The gateway closes the connection with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
