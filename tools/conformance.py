"""Writes ``conformance/`` anew, or checks that what is there is what the core decides today.

``python tools/conformance.py write`` or ``check``. A difference that nobody meant is a mistake; one that is meant
raises ``SEMANTICS_VERSION``, since every till has to decide alike from the same day on.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from conformance.files import FOLDER, files, stale  # noqa: E402  # found only now

USAGE = "usage: python tools/conformance.py write | check"


def main(arguments: list[str]) -> int:
    if arguments == ["write"]:
        for name, content in files().items():
            (FOLDER / name).write_bytes(content)
            print(f"{name}: {len(content):,} bytes")
        for path in FOLDER.glob("*.json"):
            if path.name not in files():
                path.unlink()
        return 0
    if arguments == ["check"]:
        found = stale()
        print("\n".join(found) or "conformance/ is as the core decides")
        return 1 if found else 0
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
