"""Discord's published OpenAPI document as a judge of both sides: what is asked, and what is answered.

The document is not part of this project; whoever has it hands it over as a file (``--contract FILE``). With it a
request that the document does not allow is refused, and an answer that it does not describe never leaves: the call
ends as a 500 that says what is wrong, so that no test can pass on it.
"""

from bot.simulator.contract.document import Contract, read_contract

__all__ = ["Contract", "read_contract"]
