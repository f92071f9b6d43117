"""Another document in the words of a text: only what says something else is written anew.

Comments, order and layout of the rest stay as people wrote them. The text is read once more afterwards; should it not
say the document (a layout that nobody foresaw), the whole is written anew instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from assidu.plans.document import Document
from assidu.plans.reading import read
from assidu.plans.writing import in_full, to_yaml, written_entry, written_inline, written_member

PASSES_MAX = 4
"""A list in another order is put in order first, and its members are changed in the next pass."""
_MISSING = object()


def rewritten(text: str, document: Document) -> str:
    """``text``, changed so that it says ``document``; all of it anew where it cannot be read."""
    text = text.removeprefix("\ufeff")  # no part of what it says, and the parser does not count it
    changed = text
    for _ in range(PASSES_MAX):
        was = read(changed).document
        if was == document:
            return changed
        if was is None:
            break
        following = _changed(changed, in_full(was), in_full(document))
        if following is None or following == changed:
            break
        changed = following
    return to_yaml(document)


def _changed(text: str, was: Any, now: Any) -> str | None:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        if root is None:
            raise _Unforeseen
        page = _Page(text if text.endswith("\n") else f"{text}\n")
        page.value(root, was, now)
        return page.result()
    except (yaml.YAMLError, _Unforeseen):
        return None


class _Unforeseen(Exception):
    """A layout that cannot be changed piece by piece."""


@dataclass(slots=True)
class _Page:
    """The text, and the pieces of it that are written anew: from where, up to where, and how."""

    text: str
    pieces: list[tuple[int, int, str]] = field(default_factory=list)

    def result(self) -> str:
        """From the end on; of what comes at one place, in the order in which it was found."""
        written = self.text
        end = len(self.text)
        order = sorted(range(len(self.pieces)), key=lambda n: (*self.pieces[n][:2], n), reverse=True)
        for start, stop, words in (self.pieces[n] for n in order):
            if stop > end:
                raise _Unforeseen
            written = written[:start] + words + written[stop:]
            end = start
        return written

    # ------------------------------------------------------------ what is different

    def value(self, node: Node, was: Any, now: Any) -> None:
        if was == now:
            return
        if isinstance(node, MappingNode) and isinstance(now, Mapping):
            self._mapping(node, was if isinstance(was, Mapping) else {}, now)
        elif isinstance(node, SequenceNode) and isinstance(now, Sequence) and not isinstance(now, str):
            self._listing(node, was if isinstance(was, list) else [], list(now))
        else:
            self._anew(node, now)

    def _mapping(self, node: MappingNode, was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        entries = {key.value: value for key, value in node.value}
        gone = [name for name in entries if name in was and name not in now]
        is_longer = any(name not in entries for name in now)
        if (node.flow_style and (gone or is_longer)) or len(gone) == len(entries):
            self._anew(node, now)
            return
        for name, value in entries.items():
            if name in now:
                self.value(value, was.get(name, _MISSING), now[name])
        for name in gone:
            self._without(node, name)
        new: dict[str, dict[str, Any]] = {}
        behind = next(name for name in entries if name not in gone)
        for name, value in now.items():
            if name in entries:
                behind = name
            else:
                new.setdefault(behind, {})[name] = value
        for name, added in new.items():
            at = self._line_end(self._end(entries[name])) + 1
            column = node.start_mark.column
            lines = [written_entry(one, value, column) + "\n" for one, value in added.items()]
            self.pieces.append((at, at, "".join(lines)))

    def _listing(self, node: SequenceNode, was: list[Any], now: list[Any]) -> None:
        if node.flow_style or len(was) != len(node.value) or not now:
            self._anew(node, now)
            return
        stay = _matched(was, now)
        if [old for old in stay if old is not None] != sorted(old for old in stay if old is not None):
            self._put_in_order(node, [old for old in stay if old is not None])
            return
        for old, member in zip(stay, now, strict=True):
            if old is not None:
                self.value(node.value[old], was[old], member)
        kept = {old for old in stay if old is not None}
        for n in range(len(was)):
            if n not in kept:
                self._cut(*self._member(node, n))
        self._with_new(node, stay, now)

    def _with_new(self, node: SequenceNode, stay: list[int | None], now: list[Any]) -> None:
        """New members stand behind the one that comes before them, or before the first."""
        dash = node.start_mark.column
        gap = "\n" if self._are_apart(node) else ""
        behind: int | None = None
        added: dict[int | None, str] = {}
        for old, member in zip(stay, now, strict=True):
            if old is not None:
                behind = old
                continue
            added[behind] = added.get(behind, "") + written_member(member, dash) + "\n" + gap
        for after, words in added.items():
            if after is None:
                at = self._member(node, 0)[0]
                self.pieces.append((at, at, words))
            else:
                at = self._line_end(self._end(node.value[after])) + 1
                self.pieces.append((at, at, gap + words.removesuffix(gap)))

    def _put_in_order(self, node: SequenceNode, order: list[int]) -> None:
        """The members that stay, as they are; those that go, go with the next pass."""
        places = [self._member(node, n) for n in range(len(node.value))]
        gone = [n for n in range(len(node.value)) if n not in order]
        for place, n in zip(places, [*order, *gone], strict=True):
            words = self.text[slice(*places[n])]
            self.pieces.append((*place, words if words.endswith("\n") else words + "\n"))

    def _without(self, node: MappingNode, name: str) -> None:
        n = next(i for i, (key, _) in enumerate(node.value) if key.value == name)
        key, value = node.value[n]
        start = key.start_mark.index
        if self.text[self._line_start(start) : start].strip():
            # It stands behind the dash of a list: what comes next takes its place.
            if n + 1 == len(node.value):
                raise _Unforeseen
            self.pieces.append((start, node.value[n + 1][0].start_mark.index, ""))
            return
        first = self._with_comments(self._line_start(start)) if n else self._line_start(start)
        self._cut(first, self._line_end(self._end(value)) + 1)

    def _cut(self, start: int, stop: int) -> None:
        """Whole lines go, and with them an empty line that would stand beside another or open a list."""
        before = self.text[:start].rstrip(" ")
        if self.text[stop : stop + 1] == "\n" and before.endswith(("\n\n", ":\n")):
            stop += 1
        elif before.endswith("\n\n") and not self.text[stop:].strip():
            start -= 1
        self.pieces.append((start, stop, ""))

    def _anew(self, node: Node, now: Any) -> None:
        """A value that is another one altogether. Inside brackets, and where it fits on the line, it stays there."""
        words = written_inline(now)
        if not isinstance(node, CollectionNode) or node.flow_style:
            self.pieces.append((node.start_mark.index, self._end(node), words))
            return
        colon = self.text.rfind(":", 0, node.start_mark.index)
        dash = self.text.rfind("-", 0, node.start_mark.index)
        self.pieces.append((max(colon, dash) + 1, self._end(node), f" {words}"))

    # ------------------------------------------------------------ where it stands

    def _member(self, node: SequenceNode, n: int) -> tuple[int, int]:
        """The lines of a member, with its dash and the comments right above it; those above the first one are about
        the list."""
        item = node.value[n]
        start = self._line_start(self.text.rfind("-", 0, item.start_mark.index + 1 - (not _is_dash(item))))
        if self.text[start : start + node.start_mark.column].strip():
            raise _Unforeseen
        return (self._with_comments(start) if n else start), self._line_end(self._end(item)) + 1

    def _with_comments(self, start: int) -> int:
        """Up over the lines of comment that stand right above, as far in as what they are about."""
        indent = len(self.text[start:]) - len(self.text[start:].lstrip(" "))
        while start:
            above = self._line_start(start - 1)
            line = self.text[above : start - 1]
            if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) != indent:
                return start
            start = above
        return start

    def _are_apart(self, node: SequenceNode) -> bool:
        """Does an empty line stand between members?"""
        return len(node.value) > 1 and "\n\n" in self.text[
            self._end(node.value[0]) : node.value[1].start_mark.index
        ].replace("\r", "")

    def _end(self, node: Node) -> int:
        """Where the last letter of a value stands; what the parser calls the end may lie behind comments."""
        if isinstance(node, ScalarNode):
            stop: int = node.end_mark.index
            if node.style in ("|", ">"):
                stop = node.start_mark.index + len(self.text[node.start_mark.index : stop].rstrip())
            return stop
        if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self._end(last[1] if isinstance(node, MappingNode) else last)

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found


def _is_dash(node: Node) -> bool:
    return isinstance(node, SequenceNode) and not node.flow_style


def _matched(was: Sequence[Any], now: Sequence[Any]) -> list[int | None]:
    """For each member now, which one it was: by its code, else by what it says and where it stands."""
    if all(isinstance(one, Mapping) and "code" in one for one in (*was, *now)):
        places: dict[str, list[int]] = {}
        for n, one in enumerate(was):
            places.setdefault(one["code"], []).append(n)
        return [places[one["code"]].pop(0) if places.get(one["code"]) else None for one in now]
    found: list[int | None] = [None] * len(now)
    matcher = SequenceMatcher(None, [repr(one) for one in was], [repr(one) for one in now], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal" or tag == "replace":
            for old, new in zip(range(i1, i2), range(j1, j2), strict=False):
                found[new] = old
    return found
