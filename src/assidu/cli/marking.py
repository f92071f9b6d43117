"""What is partly invented says so in a terminal, too."""

from assidu.cli.speech import gettext as _


def marked(text: str, has_invented: bool) -> str:
    return f"{text}\n\n{_invented()}" if has_invented else text


def marked_yaml(text: str, has_invented: bool) -> str:
    """As a comment: it can be read back as it is."""
    return f"# {_invented()}\n{text}" if has_invented else text


def _invented() -> str:
    return _("It is the data of the demonstration, which is partly invented.")
