"""A process that uses the database until its standard input closes; `test_postgres` starts and kills it.

Run by itself, without the tests' conftest: it says `ready <url>` and then each thing that the supervisor says.
"""

import sys

from assidu.foundation.postgres import ensure_running
from assidu.foundation.settings import load_settings


def _say(message: str) -> None:
    print(f"said {message}", flush=True)


with ensure_running(load_settings(), notify=_say, is_durable="--volatile" not in sys.argv) as database:
    print(f"ready {database.url}", flush=True)
    sys.stdin.read()
