"""Media types of bodies and answers."""

from typing import Any

from litestar import Request

from api.errors import UnsupportedMedia

JSON = ("application/json",)
MERGE_PATCH = ("application/json", "application/merge-patch+json")
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
OCTETS = "application/octet-stream"
NDJSON = "application/x-ndjson"
YAML = ("application/yaml", "text/yaml", "application/x-yaml")
"""All are read; the first is the registered one (RFC 9512), which we write and document."""


def require_media(request: Request[Any, Any, Any], allowed: tuple[str, ...]) -> str:
    """The body's media type. Where none is named it is taken for the first allowed. Raises `UnsupportedMedia`."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedMedia(f"Send the body as it is: the Content-Encoding {coding[:100]} is not read.")
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if named and named not in allowed:
        raise UnsupportedMedia(f"This takes {' or '.join(allowed)}, not {named[:100]}.")
    return named or allowed[0]


def wants_yaml(request: Request[Any, Any, Any]) -> bool:
    """Whether the Accept header prefers YAML to JSON."""
    return request.accept.best_match(["application/json", *YAML]) in YAML


def wants_lines(request: Request[Any, Any, Any]) -> bool:
    """Whether the Accept header prefers a value a line to one JSON text."""
    return request.accept.best_match(["application/json", NDJSON]) == NDJSON
