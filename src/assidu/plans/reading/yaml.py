"""YAML as a tree of nodes: one document, no aliases, no tags, so that a few lines never become a billion."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from assidu.plans.problems import Mark, Problem
from assidu.plans.reading.nodes import (
    DEPTH_MAX,
    NODES_MAX,
    Entry,
    Kind,
    Listing,
    Mapping,
    Node,
    Scalar,
    Unreadable,
)

HIDDEN_BREAKS = re.compile("[\x85\u2028\u2029]")
"""They end a line for the parser and not for an editor: half of a comment would be read as part of the document."""


def read_yaml(text: str) -> Node:
    """The only document of ``text``; raises ``Unreadable`` at the first place that is not YAML."""
    if text.count(",") + text.count("\n") > NODES_MAX:
        # What is surely too much is not even begun.
        raise Unreadable(Problem("too_many_parts", figures={"most": NODES_MAX}))
    if hidden := HIDDEN_BREAKS.search(text):
        raise Unreadable(Problem("bad_character", mark=_place(text[: hidden.start()])))
    events = _events(text)
    tree = _Tree(events)
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if tree.root is not None:
                raise Unreadable(Problem("several_documents", mark=_mark(event)))
            tree.root = tree.node(next(events), 0)
    if tree.root is None:
        raise Unreadable(Problem("empty", mark=Mark(1, 1)))
    return tree.root


class _Tree:
    def __init__(self, events: Iterator[Any]) -> None:
        self.root: Node | None = None
        self._events = events
        self._nodes = 0

    def node(self, event: Any, depth: int) -> Node:
        mark = _mark(event)
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise Unreadable(Problem("too_many_parts", figures={"most": NODES_MAX}, mark=mark))
        if depth > DEPTH_MAX:
            raise Unreadable(Problem("too_deep", figures={"most": DEPTH_MAX}, mark=mark))
        if isinstance(event, AliasEvent):
            raise Unreadable(Problem("alias", mark=mark))
        tag = getattr(event, "tag", None) if isinstance(event, NodeEvent) else None
        if tag is not None and str(tag) != "!":
            raise Unreadable(Problem("tag", figures={"tag": str(tag)}, mark=mark))
        if isinstance(event, ScalarEvent):
            is_plain = not event.style and event.implicit[0]
            return Scalar(event.value, Kind.PLAIN if is_plain else Kind.TEXT, mark)
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(self._events), SequenceEndEvent):
                items.append(self.node(event, depth + 1))
            return Listing(items, mark)
        assert isinstance(event, MappingStartEvent)
        entries: list[Entry] = []
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise Unreadable(Problem("key_not_text", mark=key.mark))
            entries.append(Entry(key, self.node(next(self._events), depth + 1)))
        return Mapping(entries, mark)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except ReaderError as error:
        before = text.encode()[: error.position].decode()
        raise Unreadable(Problem("bad_character", mark=_place(before))) from error
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        found = Mark(where.line + 1, where.column + 1) if where is not None else None
        detail = str(error.problem or error.context or "")
        is_tab = where is not None and text.startswith("\t", where.index)
        code = "tab" if is_tab else "not_yaml"
        raise Unreadable(Problem(code, figures={"detail": detail}, mark=found)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(Problem("not_yaml", figures={"detail": str(error).splitlines()[0]})) from error


def _place(before: str) -> Mark:
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
