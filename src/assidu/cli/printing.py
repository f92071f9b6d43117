"""Pages of the screens as files, in the language of a run. Needs a database and Django."""

from collections.abc import Iterator
from contextlib import contextmanager

from assidu.backoffice.programme import Programme, programme_called
from assidu.cli.speech import rooms_speak


@contextmanager
def printing(code: str) -> Iterator[Programme]:
    """The programme as pages speak of it."""
    with rooms_speak():
        known = programme_called(code)
        assert known is not None, "the command has found its versions"
        yield known
