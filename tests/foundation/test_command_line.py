"""The `assidu` command as a person or a script meets it: real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assidu import __version__
from assidu.foundation.postgres import status
from assidu.foundation.settings import load_settings

SECONDS_MAX = 60.0


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSIDU_", "DJANGO_"))}
    return kept | {"ASSIDU_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"} | more


def assidu(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assidu", *arguments],
        env=environment(home, **more),
        cwd=home.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


@pytest.fixture
def home(open_home: Path) -> Path:
    return open_home


@pytest.fixture(autouse=True)
def nothing_is_left(home: Path) -> Iterator[None]:
    yield
    assert not status(load_settings({"ASSIDU_HOME": str(home)}, cwd=home.parent)).is_running


def test_help_and_version_need_nothing(home: Path) -> None:
    helped = assidu(home, "--help")
    assert helped.returncode == 0
    assert "doctor" in helped.stdout
    assert assidu(home, "--version").stdout.strip() == __version__
    assert not home.exists()


def test_help_imports_neither_django_nor_the_database(home: Path) -> None:
    script = (
        "import sys; from assidu.cli.main import run; run(sys.argv[1:]);"
        "sys.exit(any(name in sys.modules for name in ('django', 'psycopg', 'uvicorn')))"
    )
    for arguments in (["--help"], ["config", "show", "--json"]):
        done = subprocess.run([sys.executable, "-c", script, *arguments], env=environment(home), check=False,
                              capture_output=True)  # fmt: skip
        assert done.returncode == 0, arguments


def test_the_settings_are_shown_with_their_origin_and_without_secrets(home: Path) -> None:
    shown = assidu(home, "config", "show", "--json", ASSIDU_DATABASE_URL="postgresql://u:hush@h/d")
    rows = json.loads(shown.stdout)
    assert rows["home"] == rows["home"] | {"value": str(home), "origin": "environment ASSIDU_HOME"}
    assert rows["database_url"]["value"] == "postgresql://u:***@h/d"
    assert rows["vault_key"]["value"] == "(hidden)"
    assert "hush" not in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "more", "code", "error"),
    [
        (["no-such-command", "--json"], {}, 2, "misuse"),
        (["config", "show", "--no-such-option", "--json"], {}, 2, "misuse"),
        (["serve", "--bind", "nowhere", "--json"], {}, 2, "misuse"),
        (["config", "show", "--json"], {"ASSIDU_BIND": "nowhere"}, 1, "settings"),
        (["db", "stop", "--json"], {"ASSIDU_DATABASE_URL": "postgresql://u@h/d"}, 1, "postgres"),
        (
            ["migrate", "--json"],
            {"ASSIDU_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/d"},
            1,
            "database_unreachable",
        ),
    ],
)
def test_a_refusal_is_one_json_object_and_a_status(
    home: Path, arguments: list[str], more: dict[str, str], code: int, error: str
) -> None:
    refused = assidu(home, *arguments, **more)
    assert refused.returncode == code
    assert json.loads(refused.stdout)["error"]["code"] == error
    assert "Traceback" not in refused.stderr


def test_a_home_is_made_migrated_examined_and_left_stopped(home: Path) -> None:
    assert json.loads(assidu(home, "db", "status", "--json").stdout)["data_dir"] is None
    migrated = assidu(home, "migrate", "--json")
    assert migrated.returncode == 0, migrated.stderr
    assert json.loads(migrated.stdout)["applied"]
    assert json.loads(assidu(home, "migrate", "--json").stdout)["applied"] == []
    examined = assidu(home, "doctor", "--json")
    unwell = [one["name"] for one in json.loads(examined.stdout)["findings"] if not one["is_well"]]
    assert (examined.returncode, unwell) == (1, ["plan"]), "nothing is missing but a programme"
    stopped = assidu(home, "db", "status", "--json")
    assert stopped.returncode == 1
    assert json.loads(stopped.stdout)["version"]


def test_doctor_says_what_to_do(home: Path) -> None:
    examined = assidu(home, "doctor", "--json", ASSIDU_NOW="2026-01-01", ASSIDU_BIND="0.0.0.0:8000")
    assert examined.returncode == 1
    unwell = {
        found["name"]: found["advice"]
        for found in json.loads(examined.stdout)["findings"]
        if not found["is_well"]
    }
    assert unwell["clock"] == "unset ASSIDU_NOW"
    assert "ASSIDU_PUBLIC_URL" in unwell["bind"]


def test_a_port_that_is_taken_is_said_before_anything_is_started(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        refused = assidu(home, "serve", "--json", ASSIDU_BIND=f"127.0.0.1:{busy}")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "port_busy"
    assert str(busy) in refused.stderr
    assert not (home / "postgres").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_begins_with_an_address_and_ends_cleanly(home: Path, number: signal.Signals) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "assidu", "serve", "--bind", "127.0.0.1:0", "--json"],
        env=environment(home),
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, server.communicate(timeout=SECONDS_MAX)[1]
        address = json.loads(line)["address"]
        for path in ("livez", "static/assidu/css/assidu.css"):
            with urllib.request.urlopen(address + path, timeout=20) as answer:
                assert answer.status == 200, path
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(address + "no-such-page", timeout=20)
        assert missing.value.code in (302, 403, 404)
        os.killpg(server.pid, number)
        rest, words = server.communicate(timeout=SECONDS_MAX)
        assert server.returncode in (0, 128 + number), words
        assert rest == "", "one JSON object and no more"
    finally:
        if server.poll() is None:
            server.terminate()
            server.communicate(timeout=SECONDS_MAX)
