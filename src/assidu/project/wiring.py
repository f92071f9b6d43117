"""Who listens to what: the one table by which a lower room tells an upper one something.

A room appends an event; it never knows who reads it. There are no Django signals in this house.
"""

from collections.abc import Callable, Mapping

Listener = Callable[[object], None]

LISTENERS: Mapping[str, tuple[Listener, ...]] = {}
"""Name of the event type to those that are told, in order."""
