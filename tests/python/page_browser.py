"""Chromium for tests of the pages that `smdm-eval report` writes, and what they share.

A test script says that it is skipped (exit code 77) without Chromium (SMDM_CHROMIUM names one that is not on the PATH), or without the
packages playwright and axe-playwright-python.
"""
import base64
import gzip
import json
import os
import re
import shutil
import sys
import time
import unittest

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError as missing:
    print(f"SKIPPED: no Python package {missing.name} (./run-tests --with-python installs it)")
    sys.exit(77)

CHROMIUM = os.environ.get("SMDM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
POLICY = r"default-src 'none'; script-src ('sha256-[A-Za-z0-9+/=]+' ?)+; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
THEMES = ["light", "dark"]
WIDTHS = [390, 1024, 1600]

if not CHROMIUM:
    print("SKIPPED: no Chromium here (Debian's package chromium, or a path in SMDM_CHROMIUM)")
    sys.exit(77)


class Browser:
    """One Chromium for all tests, and what its pages said and asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.messages = []
        self.requests = []
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)

    def open(self, file, part="", width=1024, theme="light", javascript=True):
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=javascript)
        page = context.new_page()
        page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.messages.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        address = file.resolve().as_uri()
        page.on("request", lambda request: self.requests.append(request.url) if request.url.split("#")[0] != address else None)
        page.goto(address + part)
        if javascript:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    def close(self):
        self.chromium.close()
        self.playwright.stop()


def until(page, condition):
    """Waits until a condition of the page holds. (Playwright's own wait builds functions in the page, which the policy refuses.)"""
    ends = time.monotonic() + 60
    while not page.evaluate(condition):
        if time.monotonic() > ends:
            raise AssertionError(f"never came true: {condition}")
        time.sleep(0.02)


def drawn(page):
    """Waits until every picture is there."""
    until(page, "[...document.querySelectorAll('figure.picture .drawing')].every((place) => place.querySelector('svg'))")


def near_documents(page):
    page.evaluate("document.querySelector('#documents').scrollIntoView({behavior: 'instant'})")
    until(page, "document.querySelector('.list')?.getAttribute('aria-busy') === 'false'")


def status_after(page, action):
    """What the explorer says once an action has been answered."""
    action()
    until(page, "document.querySelector('.list').getAttribute('aria-busy') === 'false'")
    return page.inner_text(".explorer > .toolbar output")


class PageTest(unittest.TestCase):
    browser = None
    file = None
    hostile = None
    maker = None

    def setUp(self):
        self.began = time.monotonic()
        self.browser.messages.clear()
        self.browser.requests.clear()
        self.pages = []

    def tearDown(self):
        for page in self.pages:
            page.context.close()
        if os.environ.get("SMDM_TIMES"):
            print(f"{time.monotonic() - self.began:6.1f} s {self.id()}", file=sys.stderr)
        self.assertEqual(self.browser.messages, [])
        self.assertEqual(self.browser.requests, [])

    def open(self, part="", file=None, **how):
        page = self.browser.open(file or self.file, part, **how)
        self.pages.append(page)
        return page


def documents_of(file):
    """The documents of a page by task, with their texts, read out of the file itself."""
    found = {}
    for task, packed in re.findall(r'class="chunk" [^>]*data-task="(\w+)"[^>]*>"([^"]*)"', file.read_text(encoding="utf-8")):
        content = json.loads(gzip.decompress(base64.b64decode(packed)))
        for item in content["documents"]:
            item["text"] = content["strings"].__getitem__
            item["strings"] = content["strings"]
            item["prompt_text"] = None if item["prompt"] is None else content["strings"][item["prompt"]]
        found.setdefault(task, []).extend(content["documents"])
    return found


def serious_faults(page, where):
    """What axe finds serious or critical, a line each."""
    found = Axe().run(page).response["violations"]
    return [f"{where}: {fault['id']} ({fault['impact']}): {node['html'][:150]}" for fault in found for node in fault["nodes"][:3]
            if fault["impact"] in ("serious", "critical")]


def run(suite, folder):
    """Runs tests with one browser; the exit code."""
    PageTest.browser = Browser(folder)
    try:
        return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1
    finally:
        PageTest.browser.close()
