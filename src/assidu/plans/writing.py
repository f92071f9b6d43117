"""A document as a file: YAML to be read and edited by people, JSON for programs. ``plans.reading`` reads both back."""

import json
import re
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import ScalarNode

from assidu.plans.document import Document
from assidu.plans.identity import to_builtins

LINE_WIDTH = 110
INLINE_WIDTH = 1_000_000
_BOOLEAN = "tag:yaml.org,2002:bool"
_NUMBER = "tag:yaml.org,2002:float"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\U([0-9A-F]{8})")
"""libyaml writes what lies beyond the first plane of Unicode, such as emojis, as numbers."""
_PLAIN = re.compile(r"\w[\w '’€-]*")
"""Text that surely needs no quotes; of the rest, such as a leading question mark, not every reader agrees."""


class _Dumper(yaml.CSafeDumper):
    """Amounts as plain decimals, exactly as many as they have; equal parts are written twice, never as aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _decimal(dumper: _Dumper, amount: Decimal) -> ScalarNode:
    node: ScalarNode = dumper.represent_scalar(_NUMBER, f"{amount:f}")
    return node


def _text(dumper: _Dumper, text: str) -> ScalarNode:
    if _DAY.fullmatch(text):
        day: ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:timestamp", text)
        return day
    style = None if _PLAIN.fullmatch(text) else '"'
    node: ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


# YAML 1.2, as editors and our reader have it: "on" and "no" are words, 1e3 is a number.
_Dumper.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in forms if tag != _BOOLEAN]
    for letter, forms in _Dumper.yaml_implicit_resolvers.items()
}
_Dumper.add_implicit_resolver(_BOOLEAN, re.compile("true|false"), list("tf"))
_Dumper.add_implicit_resolver(_NUMBER, re.compile(r"\d+[eE][-+]?\d+"), list("0123456789"))
_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(str, _text)


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
    written: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=is_inline,
        allow_unicode=True,
        width=width,
        sort_keys=False,
    )
    return _ESCAPED.sub(_unescaped, written)


def _unescaped(found: re.Match[str]) -> str:
    letter = chr(int(found[2], 16))
    return found[1] + letter if letter.isprintable() else found[0]


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
