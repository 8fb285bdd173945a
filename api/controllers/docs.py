"""The OpenAPI document and two browsers for it, all from here."""

from functools import cache
from io import StringIO
from typing import Annotated, Any

from litestar import Controller, Litestar, Request, Response, get
from litestar.params import PathParameter
from ruamel.yaml import YAML

from api.assets import POLICY, SCALAR_PAGE, SWAGGER_PAGE, asset
from api.guards import anyone
from api.openapi.document import as_json, openapi_document
from api.security import OPEN_TO_ALL

_CACHED = {"Cache-Control": "public, max-age=3600"}


class DocsController(Controller):
    path = "/schema"
    guards = (anyone,)
    opt = OPEN_TO_ALL

    @get(["/", "/scalar"])
    async def scalar(self) -> Response[str]:
        return _page(SCALAR_PAGE)

    @get("/swagger")
    async def swagger(self) -> Response[str]:
        return _page(SWAGGER_PAGE)

    @get("/openapi.json")
    async def openapi_json(self, *, request: Request[Any, Any, Any]) -> Response[bytes]:
        return Response(_json(request.app), media_type="application/vnd.oai.openapi+json", headers=_CACHED)

    @get("/openapi.yaml")
    async def openapi_yaml(self, *, request: Request[Any, Any, Any]) -> Response[str]:
        return Response(_yaml(request.app), media_type="application/yaml", headers=_CACHED)

    @get("/assets/{name:str}")
    async def asset(
        self, *, request: Request[Any, Any, Any], name: Annotated[str, PathParameter()]
    ) -> Response[bytes]:
        found = asset(name)
        headers = {**_CACHED, "ETag": found.etag}
        if request.headers.get("if-none-match") == found.etag:
            return Response(b"", status_code=304, headers=headers)
        return Response(found.body, media_type=found.media_type, headers=headers)


def _page(html: str) -> Response[str]:
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@cache
def _json(app: Litestar) -> bytes:
    return as_json(openapi_document(app))


@cache
def _yaml(app: Litestar) -> str:
    stream = StringIO()
    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.dump(openapi_document(app), stream)
    return stream.getvalue()
