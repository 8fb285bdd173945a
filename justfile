# Every verb does its own set-up; nothing needs an activated environment.

set positional-arguments

python := ".venv/bin/python"

_verbs:
    @just --list --unsorted

# Try everything in a minute: a simulated Discord, our own servers, no token
demo *ARGS: _install
    {{ python }} -m api.demo "$@"

# Run it for real: api, bot and whatever servers have no URL
up *ARGS: _install
    {{ python }} -m core.up "$@"

# Say what is missing or wrong before `up` does
doctor *ARGS: _install
    {{ python }} -m bot.doctor "$@"

# The checks, then every suite
test *ARGS: _install
    {{ python }} -m tests.run "$@"

# The tests that need Node or Chromium
test-tools: _install
    {{ python }} -m pytest -m tools -rs

# The same tests at full numbers, with a report
soak *ARGS: _install
    GUILDWRIGHT_TEST_SIZE=soak {{ python }} -m tests.run --no-checks "$@"

# Measure: `bridge`, `simulator`, `templates`, `schedules`, or all; each target stands beside the number
bench *ARGS: _install _peers
    {{ python }} -m tests.bench "$@"

# lint, types, imports, and whether the models match the migrations
check: _install
    {{ python }} -m tests.run --only-checks

lint: _install
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .

types: _install
    .venv/bin/basedpyright

imports: _install
    .venv/bin/lint-imports

# Bring the database of DATABASE_URL to the latest version (`up` does that by itself)
migrate *ARGS: _install
    {{ python }} -m core.migrate "$@"

# A new key for whatever is sealed, and the old one away; what runs goes on
rotate-keys *ARGS: _install
    {{ python }} -m core.rotation "$@"

# Write the migration that the models ask for
revision MESSAGE: _install
    {{ python }} -m tests.models revision "$1"

api *ARGS: _install
    {{ python }} -m api "$@"

bot *ARGS: _install
    {{ python }} -m bot "$@"

workers *ARGS: _install
    {{ python }} -m workers "$@"

simulator *ARGS: _install
    {{ python }} -m bot.simulator "$@"

# What of Discord's REST surface is simulated, and judged
routes *ARGS: _install
    {{ python }} -m tests.simulator.coverage "$@"

# What Discord lets a bot write about a guild, and where a template says it
writable: _install
    {{ python }} -m tests.writable_fields

# Pin the dependencies anew
lock: _uv
    PATH="$PWD/.uv/bin:$PATH" uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock
    PATH="$PWD/.uv/bin:$PATH" uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header tests/bench/peers.in -o tests/bench/peers.lock

# uv, in a folder of its own where the machine has none
_uv:
    @command -v uv >/dev/null || [ -x .uv/bin/uv ] || { python3 -m venv .uv && .uv/bin/python -m pip install --quiet uv; }

# The environment, exactly as locked; nothing to do while requirements.lock is older than the stamp. Python up to 3.12
# is preferred, because the Redis we bring along has no wheels for later ones.
_install:
    #!/usr/bin/env bash
    set -euo pipefail
    [ .venv/.synced -nt requirements.lock ] && exit 0
    "{{ just_executable() }}" _uv
    PATH="$PWD/.uv/bin:$PATH"
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        rm -rf .venv
        uv venv --quiet --no-python-downloads --python '>=3.11,<3.13' .venv 2>/dev/null || uv venv --quiet --python '>=3.11' .venv
    fi
    uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
    touch .venv/.synced

# The job queues that the bridge is measured against, in an environment of their own, because their Redis client is
# newer than ARQ takes. Without them the benchmark says so and goes on.
_peers:
    #!/usr/bin/env bash
    set -uo pipefail
    [ .bench/.synced -nt tests/bench/peers.lock ] && exit 0
    "{{ just_executable() }}" _uv
    PATH="$PWD/.uv/bin:$PATH"
    rm -rf .bench
    uv venv --quiet --python .venv/bin/python .bench \
        && uv pip sync --quiet --python .bench/bin/python --require-hashes tests/bench/peers.lock \
        && touch .bench/.synced \
        || { rm -rf .bench; echo "bench: the peers cannot be installed, so nothing is measured against them" >&2; }
