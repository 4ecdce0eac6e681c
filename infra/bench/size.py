#!/usr/bin/env python3
"""Build the release packages and check their sizes: at most 3.5 MB per sender, 5 MB for any other function.

Runs where cargo-lambda is on the path (make bench-size). The binaries stay in target/lambda for start.py.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SENDER_LIMIT = 3_500_000
OTHER_LIMIT = 5_000_000


def target_directory() -> Path:
    """Ask cargo where it builds."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"]
    return Path(
        json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["target_directory"]
    )


def build(arch: str) -> dict[str, Path]:
    """Build every function; give the zip of each."""
    command = ["cargo", "lambda", "build", "--release", "--package", "baton-functions", "--bins"]
    subprocess.run(
        [*command, "--output-format", "zip", "--arm64" if arch == "arm64" else "--x86-64"],
        cwd=ROOT,
        check=True,
    )
    # Zips and plain binaries are written side by side: the zips for the sizes, the binaries for start.py.
    subprocess.run([*command, "--arm64" if arch == "arm64" else "--x86-64"], cwd=ROOT, check=True)
    return {path.parent.name: path for path in sorted((target_directory() / "lambda").glob("*/bootstrap.zip"))}


def main() -> int:
    """Print a line per function; give 1 when one is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", choices=("arm64", "x86_64"), default="x86_64")
    code = 0
    for name, path in build(parser.parse_args().arch).items():
        limit = SENDER_LIMIT if name.startswith("send-") else OTHER_LIMIT
        size = path.stat().st_size
        verdict = "ok" if size <= limit else "TOO LARGE"
        code |= size > limit
        print(f"{name:<14} {size / 1e6:5.2f} MB of at most {limit / 1e6:.1f} MB  {verdict}")
    return code


if __name__ == "__main__":
    sys.exit(main())
