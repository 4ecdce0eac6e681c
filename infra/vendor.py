#!/usr/bin/env python3
"""Fetch the renderer of the API's page, verify it and put it where the API embeds it: shared/api/docs-page.

Swagger UI (Apache-2.0, kept by SmartBear) comes from its package on npm, of one version, whose files have known
digests. What is committed is what this script writes; `infra/tests/test_vendor.py` holds it against the digests. Runs
where npm is on the path. To take another version, change VERSION and the digests; a run prints those that differ.
"""

import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / "shared" / "api" / "docs-page"
PACKAGE = "swagger-ui-dist"
VERSION = "5.35.0"

# The SHA-256 of each file of the package that is taken. Those for browsers are stored compressed.
COMPRESSED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}
PLAIN = {
    "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    "NOTICE": "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2",
    "swagger-ui-bundle.js.LICENSE.txt": "37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb",
}


def digest(content: bytes) -> str:
    """Give the SHA-256."""
    return hashlib.sha256(content).hexdigest()


def fetch(directory: Path) -> dict[str, bytes]:
    """Fetch the package through npm; give the files that are taken."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(directory), f"{PACKAGE}@{VERSION}"]
    subprocess.run(command, check=True, capture_output=True, cwd=directory)
    files = {}
    with tarfile.open(directory / f"{PACKAGE}-{VERSION}.tgz") as archive:
        for name in (*COMPRESSED, *PLAIN):
            member = archive.extractfile(f"package/{name}")
            files[name] = member.read() if member else b""
    return files


def main() -> int:
    """Write the files; give 1, with nothing written, when one is not what it was."""
    with tempfile.TemporaryDirectory() as directory:
        files = fetch(Path(directory))
    wrong = {name: digest(files[name]) for name, known in (COMPRESSED | PLAIN).items() if digest(files[name]) != known}
    for name, found in wrong.items():
        print(f"{name} has another digest: {found}", file=sys.stderr)
    if wrong:
        return 1
    for name, content in files.items():
        if name in COMPRESSED:
            (PLACE / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
        else:
            (PLACE / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
