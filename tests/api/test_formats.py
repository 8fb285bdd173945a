"""What a text is made of stands in the document wherever its name promises it: ids, moments, hashes, addresses."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conformity import Conformity
from tests.api.test_openapi import operations

KINDS = {
    "a moment": re.compile(r"(at|since|until)|.*_(at|since|until)"),
    "an id": re.compile(r"ids?|.*_ids?"),
    "an address": re.compile(r"url|.*_url"),
    "a hash": re.compile(r"hash|.*_hash"),
}
OPEN = {
    # Whoever asks may name a request as they like, and so may what is told of it.
    *("listAudit.request_id", "listGuildAudit.request_id"),
    *("AuditEntry.request_id", "Job.request_id", "Problem.request_id"),
    # Of a target of any kind: a UUID, a snowflake, a name.
    *("listAudit.target_id", "listGuildAudit.target_id", "AuditTarget.id"),
    # A step's name is made of what it does and to what.
    *("JobStep.id", "StepOutcome.id"),
    *(
        f"{verb}{thing}.id"
        for verb in ("Create", "Edit", "Delete")
        for thing in ("Channel", "Resource", "Role")
    ),
    *("EditGuild.id", "OrderChannels.id", "OrderRoles.id", "SetOnboarding.id", "SetWelcomeScreen.id"),
    # A role of the guild, or `$` and one that a plan makes: what is neither is refused with the reason.
    "getVisibility.role_id",
    # It is shown again as it was seen; nobody reads it.
    *("ApplyPlan.hash", "Plan.hash", "PlanRow.hash"),
    # A process says what it is called.
    "Process.id",
    # It is judged by where it leads to, in more words than a pattern has.
    *("Callback.url", "CallbackSecret.url", "CreateCallback.url", "EditCallback.url"),
}
SAYING = {"format", "pattern", "enum", "const", "x-extensible-enum"}


def named(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Where it is, what it is called and what it may be, of every parameter and every field."""
    conformity = Conformity(document)
    for _, _, operation in operations(document):
        for parameter in map(conformity.resolved, operation["parameters"]):
            yield operation["operationId"], parameter["name"], parameter["schema"]
    for component, schema in document["components"]["schemas"].items():
        for name, inner in schema.get("properties", {}).items():
            yield component, name, inner


def texts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All that it may be as a text, or as one of several."""
    if schema.get("type") == "string":
        yield schema
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts(inner)
    if "items" in schema:
        yield from texts(schema["items"])


def shapeless(document: dict[str, Any]) -> set[str]:
    return {
        f"{place}.{name}"
        for place, name, schema in named(document)
        if any(kind.fullmatch(name) for kind in KINDS.values())
        and any(not SAYING & text.keys() for text in texts(schema))
    }


def test_what_is_named_as_an_id_a_moment_an_address_or_a_hash_says_how_it_is_written(
    openapi: dict[str, Any],
) -> None:
    assert shapeless(openapi) == OPEN


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_name_is_there_and_is_looked_at(openapi: dict[str, Any], kind: str) -> None:
    found = [schema for _, name, schema in named(openapi) if KINDS[kind].fullmatch(name)]
    assert any(list(texts(schema)) for schema in found)


def test_every_moment_is_one_of_rfc_3339(openapi: dict[str, Any]) -> None:
    """A document's own moments may stand for a variable, so they are said by a pattern instead."""
    moments = [
        (f"{place}.{name}", text)
        for place, name, schema in named(openapi)
        if KINDS["a moment"].fullmatch(name)
        for text in texts(schema)
    ]
    odd = {place for place, text in moments if text.get("format") != "date-time" and "pattern" not in text}
    assert not odd
    assert {place for place, _ in moments} >= {"listJobs.since", "listAudit.until", "Job.created_at"}
