"""When something happened, from what a file says: an offset, a zone, and the two hours a year that clocks change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from assidu.connectors.files.conversions import Unfit, scaled
from assidu.connectors.files.mapping import TimeRule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_reader(rule: TimeRule, mark: str) -> Callable[[Any], datetime]:
    """Reads the cells of a time column into UTC; raises `Unfit`."""

    def read(value: Any) -> datetime:
        if isinstance(value, datetime):
            return _placed(value, rule)
        text = str(value).strip()
        try:
            match rule.format:
                case "iso":
                    return _placed(datetime.fromisoformat(text), rule)
                case "epoch-s":
                    return _EPOCH + timedelta(milliseconds=scaled(text, 3, mark))
                case "epoch-ms":
                    return _EPOCH + timedelta(milliseconds=scaled(text, 0, mark))
                case pattern:
                    return _placed(datetime.strptime(text, pattern), rule)  # noqa: DTZ007 (placed in its zone)
        except OverflowError:
            raise Unfit("no time") from None
        except ValueError as error:
            raise error if isinstance(error, Unfit) else Unfit("no time") from None

    return lru_cache(1 << 10)(read)


def _placed(at: datetime, rule: TimeRule) -> datetime:
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    if rule.zone is None:
        raise Unfit("a time without an offset, and the mapping names no zone")
    return resolve(at, rule.zone, is_gap_forward=rule.is_gap_forward, is_fold_second=rule.is_fold_second)


def resolve(
    local: datetime, zone: tzinfo, *, is_gap_forward: bool = True, is_fold_second: bool = False
) -> datetime:
    """The instant of a local time. One that does not exist moves forward by the length of the gap, or is refused."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        if not is_gap_forward:
            raise Unfit("a local time that does not exist")
        return instant
    if is_fold_second:
        return local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return instant
