"""The page: complete in one file, safe whatever the workflow says, and its two sides lead to each other."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gha2tekton.conversion import Conversion
from gha2tekton.output import rendering

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
browser = pytest.mark.skipif(BROWSER is None, reason="there is no chromium to open the page in")

VOID = {"meta", "input", "br", "li"}
"""Elements without an end, or whose end may be left out."""


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        self.outside += [name for name in ("src", "srcset", "action") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(everything: Conversion) -> str:
    return rendering("html", [everything])


def test_the_page_is_whole_and_needs_no_network(text: str) -> None:
    page = Page(text)
    assert page.open == []
    assert page.outside == []
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert "default-src 'none'" in text


def test_what_a_workflow_says_is_shown_and_not_done(text: str) -> None:
    assert "<b>it</b>" not in text
    assert "&lt;b&gt;it&lt;/b&gt;" in text


def test_several_workflows_and_refused_ones_are_told(everything: Conversion, refused: Conversion) -> None:
    page = Page(rendering("html", [everything, refused]))
    assert len(page.ids) == len(set(page.ids))
    assert "#w1" in page.links


def opened(page: Path, fragment: str = "", script: str = "") -> str:
    """The page's elements once its program has run; ``script`` runs after it."""
    shown = page.with_name("shown.html")
    shown.write_text(page.read_text().replace("</body>", f"<script>{script}</script></body>"))
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=500,900", "--virtual-time-budget=2000"]
    place = f"{shown.as_uri()}#{fragment}"
    done = subprocess.run(
        [str(BROWSER), *arguments, "--dump-dom", place], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


@pytest.fixture
def page(text: str, tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(text)
    return path


def lit(dom: str, side: str) -> list[int]:
    return [int(line) for line in re.findall(rf'class="row[^"]* on" id="w0{side}\d+-(\d+)"', dom)]


@pytest.mark.slow
@browser
def test_a_line_of_the_workflow_lights_up_what_it_became(page: Path) -> None:
    dom = opened(page, "w0s0-11")
    assert lit(dom, "s") == [11]
    (line,) = lit(dom, "o")
    told = dom[dom.index('class="told"') :]
    assert "no rule knows nobody/signs@v1" in told[: told.index("</div>")]
    back = opened(page, re.findall(rf'on" id="(w0o\d+-{line})"', dom)[0])
    assert lit(back, "s") == [11]


@pytest.mark.slow
@browser
def test_on_a_phone_nothing_sticks_out(page: Path) -> None:
    wide = "document.body.dataset.out = document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert 'data-out="0"' in opened(page, script=wide)


@pytest.mark.slow
@browser
def test_a_thing_that_is_done_is_told_by_its_box(page: Path) -> None:
    script = "document.querySelector('ol.work input').click(); document.body.dataset.done = "
    script += "getComputedStyle(document.querySelector('ol.work li')).opacity"
    assert 'data-done="0.5"' in opened(page, script=script)
