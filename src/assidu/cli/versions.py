"""How a command names a version of a programme."""

LIVE = "live"
_SCREENS = "version-"
"""Before the number in what the screens call one."""


def version_in(name: str) -> str | None:
    """`live`, or the number in `3` or `version-3`; ``None`` where it is no version but a file."""
    number = name.removeprefix(_SCREENS)
    return name if name == LIVE else number if number.isdecimal() else None
