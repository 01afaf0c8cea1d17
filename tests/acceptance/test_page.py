"""The page in a real browser: from the sign-in link to a finished comparison, by mouse, by keyboard, on a phone.

Needs the built page (``make page``) and Chromium; says so and is skipped where one of them is absent.
"""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.live import ROOT, LiveServer

pytestmark = pytest.mark.browser

PAGE = ROOT / "web" / "dist" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
QUIETLY = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 780}
PATIENCE = 20_000  # milliseconds for one answer of the server
FORECAST_PATIENCE = 240_000  # milliseconds for a quick forecast on a busy machine


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    if not PAGE.is_file():
        pytest.skip("the page has not been built; `make page` builds it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=QUIETLY)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def cookies(browser: Browser, server: LiveServer) -> Any:
    """What a browser keeps after the planner has followed a sign-in link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.sign_in_link())
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    kept = context.storage_state()
    context.close()
    return kept


def signed_in(browser: Browser, server: LiveServer, cookies: Any, viewport: ViewportSize = DESK) -> BrowserContext:
    # The content security policy keeps scripts out, axe too; it is looked at in the tests of the server.
    context = browser.new_context(
        base_url=server.address, storage_state=cookies, viewport=viewport, locale="en-US", bypass_csp=True
    )
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(browser: Browser, server: LiveServer, cookies: Any) -> Iterator[Page]:
    """A page at a desk, signed in as the planner; any fault in its console fails the test."""
    context = signed_in(browser, server, cookies)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


def test_without_a_link_the_page_says_how_to_get_one(browser: Browser, server: LiveServer) -> None:
    context = browser.new_context(base_url=server.address, locale="en-US")
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in to see your plans")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("milepost sign-in-link")).to_be_visible()
    context.close()


def test_the_overview_shows_how_the_sample_state_stands(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1, name="Sample State")).to_be_visible()
    expect(page.get_by_text("Generated sample data, not a real organization.")).to_be_visible()
    expect(page.get_by_text("60 districts", exact=True)).to_be_visible()
    expect(page.get_by_text("600 schools", exact=True)).to_be_visible()
    expect(page.get_by_text("50 of 600 shown")).to_be_visible()
    counts = page.locator(".counts").first.inner_text()
    numbers = [int(figure.replace(",", "")) for figure in re.findall(r"^[\d,]+", counts, re.MULTILINE)]
    total = page.get_by_role("heading", name=re.compile(r"Milestones [\d,]+ milestones")).inner_text()
    assert sum(numbers) == int(re.sub(r"\D", "", total))
    assert page.locator("svg.sparkline").count() > 40


def test_schools_are_found_and_the_view_can_be_sent_to_a_colleague(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Support", exact=True).select_option("Identified for support")
    expect(page.get_by_text("50 of 90 shown")).to_be_visible()
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_text("90 of 90 shown")).to_be_visible()
    page.get_by_label("Name contains").fill("alder")
    expect(page.get_by_role("button", name="Remove filter: “alder”")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^(?!90)(\d+) of \1 shown$"))).to_be_visible()
    sent = page.url
    assert "q=alder" in sent
    assert "identified=yes" in sent
    rows = page.locator("tbody tr").count()
    page.goto(sent)
    expect(page.locator("tbody tr")).to_have_count(rows)
    page.get_by_label("Name contains").fill("no school is called this")
    expect(page.get_by_text("No school fits these filters")).to_be_visible()


def test_a_school_shows_its_plan_and_why_a_reading_is_not_there(page: Page) -> None:
    page.goto("/?identified=yes")
    page.locator("tbody tr").first.get_by_role("link").first.click()
    expect(page.get_by_text(re.compile("Identified for .* support and improvement"))).to_be_visible()
    for part in ("Goals", "Milestones in time", "Readings", "Supports"):
        expect(page.get_by_role("heading", name=part, exact=True)).to_be_visible()
    timeline = page.get_by_role("region", name="Milestones in time")
    timeline.get_by_role("button", name="Show as a table").click()
    assert timeline.locator("tbody tr").count() >= 4
    readings = page.get_by_role("region", name="Readings")
    readings.get_by_label("Student group").select_option("English learners")
    expect(readings.get_by_text("Hidden: Not shown, to protect a small group of students.").first).to_be_visible()


def test_a_goal_shows_its_readings_its_path_and_a_table_of_the_same(page: Page) -> None:
    page.goto("/?identified=yes")
    page.locator("tbody tr").first.get_by_role("link").first.click()
    page.locator(".goal-line").first.get_by_role("link").click()
    page.wait_for_url("**/g/*")
    path = page.get_by_role("region", name="Readings and the path to the aim")
    expect(path.get_by_role("img", name=re.compile(r"\d readings?, .*20\d\d–\d\d"))).to_be_visible()
    path.get_by_role("button", name="Show as a table").click()
    expect(path.get_by_role("columnheader", name="Reading")).to_be_visible()


def test_everything_is_in_reach_of_the_keyboard(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find an organization")).to_be_focused()
    page.keyboard.type("alder hill")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/o/*")
    expect(page.get_by_role("heading", level=1, name=re.compile("Alder Hill"))).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    first = page.locator("tbody tr").nth(0).get_by_role("link").first
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("tbody tr").nth(1).get_by_role("link").first).to_be_focused()


def test_the_page_speaks_spanish(page: Page) -> None:
    page.goto("/")
    page.locator(".me summary").click()
    page.get_by_label("Language").select_option("Español")
    expect(page.get_by_role("heading", name="Escuelas")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "es"


@pytest.mark.slow
def test_a_planner_asks_what_if_and_gets_a_comparison(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Ask what if").click()
    page.get_by_label("How exact").select_option("Quick look, 40 worlds")
    # A copy would otherwise run by itself, sooner or later than the refusals below are read.
    page.get_by_label("Run by itself after a change").uncheck()
    page.get_by_role("button", name="Copy it and change").click()
    name = page.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_value("What is funded now, variation 1")

    coaches = page.get_by_role("textbox", name="Improvement coaches, Every year")
    was = coaches.input_value()
    coaches.fill("-1")
    expect(coaches).to_have_attribute("aria-invalid", "true")
    told = page.locator(".pool", has=coaches).get_by_role("alert")
    expect(told).to_contain_text(re.compile(r"Improvement coaches in 20\d\d: -1"))

    expect(page.locator(".pool", has=coaches).locator(".complaint")).to_have_count(1)
    expect(page.locator(".pool", has=coaches).locator(".pool-cost")).not_to_contain_text("costs")
    expect(page.locator(".budget-words")).to_have_text("Mend the amounts to see what they cost")

    coaches.fill("400")
    refusal = page.locator(".budget").get_by_role("alert")
    expect(refusal).to_contain_text(re.compile(r"more than the budget of \$[\d,]+"))
    expect(page.get_by_text("Not saved: mend what is marked")).to_be_visible()

    coaches.fill(str(int(was) // 2))
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_label("Who is served first").select_option("Worst first")
    name.fill("Half as many coaches")
    expect(page.get_by_role("button", name="Half as many coaches", exact=True)).to_be_visible()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    # "Again" where somebody has run one in this state before.
    page.get_by_role("button", name=re.compile("^Run (the forecast|again)$")).click()
    expect(page.get_by_text(re.compile(r"\d+ of 40 replications"))).to_be_visible(timeout=FORECAST_PATIENCE)
    expect(page.get_by_text(re.compile("^Finished: 40 replications"))).to_be_visible(timeout=FORECAST_PATIENCE)
    expect(page.locator(".verdict")).to_have_text(
        re.compile(
            r"“Half as many coaches” against “What is funded now”"
            r"[\d.]+ (more|fewer), 95\s%\sinterval .* to .*; better in (\d+|none|all) of 40 worlds",
            re.IGNORECASE,
        )
    )
    expect(page.get_by_role("img", name=re.compile(r"milestones expected, 95\s% interval"))).to_be_visible()

    waits = page.get_by_role("tabpanel", name="Waits")
    expect(waits.get_by_role("region", name="Improvement coaches")).to_contain_text("Requests served")
    page.get_by_role("tab", name="Schools").click()
    expect(page.locator("tbody tr")).not_to_have_count(0)
    page.get_by_role("tab", name="Milestones").click()
    chances = page.get_by_role("table", name="Milestones")
    expect(chances.get_by_role("cell").first).to_contain_text(re.compile(r"in 10|never|always"))
    chances.get_by_role("row").nth(1).get_by_role("button").click()
    expect(page.get_by_role("tab", name="Path of a goal")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("img", name=re.compile("Under Half as many coaches it is expected at"))).to_be_visible()

    # What is on the page can be sent: the same address shows the same answer.
    sent, verdict = page.url, page.locator(".verdict").text_content() or ""
    page.goto(sent)
    expect(page.locator(".verdict")).to_have_text(verdict)

    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Half as many coaches", exact=True)).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_place_is_accessible_and_fits(
    browser: Browser, server: LiveServer, cookies: Any, viewport: ViewportSize
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; `npm ci` in web/ installs it")
    context = signed_in(browser, server, cookies, viewport)
    page = context.new_page()
    page.goto("/?identified=yes")
    school = page.locator("tbody tr").first.get_by_role("link").first
    school.wait_for()
    places = ["/", str(school.get_attribute("href"))]
    page.goto(places[1])
    goal = page.locator(".goal-line").first.get_by_role("link")
    goal.wait_for()
    places += [str(goal.get_attribute("href")), "/what-if", "/nowhere"]
    for place in places:
        page.goto(place)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.locator(".bone")).to_have_count(0)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{place} is {wider} pixels wider than the window"
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
        assert [
            (violation["id"], [node["target"] for node in violation["nodes"]][:3]) for violation in found["violations"]
        ] == [], place
    context.close()
