"""Icons come from one vendored sprite; a name that is not in it is a mistake, found at once."""

from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "assidu/vendor/lucide.svg"


@cache
def known_icons() -> frozenset[str]:
    text = (Path(__file__).parent / "static" / SPRITE).read_text(encoding="utf-8")
    return frozenset(part.split('"', 1)[0] for part in text.split('<symbol id="')[1:])


def icon(name: str, css: str = "") -> SafeString:
    """An icon beside words; it says nothing by itself to a screen reader."""
    if name not in known_icons():
        raise KeyError(f"no icon {name!r} in the sprite")
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        static(SPRITE),
        name,
    )
