"""What belongs to HTTP itself: methods, media types, paths, headers."""

import pytest

from tests.api.world import DOCUMENT, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1", "/api/v1/nothing", "/api/v2/me", "/health"])
async def test_an_unknown_path_is_a_problem(api: Api, path: str) -> None:
    answer = await api.client.get(path, follow_redirects=False)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_method_that_a_path_does_not_take_is_405_with_those_it_takes(api: Api) -> None:
    answer = await api.client.put("/api/v1/templates")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/templates", "/templates/import?name=x"])
async def test_another_media_type_is_415(api: Api, path: str) -> None:
    answer = await api.post(path, content=b"<name/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("media", ["application/yaml", "text/yaml", "application/x-yaml; charset=utf-8"])
async def test_yaml_goes_by_three_names(api: Api, media: str) -> None:
    answer = await api.post(
        "/templates/import?name=x", content=b"guildwright: 1\n", headers={"Content-Type": media}
    )
    assert answer.status_code == 201


async def test_head_answers_as_get(api: Api) -> None:
    assert (await api.client.head("/health/live")).status_code == 200
    assert (await api.client.head("/api/v1/jobs")).status_code == 200


async def test_an_edit_is_a_merge_patch(api: Api) -> None:
    template = await api.template(description="first")
    path = f"/api/v1/templates/{template['id']}"
    renamed = (await api.client.patch(path, json={"name": "Yours"})).json()
    assert (renamed["name"], renamed["description"]) == ("Yours", "first")
    headers = {"Content-Type": "application/merge-patch+json"}
    cleared = (await api.client.patch(path, content=b'{"description": null}', headers=headers)).json()
    assert (cleared["name"], cleared["description"]) == ("Yours", None)


async def test_what_was_made_can_be_edited_by_its_etag(api: Api) -> None:
    template = await api.template()
    path = f"/api/v1/templates/{template['id']}"
    seen = (await api.client.get(path)).headers["etag"]
    edited = await api.client.patch(path, json={"name": "A"}, headers={"If-Match": seen})
    assert edited.status_code == 200
    assert edited.headers["etag"] != seen
    for stale in (seen, '"nonsense"', "W/" + edited.headers["etag"]):
        refused = await api.client.patch(path, json={"name": "B"}, headers={"If-Match": stale})
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert (await api.client.delete(path, headers={"If-Match": seen})).status_code == 412
    assert (await api.client.patch(path, json={"name": "C"}, headers={"If-Match": "*"})).status_code == 200
    assert (await api.client.delete(path)).status_code == 204
    assert (await api.client.get(path)).status_code == 404


async def test_a_new_template_says_the_time_that_its_etag_is_made_of(api: Api) -> None:
    made = await api.template()
    assert (await api.get(f"/templates/{made['id']}")).json() == made


async def test_a_version_based_on_an_older_one_is_refused(api: Api) -> None:
    path = f"/templates/{(await api.template())['id']}/versions"
    first = await api.post(path, json={"document": DOCUMENT, "base_version": 1})
    assert first.status_code == 201
    assert first.headers["location"].endswith("/versions/2")
    second = await api.post(path, json={"document": DOCUMENT, "base_version": 1})
    assert (second.status_code, second.json()["code"]) == (409, "stale_version")
