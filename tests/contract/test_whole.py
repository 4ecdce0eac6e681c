"""Every request that the adapters wrote down is checked by some module here."""

from pathlib import Path

from conftest import requests_directory

HERE = Path(__file__).parent


def test_every_directory_of_requests_has_a_check() -> None:
    """A directory that no module names is a provider whose requests nobody looks at."""
    written = sorted(path.name for path in requests_directory().iterdir() if path.is_dir())
    assert written, "no requests: run `cargo test -p baton-channels` first"
    modules = [path.read_text() for path in HERE.glob("test_*.py") if path != Path(__file__)]
    unchecked = [name for name in written if not any(f'"{name}"' in module for module in modules)]
    assert not unchecked, f"nobody checks the requests of {unchecked}"


def test_every_provider_that_writes_requests_has_written_them() -> None:
    """A test that clears a directory writes into it, so that no check looks at nothing."""
    tests = HERE.parents[1] / "shared" / "channels" / "tests"
    named = {
        part.split('"')[0] for file in tests.glob("requests_*.rs") for part in file.read_text().split('clear("')[1:]
    }
    missing = sorted(name for name in named if not any((requests_directory() / name).glob("*.json")))
    assert named and not missing, f"no requests of {missing}: run `cargo test -p baton-channels` first"
