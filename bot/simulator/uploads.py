"""Files people hand to a command or a modal, where Discord's CDN has them: for the bot to read, for a while."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.simulator.world import World


def upload_routes(world: World) -> list[BaseRoute]:
    async def serve(request: Request) -> Response:
        file = world.interactions.files.get(request.path_params["file_id"])
        if file is None or file.filename != request.path_params["filename"]:
            return Response(status_code=404)
        return Response(file.content, media_type=file.kind)

    path = "/ephemeral-attachments/{application_id:int}/{file_id:int}/{filename}"
    return [Route(path, serve, methods=["GET"])]
