"""A screen asks nothing of any other server: no CDN, no web font, no tracker."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from house.source import ROOT

FOREIGN = re.compile(
    r"""(?:src|href|action|data|poster|srcset|hx-[a-z]+)\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE
)
FOREIGN_STYLE = re.compile(r"""(?:@import|url\()\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
FOREIGN_SCRIPT = re.compile(
    r"""(?:fetch|import|importScripts|sendBeacon|WebSocket|EventSource)\s*\(\s*["'`](?:https?|wss?):"""
)
TEMPLATES = sorted(path for path in ROOT.rglob("templates/**/*") if path.is_file())
STATIC = sorted(path for path in ROOT.rglob("static/**/*") if path.suffix in {".css", ".js", ".svg", ".html"})


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_a_template_calls_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = FOREIGN.search(text) or FOREIGN_STYLE.search(text)
    assert found is None, f"{path.name}: {found}"


def test_no_way_back_ends_in_a_chevron_that_leads_nowhere() -> None:
    """What stands between two crumbs stands before the second: the page's own name is its heading, below."""
    endless = re.compile(r'{% icon "chevron-right" %}(?:{%[^%]*%})?</nav>')
    assert [path.name for path in TEMPLATES if endless.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", named(STATIC))
def test_a_static_file_calls_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = FOREIGN_STYLE.search(text) if path.suffix == ".css" else FOREIGN_SCRIPT.search(text)
    assert found is None, f"{path.name}: {found}"


def test_what_others_wrote_is_as_it_was_when_we_took_it() -> None:
    """Each `vendor` folder says in VENDOR.json where its files come from, under which licence, and what they were."""
    for folder in ROOT.rglob("vendor"):
        listed = json.loads((folder / "VENDOR.json").read_text(encoding="utf-8"))
        accounted_for = {"VENDOR.json"}
        for entry in listed:
            assert entry["version"], entry["name"]
            assert entry["licence"], entry["name"]
            assert all((folder / name).is_file() for name in entry["licence_files"]), entry["name"]
            for name, checksum in entry["sha256"].items():
                assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum, name
            accounted_for |= {*entry["licence_files"], *entry["sha256"]}
        present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        ours = {name for name in present if name.endswith(".entry.js")}  # what a bundle was made from
        assert present - ours == accounted_for
