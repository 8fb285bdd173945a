"""Regular expressions as AutoMod reads them: of Rust's flavour, without look-around and back references.

The schema validator brings that very engine along (Discord documentation, Auto Moderation › Trigger Metadata).
"""

from functools import lru_cache

import jsonschema_rs


@lru_cache(maxsize=1024)
def compiles(pattern: str) -> bool:
    """Whether Rust's engine takes it."""
    options = jsonschema_rs.RegexOptions()
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True
