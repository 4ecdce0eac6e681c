"""The requests that the adapters made in `cargo test -p baton-channels`, and the published specifications."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SPECS = HERE / "specs"


def requests_directory() -> Path:
    """Give the directory of the requests: BATON_CONTRACT_DIR, else `contract` in cargo's target directory."""
    if given := os.environ.get("BATON_CONTRACT_DIR"):
        return Path(given)
    target = os.environ.get("CARGO_TARGET_DIR") or HERE.parents[1] / "target"
    return Path(target) / "contract"


def load_requests(provider: str) -> dict[str, dict[str, Any]]:
    """Read the requests of a provider by case; there being none is a failure, not a success."""
    directory = requests_directory() / provider
    requests = {file.stem: json.loads(file.read_text()) for file in sorted(directory.glob("*.json"))}
    assert requests, f"no requests in {directory}: run `cargo test -p baton-channels` first"
    return requests


@pytest.fixture(scope="module")
def requests(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, Any]]]:
    """Give the requests of the provider that the module names in PROVIDER."""
    yield load_requests(request.module.PROVIDER)
