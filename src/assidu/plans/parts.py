"""The named parts that a kind of document is made of."""

from functools import cache

from msgspec import Struct
from msgspec.structs import FieldInfo, fields


@cache
def fields_of(kind: type[Struct]) -> tuple[FieldInfo, ...]:
    """msgspec works them out from the annotations at each call: here once for each kind."""
    return fields(kind)
