"""A screen asks nothing of any other server: no CDN, no web font, no tracker."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from house.source import ROOT

FOREIGN = re.compile(r"""(?:src|href|action|data|poster|srcset|hx-[a-z]+)\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
FOREIGN_STYLE = re.compile(r"""(?:@import|url\()\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
FOREIGN_SCRIPT = re.compile(r"""(?:fetch|import|importScripts|sendBeacon|WebSocket|EventSource)\s*\(\s*["'`](?:https?|wss?):""")
TEMPLATES = sorted(path for path in ROOT.rglob("templates/**/*") if path.is_file())
STATIC = sorted(path for path in ROOT.rglob("static/**/*") if path.suffix in {".css", ".js", ".svg", ".html"})


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_a_template_calls_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = FOREIGN.search(text) or FOREIGN_STYLE.search(text)
    assert found is None, f"{path.name}: {found and found[0]}"


@pytest.mark.parametrize("path", named(STATIC))
def test_a_static_file_calls_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = FOREIGN_STYLE.search(text) if path.suffix == ".css" else FOREIGN_SCRIPT.search(text)
    assert found is None, f"{path.name}: {found and found[0]}"


def test_what_others_wrote_is_as_it_was_when_we_took_it() -> None:
    """Each `vendor` folder lists its files with version, licence and checksum in `vendored.json`."""
    for folder in ROOT.rglob("static/**/vendor"):
        listed = json.loads((folder / "vendored.json").read_text(encoding="utf-8"))
        present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert present - {"vendored.json"} == {entry["file"] for entry in listed} | {
            entry["licence_file"] for entry in listed if entry.get("licence_file")
        }
        for entry in listed:
            content = (folder / entry["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]
            assert entry["licence"]
            assert entry["version"]
