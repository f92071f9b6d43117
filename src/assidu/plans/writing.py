"""A document as a file: YAML to be read and edited by people, JSON for programs. ``plans.reading`` reads both back."""

import json
import re
from decimal import Decimal
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from assidu.plans.document import Document
from assidu.plans.identity import to_builtins

LINE_WIDTH = 110
INLINE_WIDTH = 1_000_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"\w[\w '’€-]*")
"""Text that surely needs no quotes; of the rest, such as a leading question mark, not every reader agrees."""


class _Representer(SafeRepresenter):
    """Amounts as plain decimals, exactly as many as they have; equal parts are written twice, never as aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _decimal(representer: SafeRepresenter, amount: Decimal) -> ScalarNode:
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:float", f"{amount:f}")
    return node


def _text(representer: SafeRepresenter, text: str) -> ScalarNode:
    if _DAY.fullmatch(text):
        day: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:timestamp", text)
        return day
    style = None if _PLAIN.fullmatch(text) else '"'
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Representer.add_representer(Decimal, _decimal)
_Representer.add_representer(str, _text)


def to_yaml(document: Document) -> str:
    """Small parts on one line, amounts with the decimals of the sale currency."""
    return _dumped(in_full(document), None, LINE_WIDTH)


def yaml_of(built: Any) -> str:
    """Any document of ours that was made plain."""
    return _dumped(built, None, LINE_WIDTH)


def in_full(document: Document) -> dict[str, Any]:
    """The values that YAML holds."""
    return to_builtins(document, lambda amount: _in_full(amount, document.sale_currency.decimals))


def written_entry(name: str, value: Any, indent: int) -> str:
    """A name with its value as ``to_yaml`` writes them, so far in, without the last line break."""
    if isinstance(value, dict | list) and value:
        return _indented(_dumped({name: value}, None, LINE_WIDTH - indent), indent)
    return f"{' ' * indent}{written_inline(name)}: {written_inline(value)}"


def written_member(value: Any, indent: int) -> str:
    """The same for a member of a list, behind its dash."""
    if isinstance(value, dict | list) and value:
        return _indented(_dumped([value], None, LINE_WIDTH - indent), indent)
    return f"{' ' * indent}- {written_inline(value)}"


def written_inline(value: Any) -> str:
    """A value on one line, as it may stand inside brackets too."""
    # As a value of something: alone in a list, a pair would lose its braces.
    return _dumped({"v": value}, True, INLINE_WIDTH).strip().removeprefix("{v: ").removesuffix("}")


def _dumped(value: Any, is_inline: bool | None, width: int) -> str:
    """``is_inline`` says nothing: small parts are on one line."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = is_inline
    yaml.allow_unicode = True
    yaml.width = width
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # a switch that ruamel types as None
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _indented(text: str, indent: int) -> str:
    return "\n".join(" " * indent + line for line in text.removesuffix("\n").split("\n"))


def to_json(document: Document) -> str:
    """Indented, with amounts as text, so that no reader turns them into binary fractions."""
    return json.dumps(to_builtins(document), ensure_ascii=False, indent=2) + "\n"


def _in_full(amount: Decimal, decimals: int) -> Any:
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and -exponent < decimals:
        return amount.quantize(Decimal(1).scaleb(-decimals))
    return amount
