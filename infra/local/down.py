"""``down``: stop the local stack of this state folder, with every function that it runs."""

import shutil

from local import emulator
from local.settings import load


def main() -> None:
    """Run the command."""
    settings = load()
    stopped = emulator.stop(settings)
    for folder in ("bin", "tmp"):
        shutil.rmtree(settings.state / folder, ignore_errors=True)
    print("Baton is down." if stopped else "No local stack was up.")


if __name__ == "__main__":
    main()
