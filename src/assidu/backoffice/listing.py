"""A list page, declared: columns, filters, where the rows come from. Filters and place live in the address,
so that a link is a report; the same declaration makes the CSV file.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.foundation.cursors import InvalidCursor
from assidu.foundation.people import actions
from assidu.foundation.tables import harmless

Row = TypeVar("Row")
Text = str | Promise

PAGE_SIZE = 50
EXPORT_LIMIT = 100_000
SHOWN_MAX = 40
NUMBER_DIGITS_MAX = 12
CURSOR_DIGITS_MAX = 18
BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets read UTF-8 as something else
# The wide forms as well: some spreadsheets take them for the narrow ones.


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """`cell` is what the eye sees; `value` is what the file holds (left out: the column is not exported;
    without a `cell` it is in the file alone).

    `sort` is the word in the address that orders the list by this column.
    """

    label: Text
    cell: Callable[[Row], object] | None
    value: Callable[[Row], object] | None = None
    align: str = ""
    sort: str = ""


def not_a_page(cursor: str) -> tuple[str, str]:
    """What a page that shows the first one instead says of a cursor that nobody handed out."""
    return _("Page"), cursor[:SHOWN_MAX]


@dataclass(frozen=True, slots=True)
class Search:
    name: str
    label: Text
    kind: str = "search"
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: chips when they are few, a menu otherwise. `options` is asked anew for each page."""

    name: str
    label: Text
    options: Callable[[], Sequence[tuple[str, Text]]]
    kind: str = "chips"
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    label: Text
    kind: str = "day"
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number that is not negative."""

    name: str
    label: Text
    kind: str = "number"
    is_more: bool = False


Filter = Search | Choice | Day | Number
"""`is_more`: shown on demand, below the others, so that a long list of filters does not hide the list itself."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for: only filters that the list declares, only values that they accept."""

    values: Mapping[str, str]
    sort: str = ""

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def date(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            return None

    def number(self, name: str) -> int | None:
        text = self.text(name)
        return int(text) if text.isdecimal() and len(text) <= NUMBER_DIGITS_MAX else None

    def __bool__(self) -> bool:
        return any(self.values.values())


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """A stretch of rows. `after` continues it, as the value of `cursor` in the address."""

    rows: Sequence[Row]
    after: str | None = None
    total: int | None = None
    is_total_exact: bool = True


def number_in(cursor: str) -> int | None:
    """The number that a cursor is; nothing for the first page. Raises ``InvalidCursor``."""
    if not cursor:
        return None
    if not cursor.isdecimal() or len(cursor) > CURSOR_DIGITS_MAX:
        raise InvalidCursor
    return int(cursor)


def sliced(rows: Sequence[Row], cursor: str, size: int) -> Slice[Row]:
    """A stretch of rows that are all at hand."""
    start = number_in(cursor) or 0
    end = start + size
    return Slice(rows[start:end], str(end) if end < len(rows) else None, len(rows))


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """A filter with its present value and, for a choice, the address of each option."""

    filter: Filter
    value: str
    options: Sequence[tuple[str, Text, str, bool]] = field(default=())


@dataclass(frozen=True, slots=True)
class AppliedFilter:
    """A filter among those shown on demand that is in force, in words, and the address without it."""

    said: str
    without: str


class Listing(Generic[Row]):
    """Subclass, declare, and put `Listing.view()` in the urls."""

    title: ClassVar[Text]
    lead: ClassVar[Text] = ""
    name: ClassVar[str]
    permission: ClassVar[str]
    export_permission: ClassVar[str | None] = None
    template: ClassVar[str] = "backoffice/list.html"
    filters: Sequence[Filter] = ()
    sorts: ClassVar[Sequence[str]] = ()  # the first one is the order unless the address says otherwise
    export_page: ClassVar[int] = 1000
    empty_icon: ClassVar[str] = "inbox"
    empty_title: ClassVar[Text]
    empty_text: ClassVar[Text] = ""
    unmatched_text: ClassVar[Text] = ""
    """What to do when nothing fits the filters; ``empty_text`` where a list has no word of its own for it."""

    def columns(self, request: HttpRequest) -> Sequence[Column[Row]]:
        raise NotImplementedError

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[Row]:
        """Raises ``InvalidCursor``: the page is then the first one, and says so."""
        raise NotImplementedError

    def around(self, request: HttpRequest) -> dict[str, Any]:
        """What the page shows around the list."""
        return {}

    @classmethod
    def view(cls) -> Callable[..., HttpResponseBase]:
        return allowed(cls.permission)(lambda request: cls().answer(request))

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        chosen = self.chosen(request.GET)
        may_export = bool(self.export_permission and signed_in(request).may(self.export_permission))
        if request.GET.get("format") == "csv":
            return self.export(request, chosen) if may_export else HttpResponse(status=403)
        columns = [column for column in self.columns(request) if column.cell]
        cursor, left_out = request.GET.get("cursor", ""), self.left_out(request.GET)
        try:
            found = self.rows(request, chosen, cursor, PAGE_SIZE)
        except InvalidCursor:
            left_out = [*left_out, not_a_page(cursor)]
            cursor = ""
            found = self.rows(request, chosen, cursor, PAGE_SIZE)
        context = {
            "list": self,
            "columns": [(column, self._sort_address(column, chosen, request.GET)) for column in columns],
            "rows": [[(column, column.cell(row)) for column in columns if column.cell] for row in found.rows],
            "found": found,
            "chosen": chosen,
            "left_out": left_out,
            "filters": [self._shown(one, chosen, request.GET) for one in self.filters if not one.is_more],
            "more_filters": [self._shown(one, chosen, request.GET) for one in self.filters if one.is_more],
            "applied": self._applied(chosen, request.GET),
            "sort_kept": request.GET.get("sort", "") if chosen.sort == request.GET.get("sort") else "",
            "shows_more": request.GET.get("more") == "1",
            "first_page": not cursor,
            "next_address": _address(request.GET, cursor=found.after) if found.after else None,
            "first_address": _address(request.GET, cursor=None),
            "clear_address": request.path,
            "export_address": _address(request.GET, cursor=None, format="csv") if may_export else None,
            **self.around(request),
        }
        if request.headers.get("HX-Request-Type") != "partial":
            return render(request, self.template, context)
        part = render(request, "backoffice/parts/listing.html", context)
        # The form sends every field, filled in or not; the address holds what says something.
        kept = {name: str(value) for name, value in request.GET.items() if value}
        part["HX-Push-Url"] = f"{request.path}?{urlencode(kept)}" if kept else request.path
        return part

    def chosen(self, asked: QueryDict) -> Chosen:
        values = {}
        for one in self.filters:
            value = asked.get(one.name, "").strip()[:200].replace("\x00", "")
            values[one.name] = value if _is_understood(one, value) else ""
        sort = asked.get("sort", "")
        return Chosen(values, sort if sort in self.sorts else next(iter(self.sorts), ""))

    def left_out(self, asked: QueryDict) -> list[tuple[Text, str]]:
        """What the address asks for and nobody understands: the filter, or the order, and what was written."""
        written = [(one, asked.get(one.name, "").strip()[:SHOWN_MAX]) for one in self.filters]
        found = [(one.label, value) for one, value in written if value and not _is_understood(one, value)]
        sort = asked.get("sort", "")[:SHOWN_MAX]
        return [*found, (_("Order"), sort)] if sort and self.sorts and sort not in self.sorts else found

    def export(self, request: HttpRequest, chosen: Chosen) -> StreamingHttpResponse:
        actions.record(
            actor_at(request),
            "list.exported",
            "list",
            self.name,
            # What was typed in a search box may be a name: only its presence is kept.
            after={
                one.name: "*" if isinstance(one, Search) else chosen.text(one.name)
                for one in self.filters
                if chosen.text(one.name)
            },
        )
        response = StreamingHttpResponse(
            self._lines(request, chosen, request.LANGUAGE_CODE or "en", timezone.get_current_timezone()),
            content_type="text/csv; charset=utf-8",
        )
        response["Content-Disposition"] = f'attachment; filename="{self.name}.csv"'
        return response

    def _lines(self, request: HttpRequest, chosen: Chosen, language: str, zone: tzinfo) -> Iterator[str]:
        # The answer is written after the middleware is gone: language and zone are set again for each stretch.
        writer = csv.writer(_Echo(), delimiter=";" if language == "fr" else ",")
        cursor: str | None = ""
        written = 0
        with translation.override(language):
            columns = [column for column in self.columns(request) if column.value]
            yield BYTE_ORDER_MARK + writer.writerow([str(column.label) for column in columns])
        while cursor is not None and written < EXPORT_LIMIT:
            with translation.override(language), timezone.override(zone):
                found = self.rows(request, chosen, cursor, self.export_page)
                lines = [
                    writer.writerow([neutral(column.value(row)) for column in columns if column.value])
                    for row in found.rows
                ]
            yield "".join(lines)
            written += len(lines)
            cursor = found.after

    def _sort_address(self, column: Column[Row], chosen: Chosen, asked: QueryDict) -> str:
        """Where the head of a column leads; nowhere, if the list cannot be ordered by it or already is."""
        if not column.sort or column.sort == chosen.sort:
            return ""
        return _address(asked, cursor=None, sort=column.sort)

    def _applied(self, chosen: Chosen, asked: QueryDict) -> list[AppliedFilter]:
        found = []
        for one in self.filters:
            value = chosen.text(one.name)
            if not one.is_more or not value:
                continue
            shown = value
            if isinstance(one, Choice):
                shown = str(dict(one.options())[value])
            elif isinstance(one, Day):
                shown = formats.day(day) if (day := chosen.date(one.name)) else value
            elif isinstance(one, Number):
                shown = value if (number := chosen.number(one.name)) is None else formats.number(number)
            found.append(
                AppliedFilter(f"{one.label} {shown}", _address(asked, cursor=None, **{one.name: None}))
            )
        return found

    def _shown(self, one: Filter, chosen: Chosen, asked: QueryDict) -> ShownFilter:
        value = chosen.text(one.name)
        if not isinstance(one, Choice):
            return ShownFilter(one, value)
        return ShownFilter(
            one,
            value,
            [
                # Pressing the chosen chip again lets go of it.
                (
                    key,
                    label,
                    _address(asked, cursor=None, **{one.name: None if key == value else key}),
                    key == value,
                )
                for key, label in one.options()
            ],
        )


def _is_understood(one: Filter, value: str) -> bool:
    """Nothing asked for is asked for rightly."""
    if not value or isinstance(one, Search):
        return True
    if isinstance(one, Choice):
        return value in {key for key, _label in one.options()}
    if isinstance(one, Number):
        return value.isdecimal() and len(value) <= NUMBER_DIGITS_MAX
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def neutral(value: object) -> str:
    """A cell that no spreadsheet takes for a formula, and a number that it takes for a number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        separator = formats.locale().number_symbols["latn"]["decimal"]
        return str(value).replace(".", separator)
    if isinstance(value, datetime):
        # As the screen shows it; with its offset, so that it stays a moment.
        moment = formats.local(value)
        assert isinstance(moment, datetime), "an instant stays one"
        return moment.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return harmless(str(value))


def _address(asked: QueryDict, **changes: str | None) -> str:
    """The present address with some parameters changed; None takes one out."""
    wanted = asked.copy()
    wanted.pop("format", None)
    for name, value in changes.items():
        if value is None:
            wanted.pop(name, None)
        else:
            wanted[name] = value
    return "?" + wanted.urlencode()


class _Echo:
    """A file that gives back what is written to it, so that the csv module makes lines for a stream."""

    def write(self, line: str) -> str:
        return line
