"""Files of the two API browsers, read out of packages that are made for another web framework and never imported."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from core.errors import NotFound

ROOT = "/schema/assets"
_FILES = {
    "scalar.js": ("flask_openapi3_scalar", "templates/scalar/js/scalar.standalone.js", "text/javascript"),
    "scalar.svg": ("flask_openapi3_scalar", "templates/scalar/images/scalar.svg", "image/svg+xml"),
    "swagger.css": ("flask_openapi3_swagger", "templates/swagger/css/swagger-ui.css", "text/css"),
    "swagger.js": ("flask_openapi3_swagger", "templates/swagger/js/swagger-ui-bundle.js", "text/javascript"),
    "swagger.svg": ("flask_openapi3_swagger", "templates/swagger/images/swagger.svg", "image/svg+xml"),
}
_STARTS = {
    "scalar-start.js": """\
Scalar.createApiReference("#app", {
  url: "/schema/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  persistAuth: false,
});
""",
    "swagger-start.js": """\
SwaggerUIBundle({
  url: "/schema/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
""",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guildwright API</title>
{head}
</head>
<body>
{body}
</body>
</html>
"""
SCALAR_PAGE = _PAGE.format(
    head=f'<link rel="icon" href="{ROOT}/scalar.svg">',
    body=f'<div id="app"></div>\n<script src="{ROOT}/scalar.js"></script>\n'
    f'<script src="{ROOT}/scalar-start.js"></script>',
)
SWAGGER_PAGE = _PAGE.format(
    head=f'<link rel="icon" href="{ROOT}/swagger.svg">\n<link rel="stylesheet" href="{ROOT}/swagger.css">',
    body=f'<div id="swagger-ui"></div>\n<script src="{ROOT}/swagger.js"></script>\n'
    f'<script src="{ROOT}/swagger-start.js"></script>',
)
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The pages speak to nobody but us, whatever the scripts in them would like."""


class Asset(msgspec.Struct, frozen=True):
    body: bytes
    media_type: str
    etag: str


@cache
def asset(name: str) -> Asset:
    """Raises `NotFound`."""
    if name in _STARTS:
        return _asset(_STARTS[name].encode(), "text/javascript")
    if name not in _FILES:
        raise NotFound(f"There is no asset {name}.")
    package, path, media_type = _FILES[name]
    return _asset((_folder_of(package) / path).read_bytes(), media_type)


def _asset(body: bytes, media_type: str) -> Asset:
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise NotFound(f"The package {package} is not installed.")
    return Path(spec.origin).parent
