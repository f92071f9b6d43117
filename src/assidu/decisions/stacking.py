"""Which offers a ticket gets when not all of them go together, and what each takes off each line.

A line has one benefit, unless offers combine; a group and an exclusive offer leave room for few others. Among all the
ways to choose, the best is found exactly, by branch and bound, for up to ``EXACT_MAX`` offers that stand in each
other's way. Beyond, the most valuable go first, and the settlement says that it is not exact.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assidu.decisions.plan.offers import StackingChoice
from assidu.decisions.values import value_type

EXACT_MAX = 20


@dataclass(slots=True)
class Contender:
    """An offer that the ticket meets, with what it would give if it were alone. Not frozen: dozens are made for a
    ticket, and nothing changes them.

    ``by_line`` says what it takes off each of its ``lines``; ``worth`` is what it is worth in all, in minor units,
    with what takes nothing off (points, a gift). ``is_shared``: it is worked out line by line, so that other offers
    may have some of its lines. ``again`` works it out on what other offers left of its lines, ``again_on_line`` on what
    they left of one (by its place among them).
    """

    lines: tuple[int, ...]
    by_line: tuple[int, ...]
    worth: int
    is_shared: bool = False
    group: str = ""
    is_exclusive: bool = False
    combines: bool = False
    again: Callable[[Sequence[int]], Sequence[int]] | None = None
    again_on_line: Callable[[int, int], int] | None = None


@value_type(frozen=True, slots=True)
class Settled:
    """``chosen`` maps the place of a contender to what it takes off each of its lines."""

    chosen: dict[int, tuple[int, ...]]
    worth: int
    is_exact: bool = True


def settle(
    contenders: Sequence[Contender],
    rooms: Sequence[int],
    limits: dict[str, int],
    choice: StackingChoice,
) -> Settled:
    """Choose among ``contenders``, which come in the order in which they count.

    ``rooms`` is the most that may be taken off each line, ``limits`` how many offers of a group may be given.
    """
    if not contenders:
        return Settled({}, 0)
    if choice is StackingChoice.ORDER:
        return _in_order(contenders, rooms, limits)
    open_ones = [i for i, one in enumerate(contenders) if not one.is_exclusive]
    found = _Table(contenders, rooms, limits, choice).settled(open_ones)
    for i, one in enumerate(contenders):
        if not one.is_exclusive:
            continue
        is_better = one.worth > found.worth if choice is StackingChoice.CUSTOMER else one.worth < found.worth
        if is_better or not found.chosen:
            found = Settled({i: one.by_line}, one.worth, found.is_exact)
    return found


def _in_order(contenders: Sequence[Contender], rooms: Sequence[int], limits: dict[str, int]) -> Settled:
    """Who comes first is served first."""
    owned: set[int] = set()
    used: dict[str, int] = {}
    off: dict[int, tuple[int, ...]] = {}
    joining: list[int] = []
    for i, one in enumerate(contenders):
        if one.is_exclusive and (off or joining):
            continue
        if one.group and used.get(one.group, 0) >= limits.get(one.group, EXACT_MAX):
            continue
        if one.combines:
            joining.append(i)
        elif one.is_shared:
            taken = tuple(
                0 if line in owned else part for line, part in zip(one.lines, one.by_line, strict=True)
            )
            if not any(taken):
                continue
            off[i] = taken
            owned.update(line for line, part in zip(one.lines, taken, strict=True) if part)
        elif owned.isdisjoint(one.lines):
            off[i] = one.by_line
            owned.update(one.lines)
        else:
            continue
        if one.group:
            used[one.group] = used.get(one.group, 0) + 1
        if one.is_exclusive:
            break
    return _joined(contenders, rooms, off, joining)


def _joined(
    contenders: Sequence[Contender], rooms: Sequence[int], off: dict[int, tuple[int, ...]], joining: list[int]
) -> Settled:
    """Those that combine, in their order, on top of the others."""
    left = list(rooms)
    worth = 0
    chosen: dict[int, tuple[int, ...]] = {}
    for i, parts in off.items():
        one = contenders[i]
        for line, part in zip(one.lines, parts, strict=True):
            left[line] -= part
        worth += one.worth if not one.is_shared else sum(parts)
        chosen[i] = parts
    for i in joining:
        one = contenders[i]
        wished = one.by_line if one.again is None else one.again([left[line] for line in one.lines])
        parts = tuple(min(part, left[line]) for line, part in zip(one.lines, wished, strict=True))
        for line, part in zip(one.lines, parts, strict=True):
            left[line] -= part
        given = one.worth - sum(one.by_line) + sum(parts)
        if given or not one.lines:
            chosen[i] = parts
            worth += given
    return Settled(chosen, worth)


class _Table:
    """The offers of one ticket, sorted by what keeps them apart."""

    __slots__ = ("choice", "conflicts", "contenders", "limits", "rooms")

    def __init__(
        self,
        contenders: Sequence[Contender],
        rooms: Sequence[int],
        limits: dict[str, int],
        choice: StackingChoice,
    ) -> None:
        self.contenders = contenders
        self.rooms = rooms
        self.limits = limits
        self.choice = choice
        self.conflicts: dict[int, set[int]] = {}

    def settled(self, open_ones: list[int]) -> Settled:
        always, variables = self._sorted(open_ones)
        if not variables:
            return self.given(always)
        self._find_conflicts(variables)
        chosen = list(always)
        is_exact = True
        for part in self._parts(always, variables):
            found, was_exact = self._choose(always, part)
            chosen += found
            is_exact = is_exact and was_exact
        settled = self.given(sorted(chosen))
        return Settled(settled.chosen, settled.worth, is_exact)

    def _sorted(self, open_ones: list[int]) -> tuple[list[int], list[int]]:
        """Those that nothing keeps out, and those among which one has to choose."""
        members: dict[str, int] = {}
        for i in open_ones:
            group = self.contenders[i].group
            if group:
                members[group] = members.get(group, 0) + 1
        always = []
        variables = []
        for i in open_ones:
            one = self.contenders[i]
            is_limited = bool(one.group) and members[one.group] > self.limits.get(one.group, EXACT_MAX)
            if is_limited or not (one.is_shared or one.combines or not one.lines):
                variables.append(i)
            else:
                always.append(i)
        return always, variables

    def _find_conflicts(self, variables: list[int]) -> None:
        """Pairs of which a ticket can have one only: whole offers on a line, or in a group that has room for one."""
        by_line: dict[int, list[int]] = {}
        by_group: dict[str, list[int]] = {}
        conflicts: dict[int, set[int]] = {i: set() for i in variables}
        for i in variables:
            one = self.contenders[i]
            if not (one.is_shared or one.combines):
                for line in one.lines:
                    by_line.setdefault(line, []).append(i)
            if one.group and self.limits.get(one.group, EXACT_MAX) == 1:
                by_group.setdefault(one.group, []).append(i)
        for together in (*by_line.values(), *by_group.values()):
            if len(together) > 1:
                for i in together:
                    conflicts[i].update(together)
        for i in variables:
            conflicts[i].discard(i)
        self.conflicts = conflicts

    def _parts(self, always: list[int], variables: list[int]) -> list[list[int]]:
        """Variables that have to do with one another: by a line, by a group, by what combines with both."""
        tied: dict[object, int] = {}
        parts: list[list[int]] = []
        home: dict[int, int] = {}
        bridges = [self.contenders[i] for i in always if self.contenders[i].combines]
        bridge_of: dict[int, int] = {}
        for n, one in enumerate(bridges):
            if any(one.by_line):
                for line in one.lines:
                    bridge_of.setdefault(line, n)
        merged_bridges = _merged(bridges)
        for i in variables:
            one = self.contenders[i]
            ties: list[object] = [one.group] if one.group else []
            for line in one.lines:
                bridge = bridge_of.get(line)
                ties.append(line if bridge is None else ("bridge", merged_bridges[bridge]))
            into = len(parts)
            parts.append([i])
            home[i] = into
            for tie in ties:
                other = tied.get(tie)
                if other is None:
                    tied[tie] = i
                elif home[other] != into:
                    left, right = home[other], into
                    for member in parts[right]:
                        home[member] = left
                    parts[left] += parts[right]
                    parts[right] = []
                    into = left
        return [part for part in parts if part]

    def _choose(self, always: list[int], part: list[int]) -> tuple[list[int], bool]:
        if len(part) == 1 and (alone := self._alone(always, part[0])) is not None:
            return alone, True
        search = _Search(self, always, part)
        if len(part) > EXACT_MAX:
            return search.greedy(), False
        return search.best(), True

    def _alone(self, always: list[int], i: int) -> list[int] | None:
        """Most often one offer stands against what its lines would have anyway: is it worth more? ``None`` where that
        does not settle it."""
        one = self.contenders[i]
        if self.choice is not StackingChoice.CUSTOMER or one.group or one.combines or one.is_shared:
            return None
        best: dict[int, int] = {}
        for j in always:
            other = self.contenders[j]
            if other.is_shared:
                for line, part in zip(other.lines, other.by_line, strict=True):
                    if line in one.lines:
                        if other.combines:
                            return None
                        if part > best.get(line, 0):
                            best[line] = part
            elif other.combines and any(line in one.lines for line in other.lines) and any(other.by_line):
                return None
        return [i] if one.worth > sum(best.values()) else []

    def given(self, selected: Iterable[int]) -> Settled:
        """What the selected offers take off: whole ones their lines, shared ones the best or least of what is left,
        those that combine on top."""
        off: dict[int, tuple[int, ...]] = {}
        owned: set[int] = set()
        shared: list[int] = []
        joining: list[int] = []
        for i in selected:
            one = self.contenders[i]
            if one.combines:
                joining.append(i)
            elif one.is_shared:
                shared.append(i)
            else:
                off[i] = one.by_line
                owned.update(one.lines)
        if shared:
            owners: dict[int, tuple[int, int]] = {}
            for i in shared:
                one = self.contenders[i]
                for line, amount in zip(one.lines, one.by_line, strict=True):
                    if line in owned or not amount:
                        continue
                    holder = owners.get(line)
                    if holder is None or (
                        amount > holder[0] if self.choice is StackingChoice.CUSTOMER else amount < holder[0]
                    ):
                        owners[line] = (amount, i)
            held: dict[int, dict[int, int]] = {}
            for line, (amount, i) in owners.items():
                held.setdefault(i, {})[line] = amount
            for i in sorted(held):
                its = held[i]
                off[i] = tuple([its.get(line, 0) for line in self.contenders[i].lines])
        return _joined(self.contenders, self.rooms, off, joining)


def _merged(bridges: list[Contender]) -> list[int]:
    """For each of those that combine, the first of all those that it is tied to by a line."""
    first = list(range(len(bridges)))
    for n, one in enumerate(bridges):
        for m in range(n):
            if first[m] != first[n] and not set(one.lines).isdisjoint(bridges[m].lines):
                low, high = sorted((first[m], first[n]))
                first = [low if f == high else f for f in first]
    return first


def _reached(lines: set[int], contenders: Sequence[Contender], always: list[int]) -> set[int]:
    """The lines on which a choice among offers of ``lines`` has an effect: what combines carries it further."""
    carriers = [contenders[i].lines for i in always if contenders[i].combines and any(contenders[i].by_line)]
    grows = True
    while grows:
        grows = False
        for other in carriers:
            if not lines.isdisjoint(other) and not lines.issuperset(other):
                lines = lines.union(other)
                grows = True
    return lines


class _OnTop:
    """What combines with whatever is chosen below it. As long as each of its offers looks at one line at a time, what a
    line loses in all depends on that line alone (``total``); ``others`` look at several lines together."""

    __slots__ = ("_chain", "_known", "_rooms", "others", "worth_beside")

    def __init__(self, joining: list[Contender], rooms: Sequence[int]) -> None:
        self._rooms = rooms
        self._chain: list[tuple[Contender, dict[int, int]]] = []
        self._known: dict[tuple[int, int], int] = {}
        self.others: list[Contender] = []
        self.worth_beside = 0
        for one in joining:
            taken = sum(one.by_line)
            self.worth_beside += one.worth - taken
            if not taken:
                continue
            # After one that looks at several lines, nobody's part depends on one line alone any more.
            if not self.others and (one.again is None or one.again_on_line is not None):
                self._chain.append((one, {line: place for place, line in enumerate(one.lines)}))
            else:
                self.others.append(one)
                self.worth_beside += taken

    def total(self, line: int, below: int) -> int:
        """What is taken off a line in all when ``below`` is taken off it before."""
        if not self._chain:
            return below
        known = self._known.get((line, below))
        if known is not None:
            return known
        left = self._rooms[line] - below
        for one, places in self._chain:
            place = places.get(line)
            if place is not None:
                off = one.by_line[place] if one.again_on_line is None else one.again_on_line(place, left)
                left -= min(off, left)
        total = self._known[line, below] = self._rooms[line] - left
        return total


class _Search:
    """The best choice within one part, by branch and bound."""

    __slots__ = (
        "_best",
        "_best_worth",
        "_blockers",
        "_cliques",
        "_gains",
        "_is_brand",
        "_is_plain",
        "_order",
        "_rest",
        "_slack",
        "_table",
        "_upper",
    )

    def __init__(self, table: _Table, always: list[int], part: list[int]) -> None:
        contenders = table.contenders
        self._table = table
        self._is_brand = table.choice is StackingChoice.BRAND
        lines = _reached({line for i in part for line in contenders[i].lines}, contenders, always)
        self._rest = [i for i in always if not lines.isdisjoint(contenders[i].lines)]
        grouped_shared = [i for i in part if contenders[i].is_shared and not contenders[i].combines]
        on_top = _OnTop([contenders[i] for i in self._rest if contenders[i].combines], table.rooms)
        others = [i for i in part if contenders[i].combines and any(contenders[i].by_line)]
        self._is_plain = not (grouped_shared or others or on_top.others)
        by_line: dict[int, int] = {}
        for i in (*self._rest, *grouped_shared):
            one = contenders[i]
            if one.is_shared and not one.combines:
                for line, amount in zip(one.lines, one.by_line, strict=True):
                    if amount:
                        known = by_line.get(line)
                        if known is None or (amount < known if self._is_brand else amount > known):
                            by_line[line] = amount
        self._upper = by_line
        gains = {}
        for i in part:
            one = contenders[i]
            if one.combines:
                gains[i] = one.worth
            elif one.is_shared:
                gains[i] = 0
            else:
                gains[i] = one.worth - sum(one.by_line)
                for line, amount in zip(one.lines, one.by_line, strict=True):
                    gains[i] += on_top.total(line, amount) - on_top.total(line, by_line.get(line, 0))
        self._gains = gains
        self._slack = 0
        if not self._is_plain:
            # Rounded shares may differ by a cent on each line whenever something else was taken off before.
            self._slack = (
                sum(on_top.total(line, by_line.get(line, 0)) for line in lines | by_line.keys())
                + on_top.worth_beside
                + len(lines) * max(len(others) + len(on_top.others) - 1, 0)
            )
        if self._is_brand:
            self._order = sorted(part, key=lambda i: (gains[i], i))
        else:
            kept = [i for i in part if gains[i] > 0] if self._is_plain else part
            self._order = sorted(kept, key=lambda i: (-gains[i], i))
        place = {i: n for n, i in enumerate(self._order)}
        self._blockers = [sum(1 << place[j] for j in table.conflicts[i] if j in place) for i in self._order]
        self._cliques = self._clique_of()
        self._best: list[int] = []
        self._best_worth: int | None = None

    def _clique_of(self) -> list[int]:
        """For each variable a set of which a ticket can have one only: what bounds their worth together."""
        names: dict[object, int] = {}
        found = []
        for i in self._order:
            one = self._table.contenders[i]
            name: object = ("alone", i)
            if one.group and self._table.limits.get(one.group, EXACT_MAX) == 1:
                name = one.group
            elif one.lines and not one.combines and not one.is_shared:
                name = one.lines[0]
                for line in one.lines:
                    if line in names:
                        name = line
                        break
            found.append(names.setdefault(name, len(names)))
        return found

    def best(self) -> list[int]:
        self._visit(0, 0, 0, 0, {})
        return self._best

    def _visit(self, n: int, chosen: int, blocked: int, gain: int, used: dict[str, int]) -> None:
        """Every way to go on from the first ``n`` variables that could still be the best."""
        if self._best_worth is not None and not self._may_be_best(n, blocked, gain):
            return
        if n == len(self._order):
            self._judge(chosen, blocked, gain, used)
            return
        i = self._order[n]
        one = self._table.contenders[i]
        may_have = not blocked >> n & 1
        limit = self._table.limits.get(one.group, EXACT_MAX) if one.group else EXACT_MAX
        if may_have and one.group and limit > 1:
            may_have = used.get(one.group, 0) < limit
        if may_have:
            more = used
            if one.group and limit > 1:
                more = {**used, one.group: used.get(one.group, 0) + 1}
            self._visit(n + 1, chosen | 1 << n, blocked | self._blockers[n], gain + self._gains[i], more)
        self._visit(n + 1, chosen, blocked, gain, used)

    def _may_be_best(self, n: int, blocked: int, gain: int) -> bool:
        assert self._best_worth is not None
        if self._is_brand:
            if not self._is_plain:
                return True
            least = gain + sum(min(self._gains[i], 0) for i in self._order[n:])
            return least < self._best_worth
        most: dict[int, int] = {}
        for m in range(n, len(self._order)):
            if not blocked >> m & 1:
                worth = self._gains[self._order[m]]
                clique = self._cliques[m]
                if worth > most.get(clique, 0):
                    most[clique] = worth
        bound = gain + sum(most.values())
        return bound + (0 if self._is_plain else self._slack) > self._best_worth

    def _judge(self, chosen: int, blocked: int, gain: int, used: dict[str, int]) -> None:
        selected = [i for n, i in enumerate(self._order) if chosen >> n & 1]
        if self._is_brand and not self._is_maximal(chosen, blocked, used, selected):
            return
        worth = gain
        if not self._is_plain:
            worth = self._table.given(sorted((*self._rest, *selected))).worth
        is_better = self._best_worth is None or (
            worth < self._best_worth if self._is_brand else worth > self._best_worth
        )
        if is_better:
            self._best, self._best_worth = selected, worth

    def _is_maximal(self, chosen: int, blocked: int, used: dict[str, int], selected: list[int]) -> bool:
        """The brand spares nothing that could be given without taking another benefit away."""
        contenders = self._table.contenders
        covered = set(self._upper) if self._is_plain else set()
        if not self._is_plain:
            for i in (*self._rest, *selected):
                one = contenders[i]
                if one.is_shared and not one.combines:
                    covered |= {line for line, part in zip(one.lines, one.by_line, strict=True) if part}
        owned = {
            line for i in selected if not (contenders[i].is_shared or contenders[i].combines)
            for line in contenders[i].lines
        }  # fmt: skip
        for n, i in enumerate(self._order):
            if chosen >> n & 1 or blocked >> n & 1:
                continue
            one = contenders[i]
            limit = self._table.limits.get(one.group, EXACT_MAX) if one.group else EXACT_MAX
            if one.group and limit > 1 and used.get(one.group, 0) >= limit:
                continue
            if one.combines or not one.lines:
                return False
            if one.is_shared:
                if any(line not in owned and line not in covered for line in one.lines):
                    return False
            elif covered.isdisjoint(one.lines):
                return False
        return True

    def greedy(self) -> list[int]:
        """The most valuable first; for the brand, the least."""
        selected: list[int] = []
        blocked = 0
        used: dict[str, int] = {}
        for n, i in enumerate(self._order):
            one = self._table.contenders[i]
            if blocked >> n & 1:
                continue
            if self._is_brand and not one.combines and any(line in self._upper for line in one.lines):
                continue
            if one.group:
                if used.get(one.group, 0) >= self._table.limits.get(one.group, EXACT_MAX):
                    continue
                used[one.group] = used.get(one.group, 0) + 1
            blocked |= self._blockers[n]
            selected.append(i)
        return selected
