"""Changes the settled part of the core in small ways, one at a time, and says which changes no test notices.

    python tools/mutation.py                    every settled module, at most forty minutes, on one core
    python tools/mutation.py --minutes 10 tiers wallet
    python tools/mutation.py 'assidu.decisions.tiers.x_review*'

It works on a copy of what is committed, and needs mutmut, which it installs beside the other tools the first time. What
survives is listed with its score; a survivor is either a test that is missing or a change that changes nothing.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv" / "mutation"
MUTMUT = "mutmut==3.8.1"
SETTLED = ("tiers", "goals", "engagement", "occasions", "earning", "money", "calendar", "evolve", "wallet")
TESTS = ("tests/decisions", "tests/conformance")
TOO_SLOW = ("tests/decisions/test_against_the_model.py", "tests/decisions/test_every_action.py")
"""Machines of states and actions: they would notice most, in minutes each."""
MINUTES = 40
CONFIGURATION = """\
[tool.pytest.ini_options]
pythonpath = ["tests"]
addopts = ["--import-mode=importlib"]

[tool.mutmut]
source_paths = ["src/assidu"]
only_mutate = [{modules}]
also_copy = ["conformance"]
pytest_add_cli_args_test_selection = [{tests}]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis", "-p", "no:django"]
track_dependencies = false
use_git_change_detection = false
timeout_constant = 10.0
"""
STATUS = re.compile(r"^\s+(\S+): (.+)$", re.MULTILINE)


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    names = [name for name in asked.what if "." in name]
    modules = [name for name in asked.what if "." not in name] or list(SETTLED)
    program = _mutmut()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        room = Path(folder)
        _copy(room)
        (room / "pyproject.toml").write_text(
            CONFIGURATION.format(
                modules=_listed(f"src/assidu/decisions/{name}.py" for name in modules), tests=_listed(TESTS)
            ),
            encoding="utf-8",
        )
        running = ["nice", "-n", "19", program, "run", "--max-children", "1", *names]
        try:
            subprocess.run(
                running, cwd=room, timeout=asked.minutes * 60, check=False, stdout=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            print(
                f"stopped after {asked.minutes} minutes: what was not reached is not counted", file=sys.stderr
            )
        told = subprocess.run(
            [program, "results", "--all", "true"], cwd=room, capture_output=True, text=True, check=True
        )
    found = dict(STATUS.findall(told.stdout))
    counted = Counter(found.values())
    killed = counted["killed"] + counted["timeout"]
    tried = killed + counted["survived"]
    report = {
        "tried": tried,
        "killed": killed,
        "score": round(100 * killed / tried, 1) if tried else None,
        "unreached": sum(counted.values()) - tried,
        "survived": sorted(name for name, status in found.items() if status == "survived"),
    }
    print(json.dumps(report, indent=1))
    return 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Changes the core and says which changes no test notices.")
    parser.add_argument(
        "what", nargs="*", help="Modules of the core, or names of changes as mutmut gives them."
    )
    parser.add_argument("--minutes", type=int, default=MINUTES)
    return parser.parse_args(arguments)


def _mutmut() -> str:
    """The program, installed the first time, with everything that the project itself needs in reach."""
    program = TOOLS / "bin" / "mutmut"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], check=True)
        [own] = TOOLS.glob("lib/python*/site-packages")
        [ours] = (ROOT / ".venv").glob("lib/python*/site-packages")
        (own / "project.pth").write_text(f"{ours}\n", encoding="utf-8")
        subprocess.run([str(TOOLS / "bin" / "pip"), "install", "--quiet", MUTMUT], check=True)
    return str(program)


def _copy(room: Path) -> None:
    """What is committed, and of the tests those that are quick."""
    archive = subprocess.run(
        [shutil.which("git") or "git", "archive", "HEAD", "src/assidu", "tests", "conformance"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env=os.environ,
    ).stdout
    subprocess.run([shutil.which("tar") or "tar", "-x", "-C", str(room)], input=archive, check=True)
    for path in TOO_SLOW:
        (room / path).unlink()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
