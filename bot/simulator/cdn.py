"""Discord's CDN on our own address: images and attachments that were uploaded to the simulator, and nothing else."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.simulator.attachments import stored_file
from bot.simulator.world import World

FOLDERS = (
    "emojis/{id}",
    "stickers/{id}",
    "guild-events/{id}/{hash}",
    "icons/{id}/{hash}",
    "splashes/{id}/{hash}",
    "discovery-splashes/{id}/{hash}",
    "home-headers/{id}/{hash}",
    "banners/{id}/{hash}",
    "avatars/{id}/{hash}",
    "app-icons/{id}/{hash}",
    "role-icons/{id}/{hash}",
    "guilds/{guild_id}/users/{id}/avatars/{hash}",
    "guilds/{guild_id}/users/{id}/banners/{hash}",
)

ATTACHMENTS = "/attachments/{channel_id:int}/{attachment_id:int}/{filename}"


def cdn_routes(world: World) -> list[BaseRoute]:
    async def serve(request: Request) -> Response:
        path, _, extension = request.url.path.strip("/").rpartition(".")
        image = world.images.find(path)
        if image is None or not extension:
            return Response(status_code=404)
        return Response(image.content, media_type=image.kind)

    async def serve_attachment(request: Request) -> Response:
        file = stored_file(world, request.path_params["channel_id"], request.path_params["attachment_id"])
        if file is None:
            return Response(status_code=404)
        return Response(file.content, media_type=file.kind or "application/octet-stream")

    images = [Route(f"/{folder}.{{extension}}", serve, methods=["GET"]) for folder in FOLDERS]
    return [*images, Route(ATTACHMENTS, serve_attachment, methods=["GET"])]
