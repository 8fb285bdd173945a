"""Schemathesis, a generator of requests that knows the document and nothing else of us, against the running system."""

import asyncio
import os
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.e2e.stock import NOBODY, Known
from tests.fixtures.environment import ROOT
from tests.fixtures.size import SEED, sized

PROGRAM = Path(sys.executable).parent / "schemathesis"
PICTURES = "tests.e2e.fuzzing_pictures"
KNOWN = 0.7
"""How often a value is taken that is known; the others are made up."""
ALWAYS = {"body.url": [NOBODY]}
"""Nobody outside of this machine is called."""

_EXAMPLES = sized(small=2, soak=200)
_STEPS = sized(small=6, soak=30)
_REQUEST_SECONDS = 60
_SOAK_SECONDS = 1800
# A stream is read for so long at most. Who is slow to answer is asked again, so that load is no failure.
_REFUSALS = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429]
_STREAM_SECONDS = 2
_STREAM_TRIES = 10
_LAST = re.compile(r"/\{(\w+)\}$")
_TOLD = re.compile(r"Each `data` is a (\w+)\.")
# Each has hundreds of places at which a value can be wrong, or thousands: a small run makes some of them up, and does
# not go through all.
_LARGE = (
    *("createDiff", "createJob", "createPlan", "createPlans", "createTemplate", "createVersion"),
    *("editGuildSettings", "importTemplate", "putPolicies"),
    *("createSchedule", "editSchedule", "previewNewSchedule", "editCallback", "createCallback"),
    *("createAnnouncement", "editAnnouncement", "previewNewAnnouncement"),
)
_SPARED = (
    "[[operations]]",
    f"include-operation-id = {list(_LARGE)}",
    f"phases.coverage.enabled = {sized(small='false', soak='true')}",
)


class Report(msgspec.Struct, frozen=True):
    """What it said, and with which status it ended; `answers` are the statuses that came, by operation."""

    status: int
    text: str
    answers: dict[str, set[int]]

    @property
    def failures(self) -> str:
        """Its own words, without those about how it went."""
        _, begun, said = self.text.partition("\n===")
        return begun + said.partition("= WARNINGS =")[0]


async def fuzzed(http: httpx.AsyncClient, known: Known, folder: Path, *, token: str) -> Report:
    """`known` are values by the parameter's place and name: without them most requests ask for what is not there."""
    document = (await http.get("/schema/openapi.json")).raise_for_status().json()
    (folder / "openapi.json").write_text(_with_known(_in_its_words(document), known))
    (folder / "schemathesis.toml").write_text(_config(known, str(http.base_url), token))
    child = await asyncio.create_subprocess_exec(
        PROGRAM,
        *("--config-file", "schemathesis.toml", "run", "openapi.json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "120",
            "NO_COLOR": "1",
        },
    )
    try:
        said, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return Report(
        status=child.returncode or 0,
        text=said.decode(),
        answers=_answers(folder / "report.har", document),
    )


def _in_its_words(document: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.1 has no words for the events of a stream, so ours says in a sentence which component their data is.
    Here it is said in the words of 3.2. And no text is an example of a picture."""
    for item in document["paths"].values():
        for operation in item.values():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                if body["schema"].get("format") == "binary":
                    del body["example"]
            for answer in operation["responses"].values():
                stream = answer.get("content", {}).get("text/event-stream")
                if stream is not None:
                    told = _TOLD.fullmatch(stream.pop("schema")["description"])
                    assert told is not None
                    stream["itemSchema"] = _event_of(told[1])
    return document


def _with_known(document: dict[str, Any], known: Known) -> str:
    """Its examples name what is really there."""
    text = msgspec.json.encode(document).decode()
    for path, item in document["paths"].items():
        named = _LAST.search(path)
        shown = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        example = shown.get("application/json", {}).get("example", {})
        if named is not None and "id" in example and f"path.{named[1]}" in known:
            text = text.replace(example["id"], known[f"path.{named[1]}"][0])
        if "url" in example:
            text = text.replace(example["url"], NOBODY)
    return text


def _event_of(component: str) -> dict[str, Any]:
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": f"#/components/schemas/{component}"},
    }
    return {
        "type": "object",
        "properties": {"data": data, **{key: {"type": "string"} for key in ("event", "id")}},
    }


def _config(known: Known, url: str, token: str) -> str:
    """TOML; the strings in it are JSON's, which are TOML's, too."""
    taken = [(name, values, KNOWN) for name, values in known.items()]
    taken += [(name, values, 1.0) for name, values in ALWAYS.items()]
    lines = [
        f"seed = {SEED}",
        f"hooks = {_text(PICTURES)}",
        f"base-url = {_text(url)}",
        "continue-on-failure = true",
        f"request-timeout = {_REQUEST_SECONDS}",
        *sized(small=(), soak=(f"max-time = {_SOAK_SECONDS}",)),
        f"headers.Authorization = {_text(f'Bearer {token}')}",
        'reports.har.path = "report.har"',
        f"generation.max-examples = {_EXAMPLES}",
        f"generation.no-shrink = {sized(small='true', soak='false')}",
        'generation.database = "none"',
        f"phases.stateful.max-steps = {_STEPS}",
        # What is right by its schema may still be refused for what it says.
        "checks.positive_data_acceptance.enabled = false",
        # Also by If-Match, which is looked at before it is known whether there is such a thing.
        f"checks.negative_data_rejection.expected-statuses = {_REFUSALS}",
        *(f"dictionaries.d{number}.values = {_text(values)}" for number, (_, values, _) in enumerate(taken)),
        "[parameters]",
        *(
            f'{_text(name)} = {{ dictionary = "d{number}", probability = {probability} }}'
            for number, (name, _, probability) in enumerate(taken)
        ),
        *_SPARED,
        "[[operations]]",
        'include-path-regex = "/events$"',
        f"request-timeout = {_STREAM_SECONDS}",
        f"request-retries = {_STREAM_TRIES}",
        "max-stream-events = 2",
        "generation.max-examples = 2",
    ]
    return "\n".join(lines)


def _text(value: str | Sequence[str]) -> str:
    return msgspec.json.encode(value).decode()


def _answers(har: Path, document: dict[str, Any]) -> dict[str, set[int]]:
    paths = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in document["paths"].items()
    ]
    answers: dict[str, set[int]] = defaultdict(set)
    for entry in msgspec.json.decode(har.read_bytes())["log"]["entries"]:
        method, path = entry["request"]["method"].lower(), httpx.URL(entry["request"]["url"]).path
        for pattern, item in paths:
            if method in item and pattern.fullmatch(path):
                answers[item[method]["operationId"]].add(entry["response"]["status"])
    return answers
