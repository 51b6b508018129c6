"""The built site as Chromium shows it, on a desk and on a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from publish_sample import everything, hostile

from reconciler.publish import pages
from reconciler.system.site import build_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


class Visit:
    """One page in Chromium, and everything it asked for or complained about."""

    def __init__(self, browser: Any, address: str, viewport: dict[str, int]) -> None:
        self.address = address
        self.context = browser.new_context(viewport=viewport)
        self.page = self.context.new_page()
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda each: self.hosts.add(urlsplit(each.url).netloc))
        self.page.on("pageerror", lambda each: self.complaints.append(str(each)))
        self.page.on("dialog", lambda each: (self.complaints.append("dialog"), each.dismiss()))
        self.page.on(
            "console",
            lambda each: self.complaints.append(each.text) if each.type == "error" else None,
        )

    def go(self, path: str) -> Any:
        self.page.goto(f"{self.address}/{path}")
        return self.page

    @property
    def overflow(self) -> int:
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )


@pytest.fixture(scope="module")
def site(
    chromium: str, tmp_path_factory: pytest.TempPathFactory, serving: Callable[[Path], Any]
) -> Iterator[str]:
    into = tmp_path_factory.mktemp("site")
    build_site(pages(everything()), docs=None, config=None, into=into, title="Harbour")
    with serving(into) as (address, _):
        yield address


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, browser: Any, site: str) -> Iterator[Visit]:
    found = Visit(browser, site, request.param)
    yield found
    found.context.close()


PATHS = [
    "index.html",
    "deployments/index.html",
    "deployments/production.shop.25.html",
    "deployments/test.shop.29.html",
    "apps/shop.html",
    "environments/production.html",
    "environments/index.html",
    "welcome.html",
]


def test_no_page_asks_another_host_or_is_wider_than_the_screen(visit: Visit, site: str) -> None:
    for path in PATHS:
        visit.go(path)
        assert visit.overflow <= 0, path
    assert visit.hosts == {urlsplit(site).netloc}
    assert visit.complaints == []


def test_the_matrix_leads_to_the_pages_of_deployments(visit: Visit) -> None:
    page = visit.go("index.html")
    link = page.locator("table").first.get_by_role("link", name="⏸ held").last
    link.click()
    page.wait_for_url("**/deployments/production.shop.25.html")
    assert "Harbour Shop in Production: 1.3.0" in page.locator("h1").inner_text()
    assert page.locator("svg.tb-timeline").bounding_box()["width"] > 300


def test_every_status_is_said_in_a_word_and_in_its_colour(visit: Visit) -> None:
    page = visit.go("index.html")
    words = {each.strip() for each in page.locator(".tb-cell").all_inner_texts()}
    assert {
        "✔ runs", "⟳ deploying", "⟳ about to deploy", "⏸ held", "✖ stuck", "✖ broken", "— nothing",
    } <= words  # fmt: skip
    colours = page.evaluate(
        "[...document.querySelectorAll('.tb-cell:is(.tb-runs,.tb-held,.tb-stuck)')].map(e => getComputedStyle(e).color)"
    )
    assert len(set(colours)) == 3


def test_on_a_phone_a_row_of_the_matrix_is_a_card_with_named_places(
    browser: Any, site: str
) -> None:
    visit = Visit(browser, site, PHONE)
    page = visit.go("index.html")
    first = page.locator("table").first
    assert first.evaluate("e => getComputedStyle(e.querySelector('thead')).display") == "none"
    label = (
        first.locator("tbody td").nth(1).evaluate("e => getComputedStyle(e, '::before').content")
    )
    assert label == '"Development"'
    visit.context.close()


def test_without_script_the_pages_say_the_same(browser: Any, site: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/index.html")
    assert "wants 1.3.0, runs 1.2.0" in page.locator("table").first.inner_text()
    assert "3 h ago · 2026-11-20 10:30" in page.locator("table").first.inner_text()
    context.close()


def test_a_page_from_disk_works_too(browser: Any, tmp_path: Path) -> None:
    build_site(pages(everything()), docs=None, config=None, into=tmp_path, title="Harbour")
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto((tmp_path / "current").resolve().joinpath("index.html").as_uri())
    page.locator("table").first.get_by_role("link", name="⏸ held").last.click()
    page.wait_for_url("**/production.shop.25.html")
    context.close()


def test_no_script_from_data_runs_and_no_data_become_markup(  # X19 X20 B38
    browser: Any, tmp_path: Path, serving: Callable[[Path], Any]
) -> None:
    inputs = hostile()
    build_site(pages(inputs), docs=None, config=None, into=tmp_path, title=inputs.title)
    with serving(tmp_path) as (address, _):
        visit = Visit(browser, address, PHONE)
        for path in (
            "index.html",
            "apps/shop.html",
            "apps/index.html",
            "environments/production.html",
            "deployments/index.html",
            "deployments/production.shop.3.html",
        ):
            page = visit.go(path)
            body = page.locator("body")
            assert "<script>alert(1)</script>|`x`{{ config }}" in body.inner_text(), path
            assert page.locator(".md-content img").count() == 0
            assert page.locator("a[href^='javascript']").count() == 0
            assert "<script>alert(1)" in page.title() or path.endswith("index.html")
            assert visit.overflow <= 0, path
        visit.context.close()
        visit = Visit(browser, address, DESK)
        page = visit.go("index.html")
        page.locator(".md-search__input").click()
        page.keyboard.type("brought")
        found = page.locator(".md-search-result__item").first
        found.wait_for()
        assert "<script>alert(1)" in found.inner_text()
        assert visit.complaints == []
        assert visit.hosts == {urlsplit(address).netloc}
        visit.context.close()
