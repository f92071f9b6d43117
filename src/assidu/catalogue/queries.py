"""Everything that reads stores and products."""

from collections.abc import Iterable, Mapping

from django.db import connection
from django.utils.translation import gettext as _

from assidu.catalogue.types import UNKNOWN_PRODUCT, Department, KnownProduct, Product, ProductFinder, Store
from assidu.decisions.events import LineKind

FOUND_MAX = 200

KNOWN_PRODUCTS_SQL = "SELECT sku, department, brand, vat_bp, kind FROM catalogue_product"
"""Shared with intake, which reads it by another driver."""


def stores() -> list[Store]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT store_id, name, town, region, channel, opened_on, is_invented FROM catalogue_store "
            "ORDER BY name, store_id"
        )
        return [Store(*row) for row in cursor.fetchall()]


def store_called(code: str, names: Mapping[str, str]) -> str:
    """A store by its name, of those by code; one that the catalogue does not have is called by its code and said to be
    unknown, in the active language, as senders are warned. A catalogue without stores knows none."""
    if not code or code in names or not names:
        return names.get(code, code)
    return _("%(code)s (unknown store)") % {"code": code}


def departments() -> list[Department]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT department, name_fr, name_en FROM catalogue_department ORDER BY department")
        return [Department(*row) for row in cursor.fetchall()]


def products(skus: Iterable[str]) -> dict[str, Product]:
    """The products among these that the catalogue knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sku, name, department, category, brand, vat_bp, kind, is_invented FROM catalogue_product "
            "WHERE sku = ANY (%s)",
            [sorted(set(skus))],
        )
        return {row[0]: Product(*row) for row in cursor.fetchall()}


def product_finder() -> ProductFinder:
    """Every product at hand, for whoever reads many tickets."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_PRODUCTS_SQL)
        return finder_of(cursor.fetchall())


def finder_of(rows: Iterable[tuple[str, str, str, int, str]]) -> ProductFinder:
    """What ``KNOWN_PRODUCTS_SQL`` reads."""
    shared: dict[tuple[str, str, int, str], KnownProduct] = {}
    known = _Known()
    for sku, department, brand, vat_bp, kind in rows:
        its = department, brand, vat_bp, kind
        if (found := shared.get(its)) is None:
            found = shared[its] = KnownProduct(department, brand, vat_bp, LineKind(kind))
        known[sku] = found
    return known.__getitem__


class _Known(dict[str, KnownProduct]):
    """Asked for every line of every ticket: a dictionary answers without a call of ours."""

    def __missing__(self, sku: str) -> KnownProduct:
        return UNKNOWN_PRODUCT
