"""Values that are made for every ticket: what nothing may change, without what it costs to forbid that at run time.

A frozen dataclass sets each field through a call of its own, three times as dear as an ordinary one. ``value_type`` is
``dataclass(frozen=True, slots=True)`` to the type checker, which reads every line of this program and refuses a change;
when the program runs it is a dataclass with slots, compared and hashed by its fields as a frozen one is.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value_type
else:
    from dataclasses import dataclass

    def value_type(*, frozen: bool, slots: bool):
        assert frozen and slots  # noqa: PT018 (said where it is used, for the type checker)
        return dataclass(slots=True, unsafe_hash=True)


__all__ = ["value_type"]
