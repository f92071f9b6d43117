"""The files of ``conformance/``, made anew from the stories."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from assidu.decisions import SEMANTICS_VERSION
from assidu.plans.identity import to_builtins
from conformance.cases import (
    accounts,
    budgets,
    draws,
    earning,
    holds,
    life,
    lives,
    membership,
    money,
    occasions,
    offers,
    returns,
    rewards,
    statuses,
    updates,
    wallets,
)
from conformance.story import Programme, Story

FOLDER = Path(__file__).parent.parent.parent / "conformance"
FORMAT = 1
BYTES_MAX = 3_400_000

THEMES: Mapping[str, Callable[[], Iterator[Story]]] = {
    "earning": earning.stories,
    "budgets": budgets.stories,
    "occasions": occasions.stories,
    "statuses": statuses.stories,
    "wallets": wallets.stories,
    "returns": returns.stories,
    "money": money.stories,
    "rewards": rewards.stories,
    "membership": membership.stories,
    "accounts": accounts.stories,
    "offers": offers.stories,
    "updates": updates.stories,
    "holds": holds.stories,
    "draws": draws.stories,
    "life-of-the-programme": life.stories,
    "lives": lives.stories,
}


@lru_cache(maxsize=1)
def files() -> Mapping[str, bytes]:
    """Every file by its name, to the byte."""
    return {f"{theme}.json": _file(list(stories())) for theme, stories in THEMES.items()}


def stale() -> list[str]:
    """Which files are not what the core decides today; empty when all are."""
    made = files()
    found = [name for name in sorted(made) if not _is(FOLDER / name, made[name])]
    found += [
        f"{path.name} (not of today)" for path in sorted(FOLDER.glob("*.json")) if path.name not in made
    ]
    return found


def _is(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def _file(stories: list[Story]) -> bytes:
    """One step on each line, so that a difference is read where it is."""
    names = [story.name for story in stories]
    assert len(set(names)) == len(names), f"two stories of one name: {sorted(names)}"
    numbered = _named_once(stories)
    plans = {name: to_builtins(one.document) for name, one in sorted(numbered.items())}
    head = f'{{"format":{FORMAT},"semantics_version":{SEMANTICS_VERSION},"plans":{{\n'
    head += ",\n".join(f"{_line(name)}:{_line(plan)}" for name, plan in plans.items())
    told = []
    for story in stories:
        one = story.as_json()
        steps = ",\n".join(_line(step) for step in one.pop("steps"))
        told.append(f'{_line(one)[:-1]},"steps":[\n{steps}\n]}}')
    return (head + '\n},"stories":[\n' + ",\n".join(told) + "\n]}\n").encode()


def _named_once(stories: list[Story]) -> dict[str, Programme]:
    """The plans of a file. Two that say the same are one; others of the same name are numbered."""
    found: dict[str, Programme] = {}
    by_content: dict[str, str] = {}
    for story in stories:
        names = {}
        for name, programme in story.programmes.items():
            content = _line(to_builtins(programme.document))
            if content not in by_content:
                new = f"{name}-{len(found) + 1}"
                by_content[content] = new
                found[new] = programme
            names[name] = by_content[content]
        story.rename_plans(names)
    return found


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
