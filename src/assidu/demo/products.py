"""The catalogue in French: departments, categories and sizes translated, VAT and kind given by the category."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assidu.demo.arrays import Ints
from assidu.demo.words import table

UNKNOWN = "unknown"
GIFT_CARD_TYPES = re.compile(r"GIFT CARD")
SIZE = re.compile(r"^(\d*\.?\d+) ?(OZ|LB|GA|GAL|QT|PT|ML|L|LT|CT|PK|SQ FT|FT|IN)$")
MILLILITRES = {"GA": 3785.0, "GAL": 3785.0, "QT": 946.0, "PT": 473.0}
LOOSE_DEPARTMENTS = {"produce", "meat", "seafood", "fuel"}
LIQUID_DEPARTMENTS = {"drinks", "alcohol"}
LIQUID_CATEGORIES = {"FLUID MILK PRODUCTS", "SHORTENING/OIL", "DISHWASH DETERGENTS", "BLEACH"}


@dataclass(frozen=True, slots=True)
class Product:
    sku: int
    name: str
    department: str
    category: str
    brand: str
    vat_bp: int
    kind: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All products, and by position in the order of their number what the tills print."""

    products: tuple[Product, ...]
    skus: Ints
    department_names: dict[str, tuple[str, str]]

    def positions(self, skus: Ints) -> Ints:
        positions: Ints = np.searchsorted(self.skus, skus).astype(np.int64)
        return positions


def catalogue_of(real: pa.Table, sold: Ints, *, only_sold: bool = False) -> Catalogue:
    """Translate the data set's products; those sold but unknown to it get the unknown department."""
    departments = {row["source"]: row for row in table("departments")}
    categories = {row["source"]: row for row in table("categories")}
    types = {row["source"]: row["fr"] for row in table("product_types")}
    names = {row["code"]: (row["fr"], row["en"]) for row in table("departments")}
    vat = {row["code"]: int(row["vat_bp"]) for row in table("departments")}
    products: list[Product] = []
    if only_sold:
        real = real.filter(pc.is_in(real["product_id"], value_set=pa.array(np.unique(sold))))
    for row in real.to_pylist():
        category_word = row["product_category"] or ""
        type_word = row["product_type"] or ""
        category = categories.get(category_word)
        department = departments[row["department"]]["code"]
        # A French grocer runs dairy, frozen food, drinks, alcohol and tobacco apart from dry grocery.
        if category is not None and category["department"]:
            department = category["department"]
        if type_word.startswith("GASOLINE"):
            department = "fuel"
        label = types.get(type_word) or (category["fr"] if category else names[department][0])
        is_liquid = department in LIQUID_DEPARTMENTS or category_word in LIQUID_CATEGORIES
        # Sizes of fruit, vegetables and meat are those of the crate; they are sold by weight or by the piece.
        is_loose = department in LOOSE_DEPARTMENTS
        size = "" if is_loose else size_in_french(row["package_size"] or "", is_liquid=is_liquid)
        category_fr = names["fuel"][0] if department == "fuel" else category["fr"] if category else ""
        products.append(
            Product(
                sku=row["product_id"],
                name=f"{label}, {size}" if size else label,
                department=department,
                category=category_fr,
                brand=row["brand"].lower(),
                vat_bp=int(category["vat_bp"]) if category and category["vat_bp"] else vat[department],
                kind=_kind(category_word, type_word),
            )
        )
    known = {product.sku for product in products}
    products += [
        Product(sku, f"Article {sku}", UNKNOWN, "", "national", vat[UNKNOWN], "product")
        for sku in np.unique(sold).tolist()
        if sku not in known
    ]
    products.sort(key=lambda product: product.sku)
    skus = np.array([product.sku for product in products], dtype=np.int64)
    return Catalogue(tuple(products), skus, names)


def _kind(category: str, product_type: str) -> str:
    if GIFT_CARD_TYPES.search(product_type):
        return "gift_card"
    return "deposit" if category == "BOTTLE DEPOSITS" else "product"


def size_in_french(size: str, *, is_liquid: bool) -> str:
    """A package size in metric units; empty where the data set's cannot be read."""
    match = SIZE.match(size.strip().upper())
    if match is None:
        return ""
    amount, unit = float(match[1]), match[2]
    if unit in MILLILITRES:
        return _volume(amount * MILLILITRES[unit])
    if unit == "ML":
        return _volume(amount)
    if unit in {"L", "LT"}:
        return _volume(amount * 1000)
    if unit == "OZ":
        return _volume(amount * 29.57) if is_liquid else _weight(amount * 28.35)
    if unit == "LB":
        return _weight(amount * 453.6)
    if unit in {"CT", "PK"} and amount == int(amount):
        return f"lot de {int(amount)}" if amount > 1 else ""
    return ""


def _weight(grams: float) -> str:
    return f"{_comma(grams / 1000)} kg" if grams >= 995 else f"{_round(grams)} g"


def _volume(millilitres: float) -> str:
    return f"{_comma(millilitres / 1000)} L" if millilitres >= 995 else f"{_round(millilitres)} ml"


def _round(amount: float) -> int:
    """To the 5 above 100, as packages are labelled."""
    return round(amount / 5) * 5 if amount >= 100 else max(1, round(amount))


def _comma(amount: float) -> str:
    return f"{amount:.1f}".rstrip("0").rstrip(".").replace(".", ",")
