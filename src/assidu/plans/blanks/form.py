"""A form of a part of the document: clauses of words and blanks, those that are there and those that can be added."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

import msgspec
from babel import Locale
from babel.numbers import get_currency_symbol
from msgspec import inspect

from assidu.decisions.plan import KNOWN_ACTIVITIES, PURCHASE, CurrencyKind
from assidu.plans.blanks import kinds
from assidu.plans.blanks.texts import HAS, Texts, first_of, items, joined
from assidu.plans.document import Document
from assidu.plans.legal import laws
from assidu.plans.wording import blanks as words
from assidu.plans.wording.language import Language, text_in
from assidu.plans.wording.phrases import phrases_of


class Kind(StrEnum):
    """How a blank is filled."""

    TEXT = "text"
    PROSE = "prose"  # of many lines
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    ONE = "one"  # of the options
    SOME = "some"  # of the options
    CODES = "codes"  # a list that is typed


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Blank:
    """``name`` is what a browser sends; ``label`` is what the blank is called where the words around are not seen."""

    name: str
    kind: Kind
    label: str
    values: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    unit: str = ""
    changes_shape: bool = False
    is_long: bool = False
    length_max: int = kinds.SHORT_MAX
    problems: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def option_values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options)

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def chosen(self) -> str:
        """The names of what is chosen, as the closed blank shows them."""
        return ", ".join(option.label for option in self.options if option.value in self.values)


@dataclass(frozen=True, slots=True)
class Clause:
    """Words and blanks in their order. ``name`` is that of the field; ``may_go``: it can be taken away; ``is_item``: it
    is one of a list."""

    name: str
    label: str
    pieces: tuple["str | Blank | Clause", ...]
    may_go: bool = False
    problems: tuple[str, ...] = ()
    is_item: bool = False

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def has_place(self) -> bool:
        """Has it a place of its own for mistakes? Not where its only blank has one under the same name."""
        return not any(isinstance(piece, Blank) and piece.name == self.name for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Addable:
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """``code`` is ``when``, ``give``…; nothing where the form has one group."""

    code: str
    title: str
    clauses: tuple[Clause, ...]
    addable: tuple[Addable, ...]


@dataclass(frozen=True, slots=True)
class Form:
    name: Clause | None
    groups: tuple[Group, ...]
    others: tuple[str, ...] = ()
    """Problems of the part that no blank stands for."""

    def slots(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every place at which a mistake is told, by its id, with what is told there now."""
        found: list[tuple[str, tuple[str, ...]]] = []
        clauses = [clause for group in self.groups for clause in group.clauses]
        waiting: list[str | Blank | Clause] = [*clauses, *([self.name] if self.name is not None else [])]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Clause):
                waiting += one.pieces
                # A clause of one blank of its own name tells at the blank.
                if one.has_place:
                    found.append((one.id, one.problems))
            elif isinstance(one, Blank):
                found.append((one.id, one.problems))
        return found


Known = Mapping[str, Sequence[Option]]
"""What the catalogue offers by the name of a field: ``stores``, ``departments``, ``channels``…"""


def form_of(
    cls: type[msgspec.Struct],
    texts: Texts,
    document: Document,
    known: Known,
    language: Language,
    problems: Mapping[str, Sequence[str]] | None = None,
) -> Form:
    """The form as it is filled in; ``problems`` are sentences by the name of the blank that they concern."""
    return _Writer(cls, texts, document, known, language, problems or {}).form()


class _Writer:
    def __init__(
        self,
        cls: type[msgspec.Struct],
        texts: Texts,
        document: Document,
        known: Known,
        language: Language,
        problems: Mapping[str, Sequence[str]],
    ) -> None:
        self._kind = kinds.struct(cls)
        self._texts = texts
        self._has = frozenset(texts.get(HAS, ()))
        self._document = document
        self._known = known
        self._language = language
        self._problems = problems
        self._told: set[str] = set()
        self._addable: list[tuple[str, Addable]] = []

    def form(self) -> Form:
        named: Clause | None = None
        clauses: dict[str, list[Clause]] = {}
        owner = self._kind.cls.__name__
        for field in kinds.fields(self._kind, is_root=True):
            if field.name == "name":
                named = self._clause(owner, field, "name", may_go=False)
                continue
            group = words.GROUP_OF.get(f"{owner}.{field.name}", "also")
            clauses.setdefault(group, []).extend(self._field(self._kind, field, "", group))
        order = [code for code in words.GROUPS if code in clauses]
        has_groups = len(order) > 1
        groups = tuple(
            Group(
                code,
                self._say(words.GROUPS[code].fr, words.GROUPS[code].en) if has_groups else "",
                tuple(clauses[code]),
                tuple(one for where, one in self._addable if where == code),
            )
            for code in order
        )
        others = [text for name, told in self._problems.items() if name not in self._told for text in told]
        return Form(named, groups, tuple(others))

    def _say(self, fr: str, en: str) -> str:
        return fr if self._language is Language.FR else en

    # ------------------------------------------------------------ clauses

    def _field(self, kind: inspect.StructType, field: kinds.Field, path: str, group: str) -> list[Clause]:
        """The clauses of one field: none while it is only offered, several where it is an open part."""
        owner, name, bare = kind.cls.__name__, joined(path, field.name), kinds.bare(field.type)
        if kinds.is_open(bare):
            assert isinstance(bare, inspect.StructType)
            found = []
            for inner in kinds.fields(bare, is_root=False):
                found += self._field(bare, inner, name, group)
            return found
        stays = kinds.stays(kind, field)
        if not stays and name not in self._has:
            label = words.menu(owner, field.name, self._language)
            label = label or self._label(words.clause(owner, field.name, self._language), bare)
            self._addable.append((group, Addable(name, label)))
            return []
        return [self._clause(owner, field, name, may_go=not stays, group=group)]

    def _clause(
        self, owner: str, field: kinds.Field, name: str, *, may_go: bool, group: str = "also"
    ) -> Clause:
        # What a part is called stands under a title of its own.
        is_title = name == "name"
        words_around = "{}" if is_title else words.clause(owner, field.name, self._language)
        before, _, after = words_around.partition("{}")
        bare = kinds.bare(field.type)
        pieces: list[str | Blank | Clause] = [before.strip()]
        if not isinstance(bare, inspect.BoolType):
            pieces += self._pieces(owner, field, bare, name, group)
            pieces.append(after.strip())
        elif field.required:
            pieces.append(self._blank(owner, field, bare, name))
        label = self._label(words_around, bare)
        return Clause(name, label, tuple(p for p in pieces if p != ""), may_go, self._problem(name, pieces))

    def _problem(self, name: str, pieces: Sequence["str | Blank | Clause"]) -> tuple[str, ...]:
        """Those of the clause as a whole; those of its blanks stand beside them."""
        if any(isinstance(piece, Blank) and piece.name == name for piece in pieces):
            return ()
        self._told.add(name)
        return tuple(self._problems.get(name, ()))

    def _pieces(
        self, owner: str, field: kinds.Field, kind: inspect.Type, name: str, group: str
    ) -> list["str | Blank | Clause"]:
        if isinstance(kind, inspect.StructType):
            return self._part(owner, field, kind, name, group)
        if isinstance(kind, inspect.VarTupleType):
            item = kinds.bare(kind.item_type)
            if isinstance(item, inspect.StructType):
                return self._items(owner, field, item, name, group)
        return [self._blank(owner, field, kind, name)]

    def _part(
        self, owner: str, field: kinds.Field, kind: inspect.StructType, name: str, group: str
    ) -> list["str | Blank | Clause"]:
        if kinds.is_duration(kind):
            return self._duration(kind, name, group)
        if kinds.is_one_of(kind):
            return self._one_of(owner, field, kind, name, group)
        part = kind.cls.__name__
        phrase = words.part(part, self._language)
        pieces: list[str | Blank | Clause] = []
        by_name = {one.name: one for one in kind.fields}
        if phrase is None:
            for one in kinds.fields(kind, is_root=False):
                pieces += self._field(kind, one, name, group)
            return pieces
        for literal, inner, _, _ in Formatter().parse(phrase):
            if literal.strip():
                pieces.append(literal.strip())
            if inner:
                one = by_name[inner]
                pieces += self._pieces(part, one, kinds.bare(one.type), joined(name, inner), group)
        for one in kinds.fields(kind, is_root=False):
            if one.name not in kinds.mentioned(kind):
                pieces += self._field(kind, one, name, group)
        return pieces

    def _one_of(
        self, owner: str, field: kinds.Field, kind: inspect.StructType, name: str, group: str
    ) -> list["str | Blank | Clause"]:
        part = kind.cls.__name__
        order = [*words.ONE_OF[part], *(one.name for one in kind.fields)]
        chosen = first_of(self._texts, joined(name, "kind"))
        options = tuple(Option(one, words.one_of(part, one, self._language)) for one in dict.fromkeys(order))
        select = Blank(
            joined(name, "kind"),
            Kind.ONE,
            words.blank(owner, field.name, self._language),
            (chosen,),
            options,
            changes_shape=True,
            problems=self._sentences(joined(name, "kind")),
        )
        found = next((one for one in kind.fields if one.name == chosen), None)
        if found is None:
            return [select]
        inner = self._pieces(part, found, kinds.bare(found.type), joined(name, chosen), group)
        return [select, self._say("\u00a0:", ":"), *inner]

    def _items(
        self, owner: str, field: kinds.Field, item: inspect.StructType, name: str, group: str
    ) -> list["str | Blank | Clause"]:
        pieces: list[str | Blank | Clause] = []
        listed = items(self._texts, name)
        for n in listed:
            path = joined(name, n)
            label = f"{words.bare(words.clause(owner, field.name, self._language))} {n + 1}"
            offered = len(self._addable)
            inner = self._part(owner, field, item, path, group)
            if len(listed) > 1:  # what one of several offers says which one
                self._addable[offered:] = [
                    (where, Addable(one.name, f"{one.label} ({label})"))
                    for where, one in self._addable[offered:]
                ]
            self._told.add(path)
            problems = tuple(self._problems.get(path, ()))
            pieces.append(Clause(path, label, tuple(inner), len(listed) > 1, problems, is_item=True))
        self._addable.append((group, Addable(name, self._another(item))))
        return pieces

    def _label(self, words_around: str, kind: inspect.Type) -> str:
        """What the clause is called in a menu: « au plus … fois par client et par … »."""
        return words.bare(words_around.replace("{}", self._unfilled(kind)))

    def _unfilled(self, kind: inspect.Type) -> str:
        phrase = (
            words.part(kind.cls.__name__, self._language) if isinstance(kind, inspect.StructType) else None
        )
        parts = Formatter().parse(phrase or "{blank}")
        return "".join(literal + ("…" if inner else "") for literal, inner, _, _ in parts)

    def _another(self, item: inspect.StructType) -> str:
        told = self._unfilled(item)
        return self._say(f"encore un : {told}", f"one more: {told}")

    def _duration(self, kind: inspect.StructType, name: str, group: str) -> list["str | Blank | Clause"]:
        units = tuple(
            Option(unit, words.choice("Duration", unit, self._language)) for unit in kinds.DURATION_UNITS
        )
        until = next(one for one in kind.fields if one.name == "until_end_of")
        beside: list[str | Blank | Clause] = []
        for field in kinds.beside_duration(kind):
            beside += self._field(kind, field, name, group)
        return [
            self._plain(
                joined(name, "number"), Kind.NUMBER, words.blank("Duration", "number", self._language)
            ),
            self._plain(
                joined(name, "unit"), Kind.ONE, words.blank("Duration", "unit", self._language), units
            ),
            self._blank("Duration", until, kinds.bare(until.type), joined(name, "until_end_of")),
            *beside,
        ]

    # ------------------------------------------------------------ blanks

    def _plain(self, name: str, kind: Kind, label: str, options: tuple[Option, ...] = ()) -> Blank:
        return Blank(
            name, kind, label, tuple(self._texts.get(name, ())), options, problems=self._sentences(name)
        )

    def _sentences(self, name: str) -> tuple[str, ...]:
        """The problems of a blank, and of what is written in it (the third code of a list)."""
        found: list[str] = []
        for told, sentences in self._problems.items():
            rest = told.removeprefix(f"{name}.")
            if told == name or (rest != told and rest.isdecimal() and told not in self._has):
                found += sentences
                self._told.add(told)
        return tuple(found)

    def _blank(self, owner: str, field: kinds.Field, kind: inspect.Type, name: str) -> Blank:
        label = words.blank(owner, field.name, self._language)
        values = tuple(self._texts.get(name, ()))
        problems = self._sentences(name)
        if isinstance(kind, inspect.EnumType):
            options = self._enum(kind)
            shape = owner == "Rule" and field.name == "trigger"
            return Blank(name, Kind.ONE, label, values, options, changes_shape=shape, problems=problems)
        if isinstance(kind, inspect.BoolType):
            options = (Option("true", self._say("oui", "yes")), Option("false", self._say("non", "no")))
            return Blank(name, Kind.ONE, label, values, options, problems=problems)
        if isinstance(kind, inspect.DateType):
            return Blank(name, Kind.DATE, label, values, problems=problems)
        if isinstance(kind, inspect.DecimalType):
            return Blank(name, Kind.AMOUNT, label, values, unit=self._money(), problems=problems)
        if isinstance(kind, inspect.IntType):
            unit = self._unit(field, name)
            return Blank(name, Kind.NUMBER, label, values, unit=unit, problems=problems)
        if isinstance(kind, inspect.VarTupleType):
            item = kinds.bare(kind.item_type)
            choices = self._enum(item) if isinstance(item, inspect.EnumType) else self._options(field.name)
            if choices is None:
                return Blank(name, Kind.CODES, label, values, problems=problems)
            return Blank(
                name, Kind.SOME, label, values, self._with_strange(choices, values), problems=problems
            )
        assert isinstance(kind, inspect.StrType)
        if kind.pattern is not None and ":" in kind.pattern:
            return Blank(name, Kind.TIME, label, values, problems=problems)
        choices = self._options(field.name)
        if choices is None:
            length = kinds.length_max(field.type)
            if kinds.is_prose(field.type):
                return Blank(name, Kind.PROSE, label, values, length_max=length, problems=problems)
            is_long = owner == "Text" or length > kinds.SHORT_MAX
            return Blank(
                name, Kind.TEXT, label, values, is_long=is_long, length_max=length, problems=problems
            )
        return Blank(
            name,
            Kind.ONE,
            label,
            values,
            self._with_strange(choices, values),
            changes_shape=field.name == "currency",
            problems=problems,
        )

    def _enum(self, kind: inspect.EnumType) -> tuple[Option, ...]:
        owner = kind.cls.__name__
        return tuple(
            Option(str(one.value), words.choice(owner, str(one.value), self._language)) for one in kind.cls
        )

    def _options(self, field: str) -> tuple[Option, ...] | None:
        """What a code may name: members of a list of the document, or what the catalogue knows."""
        find: dict[str, Callable[[], Sequence[Option]]] = {
            "currency": lambda: self._members("currencies"),
            "entries": lambda: self._entries(),
            "tiers": lambda: self._levels(),
            "rule": lambda: self._multiplied(),
            "serves": lambda: self._members("objectives"),
            "law": lambda: self._laws(),
            "extended_by": lambda: self._activities(),
            "until_event": lambda: self._activities()[1:],
        }
        if field in find:
            return tuple(find[field]())
        if field in self._known:
            return tuple(self._known[field])
        plural = next(
            (name for name in (field, f"{field}s", f"{field[:-1]}ies") if self._is_list(name)), None
        )
        return None if plural is None else tuple(self._members(plural))

    @staticmethod
    def _is_list(name: str) -> bool:
        return any(field.name == name and kinds.is_list(field) for field in kinds.struct(Document).fields)

    def _members(self, name: str) -> list[Option]:
        return [Option(one.code, text_in(one.name, self._language)) for one in getattr(self._document, name)]

    def _entries(self) -> list[Option]:
        return [
            Option(one.code, text_in(one.name, self._language))
            for one in self._document.currencies
            if one.kind is CurrencyKind.ENTRY
        ]

    def _activities(self) -> list[Option]:
        """What customers do, purchases first."""
        declared = [activity.code for activity in self._document.activities]
        phrases = phrases_of(self._document, self._language)
        codes = [PURCHASE, *sorted(KNOWN_ACTIVITIES), *declared]
        return [Option(code, phrases.activity_name(code)) for code in codes]

    def _laws(self) -> list[Option]:
        return [Option(law.code, text_in(law.name, self._language)) for law in laws().values()]

    def _levels(self) -> list[Option]:
        levels = self._document.tiers.levels if self._document.tiers is not None else ()
        return [Option(level.code, text_in(level.name, self._language)) for level in levels]

    def _multiplied(self) -> list[Option]:
        return [
            Option(rule.code, text_in(rule.name, self._language))
            for rule in self._document.rules
            if rule.gift.per_amount is not None
        ]

    @staticmethod
    def _with_strange(options: tuple[Option, ...], values: tuple[str, ...]) -> tuple[Option, ...]:
        """What stands there stays choosable, even if nobody knows it any more."""
        known = {option.value for option in options}
        return (*options, *(Option(one, one) for one in values if one and one not in known))

    def _money(self) -> str:
        return str(get_currency_symbol(self._document.sale_currency.code, Locale.parse(str(self._language))))

    def _unit(self, field: kinds.Field, name: str) -> str:
        if field.name in kinds.PERCENTS:
            return "%"
        above = name.rpartition(".")[0]
        if not kinds.is_units(field.type) or (above and joined(above, "currency") in self._texts):
            return ""
        phrases = phrases_of(self._document, self._language)
        code = first_of(self._texts, "currency")
        return phrases.currency_name(code) if code in phrases.currencies else ""
