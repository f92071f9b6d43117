"""Modules that stay for ever are loaded without looking for garbage among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Around imports. The collector would walk through all that was loaded so far again and again, a fifth of the time
    of a start, and find none; nor does it afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
