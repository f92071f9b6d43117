"""Stores and products, as other rooms may hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assidu.decisions.events import LineKind


@dataclass(frozen=True, slots=True)
class Store:
    store_id: str
    name: str
    town: str = ""
    region: str = ""
    channel: str = "store"
    opened_on: date | None = None
    is_invented: bool = False


@dataclass(frozen=True, slots=True)
class Department:
    """A department's names; its code is what rules and tickets speak of."""

    department: str
    name_fr: str
    name_en: str

    def name(self, language: str) -> str:
        return self.name_fr if language == "fr" else self.name_en


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    department: str
    category: str = ""
    brand: str = ""
    vat_bp: int = 0
    kind: str = "product"
    is_invented: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """What an article costs everybody from a day on, VAT included."""

    sku: str
    day: date
    price_minor: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What an article costs the company from a day on, without VAT."""

    sku: str
    day: date
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Margin:
    """Of the net sales of a department (without VAT), the part that is its margin, from a day on."""

    department: str
    day: date
    margin_bp: int
    is_invented: bool = False


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """What a line of a ticket leaves for the catalogue to say."""

    department: str
    brand: str
    vat_bp: int
    kind: LineKind


UNKNOWN_PRODUCT = KnownProduct("", "", 0, LineKind.PRODUCT)
"""A product that the catalogue does not know belongs to no department and is an ordinary one."""

ProductFinder = Callable[[str], KnownProduct]
