"""The page of `smdm-eval report` in Chromium: what it draws, what its controls do, and that it asks nobody for anything.

usage: report_page.py FOLDER TEST...

Pages are those of made_up_report.py, written into FOLDER. Screenshots: leaves pictures of every section, at three widths and in both
themes, in FOLDER for a person to look at. Many: prints the size and the times of a page with as many documents as all benchmarks of the
paper have together.
"""
import csv
import io
import pathlib
import sys
import unittest

import made_up_report
from page_browser import POLICY, THEMES, WIDTHS, PageTest, drawn, near_documents, run, serious_faults, status_after, until

ALL_QUESTIONS = 26178  # of all benchmarks of the paper


class Frame(PageTest):
    def test_policy_forbids_all_requests(self):
        page = self.open()
        policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
        self.assertRegex(policy, f"^{POLICY}$")
        # What a page could ask with is refused; the refusal is a message, and the only one.
        refused = page.evaluate("fetch('http://127.0.0.1:9/').then(() => false, () => true)")
        self.assertTrue(refused)
        self.assertTrue(all("Content Security Policy" in message for message in self.browser.messages), self.browser.messages)
        self.browser.messages.clear()
        self.assertEqual(page.locator("[src], link[href], [style*='url(']").count(), 0)

    def test_every_view_and_theme_says_nothing(self):
        for theme in THEMES:
            page = self.open(theme=theme)
            drawn(page)
            near_documents(page)
            for task in page.locator(".explorer select").first.locator("option").all():
                page.locator(".explorer select").first.select_option(task.get_attribute("value"))
                page.wait_for_timeout(50)
            for choice in page.locator(".choices select").all():
                for entry in choice.locator("option").all():
                    choice.select_option(entry.get_attribute("value"))

    def test_no_width_scrolls_the_page_sideways(self):
        for file, width in [(self.hostile, 320), (self.file, 320), *((self.file, width) for width in WIDTHS)]:
            page = self.open(file=file, width=width)
            drawn(page)
            near_documents(page)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)

    def test_keyboard_reaches_the_content_and_shows_where_it_is(self):
        page = self.open()
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.className"), "skip")
        page.keyboard.press("Tab")
        self.assertNotEqual(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none")
        page.locator("#overview-table thead th button").nth(3).focus()
        page.keyboard.press("Enter")
        self.assertEqual(page.get_attribute("#overview-table thead th:nth-child(4)", "aria-sort"), "ascending")

    def test_theme_follows_system_and_choice(self):
        page = self.open(theme="dark")
        paper = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
        dark = paper()
        page.get_by_role("button", name="Light").click()
        light = paper()
        self.assertNotEqual(dark, light)
        self.assertEqual(page.get_attribute(".theme button[value=light]", "aria-pressed"), "true")
        page.reload()
        page.wait_for_selector("html[data-ready]", state="attached")
        self.assertEqual(paper(), light)
        page.get_by_role("button", name="System").click()
        self.assertEqual(paper(), dark)

    def test_print(self):
        page = self.open(theme="dark")
        drawn(page)
        near_documents(page)
        page.emulate_media(media="print")
        self.assertEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        for hidden in ["body > nav", ".theme", ".toolbar"]:
            self.assertFalse(page.locator(hidden).first.is_visible(), hidden)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(page.locator("figure details:not([open])").count(), 0)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(page.locator("figure details[open]").count(), 0)
        self.assertGreater(len(page.pdf()), 50_000)

    def test_without_javascript(self):
        page = self.open(javascript=False)
        self.assertTrue(page.locator("noscript").is_visible())
        self.assertEqual(page.locator("#overview-table tbody tr").count(), 2 * len(self.maker.tasks))
        for task in self.maker.tasks:
            self.assertEqual(page.locator(f"[data-task={task['id']}] .document").count(), min(50, task["documents"]))
        self.assertFalse(page.locator(".toolbar").count())


class Tables(PageTest):
    def column(self, page, number):
        return page.locator(f"#overview-table tbody tr:visible > :nth-child({number})").all_inner_texts()

    def test_values_are_the_data_s(self):
        page = self.open()
        values = page.eval_on_selector_all("#overview-table tbody td:nth-child(4)", "cells => cells.map((cell) => Number(cell.dataset.value))")
        self.assertEqual(values, [result["value"] for task in self.maker.tasks for result in task["results"]])

    def test_sorting(self):
        page = self.open()
        written = self.column(page, 4)
        button = page.locator("#overview-table thead th button").nth(3)
        button.click()
        self.assertEqual([float(value) for value in self.column(page, 4)], sorted(float(value) for value in written))
        button.click()
        self.assertEqual(page.get_attribute("#overview-table thead th:nth-child(4)", "aria-sort"), "descending")
        self.assertEqual([float(value) for value in self.column(page, 4)], sorted((float(value) for value in written), reverse=True))
        button.click()
        self.assertEqual(self.column(page, 4), written)
        # Cells without a number come last, whichever way.
        button = page.locator("#overview-table thead th button").nth(5)
        for _ in range(2):
            button.click()
            self.assertEqual(self.column(page, 6)[-len(self.maker.tasks):], ["–"] * len(self.maker.tasks))

    def test_filter(self):
        page = self.open()
        page.get_by_label("Filter rows of Values").fill("hella arm")
        page.wait_for_timeout(200)
        self.assertEqual(self.column(page, 1), ["hellaswag"])
        self.assertEqual(page.inner_text("#overview-table output"), f"1 of {2 * len(self.maker.tasks)} rows")

    def copied(self, page, name):
        page.evaluate("() => { navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }; }")
        page.locator("#overview-table").get_by_role("button", name=name).click()
        until(page, "window.copied")
        return page.evaluate("window.copied")

    def test_copies(self):
        page = self.open()
        page.get_by_label("Filter rows of Values").fill("piqa")
        page.wait_for_timeout(200)
        rows = list(csv.reader(io.StringIO(self.copied(page, "Copy as CSV"))))
        self.assertEqual([row[0] for row in rows], ["Task", "piqa", "piqa"])
        self.assertEqual([float(row[3]) for row in rows[1:]], [result["value"] for result in self.maker.tasks[0]["results"]])
        page.evaluate("window.copied = ''")
        lines = self.copied(page, "Copy as Markdown").strip().split("\n")
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[1], r"^\|[-:|]+\|$")
        self.assertIn("| piqa |", lines[2])

    def test_copies_without_a_clipboard(self):
        page = self.open()
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
        page.evaluate("document.addEventListener('copy', () => { window.copied = document.activeElement.value; })")
        page.locator("#overview-table").get_by_role("button", name="Copy as CSV").click()
        until(page, "window.copied")
        self.assertTrue(page.evaluate("window.copied").startswith("Task,Run"))
        page.evaluate("() => { document.execCommand = () => false; }")
        page.locator("#overview-table").get_by_role("button", name="Copy as Markdown").click()
        self.assertTrue(page.locator(".by-hand").input_value().startswith("| Task"))


class Pictures(PageTest):
    def marks(self, page, key, label):
        return page.locator(f"figure[data-picture={key}] svg g[aria-label='{label}'] > *").count()

    def test_every_value_has_its_mark(self):
        page = self.open()
        drawn(page)
        bars = 2 * len(self.maker.tasks)
        wanted = {
            ("intervals", "dot"): bars, ("intervals", "rule"): bars + bars // 2,
            ("cost", "dot"): bars, ("cost", "rule"): bars, ("cost", "line"): len(self.maker.tasks),
            ("tradeoff", "dot"): 12, ("tradeoff", "rule"): 12, ("tradeoff", "line"): 3,
            ("reverse_curse", "dot"): 8, ("reverse_curse", "rule"): 8,
            ("periods", "dot"): 48, ("periods", "line"): 2, ("periods", "area"): 2,
            ("orders", "dot"): 300,
            ("scaling", "dot"): 60, ("scaling", "line"): 4, ("scaling", "rule"): 10,
        }
        self.assertEqual({key: self.marks(page, *key) for key in wanted}, wanted)

    def test_marks_stand_where_the_values_are(self):
        page = self.open()
        drawn(page)
        data = self.maker.tasks[0]["results"]
        places = page.eval_on_selector_all("figure[data-picture=intervals] svg:first-of-type g[aria-label=dot] > *", """marks => marks.slice(0, 2)
            .map((mark) => mark.transform.baseVal.consolidate().matrix.e)""")
        self.assertEqual(places[0] > places[1], data[0]["value"] > data[1]["value"])

    def test_choices_and_names(self):
        page = self.open()
        drawn(page)
        page.locator("figure[data-picture=cost] select").select_option("seconds")
        self.assertIn("seconds", page.inner_text("figure[data-picture=cost] .drawing"))
        self.assertEqual(self.marks(page, "cost", "dot"), 2 * len(self.maker.tasks))
        page.locator("figure[data-picture=periods] select").select_option("change")
        self.assertEqual(self.marks(page, "periods", "dot"), 46)
        for drawing in page.locator(".drawing").all():
            self.assertEqual(drawing.get_attribute("role"), "img")
            self.assertTrue(drawing.get_attribute("aria-label"))
        symbols = page.eval_on_selector_all("figure[data-picture=cost] svg g[aria-label=dot] > *", "marks => new Set(marks.map((mark) => mark.getAttribute('d'))).size")
        self.assertEqual(symbols, 2, "colour is the only sign of a run")

    def test_tips(self):
        page = self.open()
        drawn(page)
        mark = page.locator("figure[data-picture=intervals] svg g[aria-label=dot] > *").first
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        tip = page.locator("figure[data-picture=intervals] svg g[aria-label=tip] text").first
        tip.wait_for(state="attached")
        self.assertIn("95 % over documents", tip.text_content())

    def test_drawn_again_when_the_width_changes(self):
        page = self.open(width=1600)
        drawn(page)
        page.set_viewport_size({"width": 600, "height": 900})
        until(page, "document.querySelector('figure[data-picture=periods] svg').getAttribute('width') < 600")


class Accessible(PageTest):
    def test_axe_finds_nothing_serious(self):
        faults = []
        for theme in THEMES:
            for width in {"light": (390, 1024), "dark": (1024,)}[theme]:
                page = self.open(theme=theme, width=width)
                drawn(page)
                page.evaluate("document.querySelectorAll('figure details').forEach((part) => { part.open = true; })")
                near_documents(page)
                faults += serious_faults(page, f"choices, {theme}, {width}")
            page = self.open("#d-t4-2", theme=theme)
            page.wait_for_selector("#d-t4-2.found")
            page.locator("#d-t4-2 details summary").click()
            status_after(page, lambda: page.get_by_placeholder("Prompts, choices, answers").fill("the"))
            faults += serious_faults(page, f"generations, {theme}")
        self.assertEqual(faults, [])


class Hostile(PageTest):
    def test_hostile_names_and_texts_stay_text(self):
        page = self.open(file=self.hostile)
        drawn(page)
        near_documents(page)
        for task in ["t0", "t1", "t4"]:
            status_after(page, lambda: page.locator(".explorer select").first.select_option(task))
            # Nothing came of a text but text: no element that the page does not make itself, no handler, no address.
            self.assertEqual(page.locator("main img, main script, main style:not(svg style, .drawing style), main iframe, [onerror], [onload]").count(), 0)
        self.assertTrue(page.locator("body").is_visible())
        shown = page.inner_text("#overview-table tbody")
        self.assertIn("</script><script>alert(1)</script>", shown)
        self.assertIn("<img src=x onerror=alert(1)>", page.inner_text(".list"))

    def test_a_text_of_a_megabyte_is_cut_until_it_is_asked_for(self):
        page = self.open("#d-t1-3", file=self.hostile)
        page.wait_for_selector("#d-t1-3.found")
        passage = page.locator("#d-t1-3 .passage").first
        self.assertLess(len(passage.inner_text()), 2000)
        passage.get_by_role("button").click()
        self.assertGreater(passage.evaluate("(element) => element.textContent.length"), 1_000_000)

    def test_directions_are_kept_apart(self):
        page = self.open(file=self.hostile)
        near_documents(page)
        texts = page.locator(".list .text").all()
        self.assertTrue(texts)
        for text in texts[:20]:
            self.assertEqual(text.evaluate("(element) => getComputedStyle(element).unicodeBidi"), "isolate")


class Screenshots(PageTest):
    def test_screenshots(self):
        folder = self.browser.folder
        for old in folder.glob("*.png"):
            old.unlink()
        for width in WIDTHS:
            for theme in THEMES:
                page = self.open(width=width, theme=theme)
                drawn(page)
                near_documents(page)
                for section in ["overview", "comparisons", "pictures", "documents", "recipe"]:
                    page.evaluate(f"document.getElementById('{section}').scrollIntoView({{behavior: 'instant'}})")
                    page.screenshot(path=folder / f"{section}-{width}-{theme}.png")
        self.assertEqual(len(list(folder.glob("*.png"))), 5 * len(WIDTHS) * len(THEMES))


class Many(PageTest):
    """A page of many documents: its size, and how long a reader waits."""

    def test_many_documents(self):
        page = self.open()
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")
        ready = page.evaluate("performance.now()")
        drawn(page)
        all_drawn = page.evaluate("performance.now()")
        largest = max(self.maker.tasks, key=lambda task: task["documents"])
        link = f"#d-{largest['id']}-{largest['documents'] - 1}"
        fresh = self.open(link)
        fresh.wait_for_selector(f"{link}.found")
        linked = fresh.evaluate("performance.now()")
        near_documents(page)
        page.locator(".explorer select").first.select_option(largest["id"])
        searched = page.evaluate("""async () => {
            const start = performance.now();
            const input = document.querySelector(".explorer input");
            const output = document.querySelector(".explorer output");
            input.value = "no such text";
            input.dispatchEvent(new Event("input"));
            while (!output.value.startsWith("0 of")) await new Promise((go) => setTimeout(go, 5));
            return performance.now() - start;
        }""")
        opened = page.evaluate("document.querySelectorAll('.document').length")
        size = self.file.stat().st_size
        times = f"first paint {first:.0f} ms" if first else "first paint not measured"
        print(f"{sum(task['documents'] for task in self.maker.tasks)} documents: {size / 1e6:.1f} MB, {times}, usable after {ready:.0f} ms, "
              f"all pictures after {all_drawn:.0f} ms, the last document by its link after {linked:.0f} ms, "
              f"search through {largest['documents']} documents {searched:.0f} ms", file=sys.stderr)
        self.assertLess(size, 20e6)
        self.assertLessEqual(opened, 20)


def main():
    folder = pathlib.Path(sys.argv[1])
    names = sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    PageTest.file, PageTest.hostile = folder / "made-up.html", folder / "hostile.html"
    PageTest.maker = made_up_report.write(PageTest.file, ALL_QUESTIONS if names == ["Many"] else 200)
    made_up_report.write(PageTest.hostile, 150, hostile=True)
    return run(unittest.defaultTestLoader.loadTestsFromNames(names, sys.modules[__name__]), folder)


if __name__ == "__main__":
    sys.exit(main())
