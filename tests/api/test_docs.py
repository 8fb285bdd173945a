"""The OpenAPI document as it is served, and the two browsers for it."""

import re
from typing import Any

import pytest
import yaml

from tests.api.world import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


async def test_it_is_served_as_json_and_yaml(api: Api, openapi: dict[str, Any]) -> None:
    assert (await api.client.get("/schema/openapi.json")).json() == openapi
    text = (await api.client.get("/schema/openapi.yaml")).text
    assert yaml.load(text, yaml.CSafeLoader)["paths"].keys() == openapi["paths"].keys()


@pytest.mark.parametrize("page", ["/schema", "/schema/scalar", "/schema/swagger"])
async def test_browsers_for_it_come_from_here_and_go_nowhere_else(api: Api, page: str) -> None:
    answer = await api.client.get(page)
    assert answer.headers["content-type"].startswith("text/html")
    assert "//" not in re.sub(r"<!doctype[^>]*>", "", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    parts = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(parts) >= 3
    for part in parts:
        asset = await api.client.get(part)
        assert asset.status_code == 200, part
        assert "max-age" in asset.headers["cache-control"]
        again = await api.client.get(part, headers={"If-None-Match": asset.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_no_other_file_can_be_had(api: Api) -> None:
    for name in ("nothing.js", "..%2F..%2F__init__.py", "%2Fetc%2Fpasswd"):
        assert (await api.client.get(f"/schema/assets/{name}")).status_code == 404
