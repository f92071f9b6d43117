"""JSON as a tree of nodes. Python's own reader forgets where things were, so this one walks the text."""

import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # public since 2.6, absent from the stubs

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

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORD = re.compile(r"true|false|null")


def read_json(text: str) -> Node:
    """The value that ``text`` is; raises ``Unreadable`` at the first place that is not JSON."""
    walk = _Walk(text)
    node = walk.node(0)
    if walk.peek():
        raise walk.unreadable("something follows the end of the document")
    return node


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nodes = 0
        self._line = 1
        self._line_start = 0
        self._counted = 0

    def mark(self) -> Mark:
        """The place reached; only what was read since the last call is counted again."""
        newlines = self._text.count("\n", self._counted, self._at)
        if newlines:
            self._line += newlines
            self._line_start = self._text.rfind("\n", self._counted, self._at) + 1
        self._counted = self._at
        return Mark(self._line, self._at - self._line_start + 1)

    def unreadable(self, detail: str) -> Unreadable:
        return Unreadable(Problem("not_json", figures={"detail": detail}, mark=self.mark()))

    def peek(self) -> str:
        """The next character that is not a space; empty at the end."""
        found = _SPACE.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return self._text[self._at : self._at + 1]

    def node(self, depth: int) -> Node:
        character = self.peek()
        mark = self.mark()
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise Unreadable(Problem("too_many_parts", figures={"most": NODES_MAX}, mark=mark))
        if depth > DEPTH_MAX:
            raise Unreadable(Problem("too_deep", figures={"most": DEPTH_MAX}, mark=mark))
        if character == "{":
            return self._mapping(mark, depth)
        if character == "[":
            return self._listing(mark, depth)
        if character == '"':
            return Scalar(self._string(), Kind.TEXT, mark)
        for pattern, kind in ((_WORD, Kind.WORD), (_NUMBER, Kind.NUMBER)):
            found = pattern.match(self._text, self._at)
            if found is not None:
                self._at = found.end()
                return Scalar(found.group(), kind, mark)
        raise self.unreadable("a value is expected here")

    def _mapping(self, mark: Mark, depth: int) -> Mapping:
        entries: list[Entry] = []
        self._at += 1
        while self._goes_on("}", is_first=not entries):
            if self.peek() != '"':
                raise self.unreadable("a name in double quotes is expected here")
            at = self.mark()
            key = Scalar(self._string(), Kind.TEXT, at)
            if self.peek() != ":":
                raise self.unreadable("a colon is expected here")
            self._at += 1
            entries.append(Entry(key, self.node(depth + 1)))
        return Mapping(entries, mark)

    def _listing(self, mark: Mark, depth: int) -> Listing:
        items: list[Node] = []
        self._at += 1
        while self._goes_on("]", is_first=not items):
            items.append(self.node(depth + 1))
        return Listing(items, mark)

    def _goes_on(self, end: str, *, is_first: bool) -> bool:
        character = self.peek()
        if character == end:
            self._at += 1
            return False
        if not is_first:
            if character != ",":
                raise self.unreadable(f"a comma or {end} is expected here")
            self._at += 1
            if self.peek() == end:
                raise self.unreadable(f"no comma before {end}")
        return True

    def _string(self) -> str:
        try:
            text: str
            text, self._at = scanstring(self._text, self._at + 1, True)
        except JSONDecodeError as error:
            self._at = min(error.pos, len(self._text))
            raise self.unreadable(error.msg) from error
        return text
