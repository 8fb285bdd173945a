"""Import rules that import-linter cannot express; the others are contracts in `pyproject.toml`."""

import grimp
import pytest

OURS = ("api", "bot", "core", "workers")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*OURS, include_external_packages=True, cache_dir=None)


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_a_repository_is_opened_only_by_its_own_domain_and_the_unit_of_work(graph: grimp.ImportGraph) -> None:
    strangers = {
        (importer, repository)
        for repository in graph.modules
        if is_in(repository, "core") and repository.endswith("repository")
        for importer in graph.find_modules_that_directly_import(repository)
        if not is_in(importer, repository.rpartition(".")[0], "core.composition", "core.uow")
    }
    assert strangers == set()


def test_the_demo_is_a_client_of_the_public_api_like_any_other(graph: grimp.ImportGraph) -> None:
    """Of ours it uses only what starts servers and programs."""
    imported = {
        module
        for demo in graph.modules
        if is_in(demo, "api.demo")
        for module in graph.find_modules_directly_imported_by(demo)
    }
    ours = {module for module in imported if is_in(module, *OURS)}
    allowed = ("api.demo", "core.embedded", "core.ports", "core.processes")
    assert {module for module in ours if not is_in(module, *allowed)} == set()
