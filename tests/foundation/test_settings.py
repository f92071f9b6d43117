"""Where settings come from, and what is refused."""

import json
import threading
from pathlib import Path

import pytest

from assidu.foundation.settings import GENERATED, Settings, SettingsError, load_settings


def loaded(tmp_path: Path, **environment: str) -> Settings:
    return load_settings({"ASSIDU_HOME": str(tmp_path / "home")} | environment, cwd=tmp_path)


def test_everything_has_a_default_and_an_origin(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert settings.bind == "127.0.0.1:8000"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.language == "fr"
    assert settings.origins["bind"] == "default"
    assert settings.origins["home"] == "environment ASSIDU_HOME"
    assert settings.origins["secret_key"] == str(tmp_path / "home" / "secrets.json")


def test_the_environment_wins_over_the_file_near_and_that_over_the_one_in_the_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "assidu.toml").write_text(
        'bind = "127.0.0.1:1"\nlanguage = "en"\nlog_level = "error"\n'
    )
    (tmp_path / "assidu.toml").write_text('bind = "127.0.0.1:2"\nlanguage = "fr"\n')
    settings = loaded(tmp_path, ASSIDU_BIND="127.0.0.1:3")
    assert (settings.bind, settings.language, settings.log_level) == ("127.0.0.1:3", "fr", "error")
    assert settings.origins["bind"] == "environment ASSIDU_BIND"
    assert settings.origins["language"] == str(tmp_path / "assidu.toml")
    assert settings.origins["log_level"] == str(tmp_path / "home" / "assidu.toml")


def test_a_file_near_may_name_the_home(tmp_path: Path) -> None:
    (tmp_path / "assidu.toml").write_text(f'home = "{tmp_path}/elsewhere"\n')
    assert load_settings({}, cwd=tmp_path).home == tmp_path / "elsewhere"


def test_secrets_are_made_once_and_for_us_alone(tmp_path: Path) -> None:
    first, second = loaded(tmp_path), loaded(tmp_path)
    assert first.vault_key == second.vault_key
    assert len(first.vault_key) == len(first.pseudonym_key) == 32
    assert (tmp_path / "home" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first.vault_key.hex() not in repr(first)


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    found: list[Settings] = []
    threads = [threading.Thread(target=lambda: found.append(loaded(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({settings.vault_key for settings in found}) == 1
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secrets.json"]


def test_a_secret_added_by_a_later_version_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    kept = loaded(tmp_path)
    path = tmp_path / "home" / "secrets.json"
    older = json.loads(path.read_text())
    del older["vault_key"]
    path.write_text(json.dumps(older))
    again = loaded(tmp_path)
    assert again.pseudonym_key == kept.pseudonym_key
    assert set(json.loads(path.read_text())) == set(GENERATED)


def test_secrets_that_cannot_be_read_are_never_replaced(tmp_path: Path) -> None:
    loaded(tmp_path)
    path = tmp_path / "home" / "secrets.json"
    path.write_text("{ torn")
    with pytest.raises(SettingsError, match="restore it from a backup"):
        loaded(tmp_path)
    assert path.read_text() == "{ torn"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ASSIDU_BIND", "nowhere", "address:port"),
        ("ASSIDU_BIND", "127.0.0.1:99999", "address:port"),
        ("ASSIDU_LANGUAGE", "de", "en, fr"),
        ("ASSIDU_TIME_ZONE", "Mars/Base", "Europe/Paris"),
        ("ASSIDU_DEBUG", "perhaps", "true or false"),
        ("ASSIDU_VAULT_KEY", "c2hvcnQ=", "32 bytes"),
    ],
)
def test_a_wrong_setting_is_named_with_its_origin(
    tmp_path: Path, variable: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as refusal:
        loaded(tmp_path, **{variable: value})
    assert f"environment {variable}" in str(refusal.value)


def test_an_unknown_setting_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "assidu.toml").write_text('bnid = "127.0.0.1:1"\n')
    with pytest.raises(SettingsError, match="unknown setting 'bnid'"):
        loaded(tmp_path)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "assidu.toml").write_text("bind = ")
    with pytest.raises(SettingsError, match=r"assidu\.toml is not valid TOML"):
        loaded(tmp_path)


def test_the_owner_of_a_named_database_is_the_server_unless_said_otherwise(tmp_path: Path) -> None:
    assert (
        loaded(tmp_path, ASSIDU_DATABASE_URL="postgresql://a@h/d").database_owner_url == "postgresql://a@h/d"
    )
    both = loaded(
        tmp_path, ASSIDU_DATABASE_URL="postgresql://a@h/d", ASSIDU_DATABASE_OWNER_URL="postgresql://o@h/d"
    )
    assert both.database_owner_url == "postgresql://o@h/d"
