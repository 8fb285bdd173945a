"""Pictures: uploaded as bytes, named by their content, answered as what they are."""

import pytest

from core.discord.images import MAX_IMAGE_BYTES, hash_of
from tests.api.world import Api, refused
from tests.builders.pictures import PICTURES
from tests.simulator.pictures import png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


@pytest.mark.parametrize("media_type", PICTURES)
async def test_bytes_go_in_and_the_same_bytes_come_out_as_what_they_are(api: Api, media_type: str) -> None:
    content = PICTURES[media_type]
    made = await api.post("/images", content=content, headers={"Content-Type": "image/png"})
    assert made.status_code == 201, made.text
    assert made.json() == {"hash": hash_of(content), "media_type": media_type, "size": len(content)}
    shown = await api.client.get(made.headers["location"])
    assert (shown.content, shown.headers["content-type"]) == (content, media_type)
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in shown.headers["cache-control"]


async def test_who_has_it_already_is_sent_nothing(api: Api) -> None:
    made = await api.post("/images", content=png(7))
    shown = await api.client.get(made.headers["location"])
    again = await api.client.get(made.headers["location"], headers={"If-None-Match": shown.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", shown.headers["etag"])
    other = await api.client.get(made.headers["location"], headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


async def test_the_same_bytes_are_one_picture(api: Api) -> None:
    first = await api.post("/images", content=png(9))
    rows = await api.rows()
    second = await api.post("/images", content=png(9), headers={"Content-Type": "image/webp"})
    assert (second.status_code, second.json()) == (201, first.json())
    assert await api.rows() == rows


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "not_an_image"),
        (b"", "image/png", 422, "not_an_image"),
        (png(), "image/svg+xml", 415, "unsupported_media_type"),
        (png(), "text/html", 415, "unsupported_media_type"),
        (png() + bytes(MAX_IMAGE_BYTES), "image/png", 413, "too_large"),
    ],
)
async def test_what_is_no_picture_is_refused(
    api: Api, content: bytes, media_type: str, status: int, code: str
) -> None:
    before = await api.rows()
    answer = await api.post("/images", content=content, headers={"Content-Type": media_type})
    problem = await refused(api, answer, before, status)
    assert problem["code"] == code
    assert status != 413 or "10,485,760" in problem["detail"]


async def test_it_is_not_shown_to_who_is_not_signed_in(api: Api) -> None:
    made = await api.post("/images", content=png(11))
    assert (
        await api.client.get(made.headers["location"], headers={"Authorization": "Bearer gwt_nobody"})
    ).status_code == 401
