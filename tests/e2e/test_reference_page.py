"""The reference in a browser: a headless Chromium opens it, searches it, and tries an operation with a typed token."""

import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.server import Server

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SECONDS = 20
# It shows a page of ours and calls nobody else, not even its maker.
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1300,1100"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("e2e"),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver on PATH"),
]


class Page:
    """The reference as a person sees it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def find(self, selector: str) -> WebElement:
        """What a CSS selector finds, as soon as it can be seen."""
        wait: WebDriverWait[webdriver.Chrome] = WebDriverWait(self.driver, SECONDS)
        return wait.until(lambda _: next(filter(WebElement.is_displayed, self.all(selector)), None) or False)

    def all(self, selector: str) -> list[WebElement]:
        found: list[WebElement] = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def wait_for(self, selector: str, count: int) -> None:
        """Until a selector finds so many."""
        WebDriverWait(self.driver, SECONDS).until(lambda _: len(self.all(selector)) == count)

    def errors(self) -> list[str]:
        """What the console says of errors, and of what its policy does not let it do."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for option in OPTIONS:
        options.add_argument(option)
    options.binary_location = CHROMIUM or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield chrome
    chrome.quit()


@pytest.fixture(params=["/", "/docs"])
def page(request: pytest.FixtureRequest, server: Server, driver: webdriver.Chrome) -> Page:
    driver.get(f"http://127.0.0.1:{server.port}{request.param}")
    opened = Page(driver)
    opened.find(".opblock")
    return opened


def authorize(page: Page, **credentials: str) -> None:
    """Type credentials into the dialog, each under the name of its security scheme."""
    page.find(".btn.authorize").click()
    page.find(".auth-container")
    for container in page.all(".auth-container"):
        name = container.find_element(By.CSS_SELECTOR, "h4 code").text
        if name in credentials:
            container.find_element(By.CSS_SELECTOR, "input").send_keys(credentials[name])
            container.find_element(By.CSS_SELECTOR, "button.authorize").click()
    page.find(".close-modal").click()


def test_an_operation_is_tried_with_a_token_that_is_typed_in(page: Page) -> None:
    authorize(page, bearer="local-admin-token", account_header="1")
    page.find("#operations-tasks-retrieve_task .opblock-summary-control").click()
    page.find("#operations-tasks-retrieve_task .try-out__btn").click()
    page.find("tr[data-param-name='task_id'] input").clear()
    page.find("tr[data-param-name='task_id'] input").send_keys("2")
    page.find("#operations-tasks-retrieve_task .execute").click()
    assert page.find(".live-responses-table .response .response-col_status").text == "200"
    assert '"name": "Programming"' in page.find(".live-responses-table .highlight-code").text
    assert page.errors() == []


@pytest.mark.parametrize(("phrase", "found"), [("archive", "v1_activate_task"), ("DELETE A TASK", "delete_task")])
def test_a_search_finds_what_is_said_of_operations(phrase: str, found: str, page: Page) -> None:
    everything = len(page.all(".opblock"))
    page.find(".operation-filter-input").send_keys(phrase)
    WebDriverWait(page.driver, SECONDS).until(lambda _: 0 < len(page.all(".opblock")) < everything)
    assert [block for block in page.all(".opblock") if (block.get_attribute("id") or "").endswith(f"-{found}")]
    assert page.errors() == []


def test_a_search_for_what_is_nowhere_finds_nothing(page: Page) -> None:
    page.find(".operation-filter-input").send_keys("no operation says this")
    page.wait_for(".opblock", 0)
    assert page.errors() == []
