"""A client that a generator makes of the document: its types hold, and it works."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.api.world import SECRET, Api, transport_to
from tests.builders.clients import DOCUMENT, JOURNEY, NAME, make_python_client

ROOT = Path(__file__).resolve().parents[2]
USE = f"""
from uuid import UUID

from {NAME} import AuthenticatedClient
from {NAME}.api.jobs import get_job
from {NAME}.api.plans import apply_plan, create_plan
from {NAME}.models import ApplyPayload, ApplyPlan, CreatePlan, Job, Plan, Problem


async def asked_for(client: AuthenticatedClient, guild_id: str, template_id: UUID) -> Job:
    plan = await create_plan.asyncio(guild_id, client=client, body=CreatePlan(template_id=template_id))
    if isinstance(plan, Problem):
        raise RuntimeError(plan.detail)
    assert isinstance(plan, Plan)
    body = ApplyPlan(hash_=plan.hash_)
    job = await apply_plan.asyncio(plan.id, client=client, body=body, idempotency_key=str(plan.id))
    assert isinstance(job, Job)
    assert isinstance(job.payload, ApplyPayload)
    assert job.payload.plan_id == plan.id
    seen = await get_job.asyncio(job.id, client=client, prefer="wait=1")
    assert isinstance(seen, Job)
    return seen
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the client in it."""
    folder = tmp_path_factory.mktemp("client")
    make_python_client(folder)
    shutil.copy(JOURNEY, folder)
    (folder / "use.py").write_text(USE)
    return folder


@pytest.mark.tools
def test_its_types_hold(generated: Path) -> None:
    config: dict[str, Any] = {
        "include": [NAME, "use.py", JOURNEY.name],
        # The same for every document, with the generator's own mistakes: it gives objects to __exit__.
        "ignore": [f"{NAME}/client.py"],
        "venvPath": str(ROOT),
        "venv": ".venv",
        "pythonVersion": "3.11",
        "typeCheckingMode": "standard",
    }
    (generated / "pyrightconfig.json").write_bytes(msgspec.json.encode(config))
    checked = subprocess.run(
        [f"{Path(sys.executable).parent}/basedpyright", "--level", "error", "-p", generated],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_it_has_every_operation(generated: Path) -> None:
    operations = {
        operation["operationId"]
        for item in msgspec.json.decode(DOCUMENT.read_bytes())["paths"].values()
        for operation in item.values()
    }
    made = [path for path in (generated / NAME / "api").glob("*/*.py") if path.name != "__init__.py"]
    assert len(made) == len(operations)


async def test_it_works(generated: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(generated))
    use = importlib.import_module("use")
    client = importlib.import_module(NAME).AuthenticatedClient(base_url="http://api.test", token=SECRET)
    guild, template = await api.guild(), await api.template()
    async with httpx.AsyncClient(
        transport=transport_to(api.app), base_url="http://api.test", headers=api.client.headers
    ) as transport:
        client.set_async_httpx_client(transport)
        job = await use.asked_for(client, guild, msgspec.convert(template["id"], use.UUID))
    assert (job.kind, job.guild_id) == ("template.apply", guild)
