"""Whether an answer is one that the OpenAPI document promises."""

import re
from typing import Any

import httpx
import msgspec
from jsonschema_rs import Draft202012Validator


class Conformity:
    """An httpx hook: raises for an answer that is not in the document, and for a body that is not as it says."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._operations = [(_pattern(path), item) for path, item in document["paths"].items()]
        self._validators: dict[bytes, Draft202012Validator] = {}

    async def check(self, response: httpx.Response) -> None:
        operation = self._operation(response.request)
        if operation is None:
            return
        media = response.headers.get("content-type", "").partition(";")[0]
        promised = operation["responses"].get(str(response.status_code))
        assert promised is not None, (
            f"{response.request.method} {response.request.url}: {response.status_code} is not documented"
        )
        promised = self.resolved(promised)
        if media == "text/event-stream":
            return
        await response.aread()
        for name in promised.get("headers", {}):
            assert name in response.headers or name == "Preference-Applied", f"no {name} header"
        if "content" in promised:
            assert media in promised["content"], f"{media} is not documented"
            if media.endswith(("/json", "+json")):
                self.require(response.json(), promised["content"][media]["schema"])
        else:
            assert not response.content

    def require(self, value: Any, schema: dict[str, Any]) -> None:
        """Raises for a value that the schema does not allow."""
        key = msgspec.json.encode(schema)
        if key not in self._validators:
            whole = {**schema, "components": self._document["components"]}
            self._validators[key] = Draft202012Validator(whole, validate_formats=True)
        self._validators[key].validate(value)

    def resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        found: Any = value
        if "$ref" in value:
            found = self._document
            for token in value["$ref"].removeprefix("#/").split("/"):
                found = found[token]
        return found

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        method = request.method.lower()
        for pattern, item in self._operations:
            if method in item and pattern.fullmatch(request.url.path):
                return item[method]
        return None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
