"""What stands in a cell of a table: small pieces of HTML, escaped, used by the lists."""

from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.icons import icon

EMPTY = format_html('<span class="muted">{}</span>', "–")


def pill(text: object, tone: str = "") -> SafeString:
    return format_html('<span class="pill {}">{}</span>', tone, text)


def pills(texts: tuple[object, ...], tone: str = "") -> SafeString:
    return format_html_join(" ", '<span class="pill {}">{}</span>', ((tone, text) for text in texts))


def linked(address: str, text: object, below: object = "") -> SafeString:
    """The cell that opens the row's page, with a second line in small."""
    link = format_html('<a class="main-link" href="{}">{}</a>', address, text)
    return format_html('{}<span class="sub">{}</span>', link, below) if below else link


def two_lines(text: object, below: object) -> SafeString:
    return format_html('{}<span class="sub">{}</span>', text, below)


def code(text: object) -> SafeString:
    return format_html('<span class="code">{}</span>', text)


def person(address: str, initials: str, name: object, below: object) -> SafeString:
    return format_html(
        '<span class="person"><span class="avatar" aria-hidden="true">{}</span><span>{}</span></span>',
        initials,
        linked(address, name, below) if address else two_lines(format_html("<b>{}</b>", name), below),
    )


def when(value: datetime | None) -> SafeString:
    if value is None:
        return EMPTY
    return format_html(
        '<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), formats.moment(value)
    )


def invented() -> SafeString:
    """The mark beside what the demonstration made up."""
    return format_html(
        '<span class="invented" title="{0}">{1}<span class="sr">{0}</span></span>',
        _("Invented"),
        icon("sparkles"),
    )


def with_icon(name: str, text: object) -> SafeString:
    return format_html('<span class="marker">{} {}</span>', icon(name), text)
