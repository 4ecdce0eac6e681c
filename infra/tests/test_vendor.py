"""The renderer of the API's page is, byte for byte, the one that was looked at."""

import gzip

import vendor


def test_the_committed_files_are_those_of_the_package() -> None:
    """Their digests are the known ones, and no other file came with them."""
    for name, known in vendor.COMPRESSED.items():
        assert vendor.digest(gzip.decompress((vendor.PLACE / f"{name}.gz").read_bytes())) == known, name
    for name, known in vendor.PLAIN.items():
        assert vendor.digest((vendor.PLACE / name).read_bytes()) == known, name
    ours = {"index.html", "start.js"}
    assert {file.name for file in vendor.PLACE.iterdir()} == ours | {f"{n}.gz" for n in vendor.COMPRESSED} | {
        *vendor.PLAIN
    }


def test_the_page_names_nothing_outside() -> None:
    """What we have written ourselves has no address of another host."""
    for name in ("index.html", "start.js"):
        assert "//" not in (vendor.PLACE / name).read_text(encoding="utf-8").replace("// ", ""), name
