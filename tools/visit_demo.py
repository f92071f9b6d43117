"""Signs in to a demo over HTTP, as a browser would, and looks whether its screens hold a year.

    python tools/visit_demo.py http://127.0.0.1:8000/ demo.json

`demo.json` is what `assidu demo --json` answered. Needs the standard library alone: it runs beside an installed wheel.
"""

import http.cookiejar
import json
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

FIGURE = re.compile(r'<span class="figure">\s*([^<]*)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SECONDS_MAX = 60


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, address: str) -> None:
        self._address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def page(self, path: str, **form: str) -> str:
        """The text of a page; with a form it is sent. A status that is not 2xx is an error."""
        sent = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self._address + path, sent)  # noqa: S310 (the address is the server's own)
        with self._opener.open(request, timeout=SECONDS_MAX) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str, password: str) -> None:
        token = TOKEN.search(self.page("sign-in/"))
        assert token, "the door has no form"
        inside = self.page("sign-in/", csrfmiddlewaretoken=token[1], email=email, password=password)
        assert 'class="house' in inside, f"{email} was not let in"


def digits(figure: str) -> int:
    """What is left of a figure without its spaces and signs: 0 exactly when it says nothing."""
    return int("".join(letter for letter in figure if letter.isdigit()) or 0)


def main(address: str, answer: Path) -> None:
    people = {one["role"]: one for one in json.loads(answer.read_text(encoding="utf-8"))["sign_ins"]}
    for role, page in (("management", "dashboard/"), ("store", "customers/")):
        visitor = Visitor(address)
        visitor.sign_in(people[role]["email"], people[role]["password"])
        began = time.monotonic()
        text = visitor.page(page)
        seconds = time.monotonic() - began
        if role == "management":
            figures = FIGURE.findall(text)
            assert len(figures) >= 8, f"the dashboard shows {len(figures)} figures"
            assert all(digits(figure) for figure in figures[:7]), f"nothing in {figures}"
            print(f"dashboard at first sight: {seconds:.1f} s, {' | '.join(f.strip() for f in figures)}")
        else:
            found = re.search(r'href="(/customers/[0-9a-f-]{36}/)"', text)
            assert found, "the store sees no customer of its own"
            assert 'class="moment"' in visitor.page(found[1].lstrip("/")), "a customer without history"
            print(f"a customer of the store: {found[1]}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
