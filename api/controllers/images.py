"""Pictures, named by their content."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import PathParameter

from api.answers import Answer, created
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import image_at
from api.media import IMAGES, OCTETS, require_media
from api.operations import operation
from api.schemas.images import Image, image_of
from core.discord.images import MAX_IMAGE_BYTES
from core.errors import Forbidden, NotFound
from core.rights import Right

Hash = Annotated[
    str,
    PathParameter(
        description="`sha256:` and 64 hexadecimal digits.", schema_extra={"pattern": "^sha256:[0-9a-f]{64}$"}
    ),
]
_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class ImageController(Controller):
    path = "/images"
    tags = ("images",)

    @post(
        "/",
        request_max_body_size=MAX_IMAGE_BYTES,
        guards=[needs(Right.IMAGES_WRITE)],
        **operation("uploadImage", body=bytes, takes=(OCTETS, *IMAGES), refuses=(Forbidden,), once=True),
    )
    async def upload(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once
    ) -> Response[Image]:
        """Store a picture, to name it in a template.

        The body is the picture itself: PNG, JPEG, GIF, WebP, AVIF or Lottie, up to 10 MiB. What it is shows in its
        bytes; the same bytes again are the same picture. What no template, plan or snapshot names is removed after
        30 days.
        """
        require_media(request, (OCTETS, *IMAGES))
        content = await request.body()

        async def put() -> Answer[Image]:
            info = await unit.images.put(actor, content)
            return created(image_of(info), image_at(info.hash))

        return await once(put)

    @get(
        "/{image_hash:str}",
        guards=[needs(Right.IMAGES_READ)],
        **operation(
            "getImage",
            statuses=(200, 304),
            gives=(*IMAGES, "application/json"),
            refuses=(NotFound, Forbidden),
            tagged=True,
        ),
    )
    async def image(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, image_hash: Hash
    ) -> Response[bytes]:
        """A picture's bytes. They never change, so keep them."""
        tag = f'"{image_hash}"'
        image = await unit.images.get(actor, image_hash)
        headers = {**_HEADERS, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        return Response(image.content, media_type=image.media_type, headers=headers)
