"""Sign-ins whose password is no secret: those of a demo, kept in the home that it was made in.

They are told wherever somebody stands before the door of such a home. Another home has no such file, and a sign-in
that was closed since, or is not in this database, is not offered.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assidu.foundation.people import queries

FILE = Path("demo") / "sign-ins.json"


@dataclass(frozen=True, slots=True)
class OfferedSignIn:
    """``role`` is its code, ``store`` the one whose customers they see, if it is one alone."""

    email: str
    name: str
    role: str
    password: str
    store: str = ""


def offer(home: Path, sign_ins: Sequence[OfferedSignIn]) -> None:
    """Tell these from now on at the door of this home."""
    path = home / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in sign_ins], ensure_ascii=False), encoding="utf-8")


def offered(home: Path) -> tuple[OfferedSignIn, ...]:
    """The sign-ins that this home offers, of people who may come in."""
    try:
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
        kept = [OfferedSignIn(**one) for one in found]
    except (OSError, ValueError, TypeError):
        return ()
    return tuple(one for one in kept if (person := queries.person_by_email(one.email)) and person.is_active)
