"""A page read as what stands on paper: the same sentences, figures, charts and tables, without what is clicked.

The page is our own HTML, so this knows the few shapes that it is built of (`stats`, `chart`, tables, lists) and leaves
out what its print style leaves out (`no-print`). A page says everything once, on the screen and on paper.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from assidu.backoffice.paper.described import described
from assidu.backoffice.paper.parts import (
    LINE_END,
    Cell,
    Chart,
    Figure,
    Figures,
    Heading,
    Part,
    Row,
    Run,
    Table,
    Text,
    Words,
    plain,
)

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
INLINE = frozenset({"a", "b", "br", "code", "em", "i", "span", "strong", "time", "var"})
LEFT_OUT = frozenset(
    {"button", "dialog", "form", "input", "nav", "noscript", "progress", "script", "style", "svg"}
)
UNSEEN = frozenset({"no-print", "sr"})
SOFT = frozenset({"muted", "small", "says", "lead"})
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "summary": 3}
SPACE = re.compile(r"[ \t\r\n]+")
"""Spaces that must not break are not among them."""


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    @property
    def elements(self) -> list["Element"]:
        return [one for one in self.children if isinstance(one, Element)]

    def all(self, tag: str) -> Iterator["Element"]:
        for one in self.elements:
            if one.tag == tag:
                yield one
            else:
                yield from one.all(tag)

    def first(self, tag: str) -> "Element | None":
        return next(self.all(tag), None)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag in [one.tag for one in self._open]:
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parts_of(html: str) -> list[Part]:
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return list(_walk(tree.root))


def _walk(within: Element) -> Iterator[Part]:
    run: list[Element | str] = []
    for one in within.children:
        if isinstance(one, str) or one.tag in INLINE:
            run.append(one)
        elif not _is_left_out(one):
            yield from _words(run, is_soft=within.tag == "footer")
            run = []
            yield from _block(one)
    yield from _words(run, is_soft=within.tag == "footer")


def _block(one: Element) -> Iterator[Part]:
    if one.tag in HEADINGS:
        yield Heading(plain(_text(one.children)), HEADINGS[one.tag])
    elif one.tag == "p":
        yield from _words(one.children, is_soft=bool(SOFT & one.classes))
    elif one.tag == "li":
        yield from _words(one.children, is_item=True)
    elif one.tag == "figure":
        yield _chart(one)
    elif one.tag == "table":
        yield _table(one)
    elif one.tag == "dl":
        yield _facts(one)
    elif "stats" in one.classes:
        yield Figures(tuple(_figure(each) for each in one.elements))
    else:
        yield from _walk(one)


def _is_left_out(one: Element) -> bool:
    return one.tag in LEFT_OUT or bool(UNSEEN & one.classes)


def _words(children: list[Element | str], *, is_soft: bool = False, is_item: bool = False) -> Iterator[Words]:
    text = _text(children)
    if text:
        yield Words(text, is_soft, is_item)


# ---------------------------------------------------------------- sentences


def _text(children: list[Element | str]) -> Text:
    """Without the spaces around it, and with one where HTML has several."""
    found: list[Run] = []
    for run in _runs(children, is_strong=False, is_soft=False):
        is_fresh = not found or found[-1].text.endswith((" ", "\n"))
        text = run.text.lstrip(" ") if is_fresh and run is not LINE_END else run.text
        if text:
            found.append(Run(text, run.is_strong, run.is_soft))
    while found and not found[-1].text.strip(" \n"):
        found.pop()
    if found:
        last = found.pop()
        found.append(Run(last.text.rstrip(" "), last.is_strong, last.is_soft))
    return tuple(found)


def _runs(children: list[Element | str], *, is_strong: bool, is_soft: bool) -> Iterator[Run]:
    for one in children:
        if isinstance(one, str):
            yield Run(SPACE.sub(" ", one), is_strong, is_soft)
        elif one.tag == "br":
            yield LINE_END
        elif not _is_left_out(one):
            yield from _element_runs(one, is_strong=is_strong, is_soft=is_soft)


def _element_runs(one: Element, *, is_strong: bool, is_soft: bool) -> Iterator[Run]:
    classes = one.classes
    if "sub" in classes:
        yield LINE_END
    is_strong = is_strong or one.tag in ("b", "strong", "var")
    is_soft = is_soft or bool({"sub", "muted", "pill"} & classes)
    # Of what can be chosen, only what is chosen stands on paper.
    chosen = [each for each in one.elements if "aria-current" in each.attributes]
    yield from _runs([*chosen] if "chips" in classes else one.children, is_strong=is_strong, is_soft=is_soft)


# ---------------------------------------------------------------- figures, charts, tables


def _figure(one: Element) -> Figure:
    texts = {"label": "", "figure": ""}
    notes = []
    for part in one.elements:
        text = plain(_text(part.children))
        name = next((name for name in texts if name in part.classes), "")
        if name:
            texts[name] = text
        elif text:
            notes.append(text)
    return Figure(texts["label"], texts["figure"], tuple(notes))


def _chart(one: Element) -> Chart:
    source, behind = one.first("script"), one.first("table")
    assert source is not None, "a chart has its description"
    text = "".join(each for each in source.children if isinstance(each, str))
    return Chart(
        one.attributes.get("aria-label", ""), described(text), None if behind is None else _table(behind)
    )


def _table(one: Element) -> Table:
    head, body = one.first("thead"), one.first("tbody")
    columns = () if head is None else _cells(next(head.all("tr")))
    rows = () if body is None else tuple(Row(_cells(row), "whole" in row.classes) for row in body.all("tr"))
    return Table(columns, rows)


def _cells(row: Element) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            _text(one.children),
            "end" in one.classes,
            "strong" in one.classes or (one.tag == "th" and one.attributes.get("scope") == "col"),
        )
        for one in row.elements
        if one.tag in ("th", "td") and not UNSEEN & one.classes
    )


def _facts(one: Element) -> Table:
    """What is called how, line by line."""
    rows = []
    for line in one.elements:
        term, said = line.first("dt"), line.first("dd")
        if term is not None and said is not None:
            rows.append(Row((Cell(_text(term.children)), Cell(_text(said.children)))))
    return Table((), tuple(rows))
