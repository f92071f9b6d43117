"""The French of every string is there, and compiled."""

import importlib.util
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "messages.py"


def test_the_french_is_complete() -> None:
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    assert spec
    assert spec.loader
    messages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(messages)
    assert ("", "It may begin on %(day)s or later.", "") in messages.found_in_sources(), (
        "also within f-strings"
    )
    faults = messages.faults()
    assert not faults, "\n".join(faults[:20])
