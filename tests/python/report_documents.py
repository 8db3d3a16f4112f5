"""The documents of a made-up page of `smdm-eval report` in Chromium: filters, search, links, scores and traces.

usage: report_documents.py FOLDER
"""
import pathlib
import re
import sys
import unittest

import made_up_report
from page_browser import PageTest, documents_of, drawn, near_documents, run, status_after, until


class Documents(PageTest):
    def choose(self, page, **values):
        """What the explorer then says: Task, Show, Run, beside."""
        def act():
            for name, value in values.items():
                page.locator(".explorer label", has_text=re.compile(f"^{name}")).locator("select").select_option(value)
        return status_after(page, act)

    @classmethod
    def setUpClass(cls):
        cls.chunks = documents_of(cls.file)

    def test_filters_keep_what_they_say(self):
        page = self.open()
        near_documents(page)
        items = self.chunks["t1"]
        right = lambda item, run: item["runs"][run]["correct"]
        counts = {
            "wrong": sum(not right(item, "r0") for item in items), "changed": sum(right(item, "r0") != right(item, "r1") for item in items),
            "undecided": sum(item["runs"]["r0"]["undecided"] for item in items), "missed": sum(item["runs"]["r0"]["missed"] for item in items),
        }
        self.choose(page, Task="t1")
        for name, count in counts.items():
            with self.subTest(name):
                self.assertTrue(0 < count < len(items))
                self.assertTrue(self.choose(page, Show=name).startswith(f"{count} of {len(items)} documents"))
        self.choose(page, Show="wrong")
        status = self.choose(page, Run="r1")
        self.assertTrue(status.startswith(f"{sum(not right(item, 'r1') for item in items)} of "))
        self.assertTrue(self.choose(page, Show="all").startswith(f"{len(items)} documents"))

    def test_changed_shows_both_side_by_side(self):
        page = self.open(width=1600)
        near_documents(page)
        self.choose(page, Show="changed")
        for article in page.locator(".list .document").all():
            signs = article.locator(".answer .sign.good, .answer .sign.bad").all_inner_texts()
            self.assertEqual(sorted(signs), ["✓ right", "✗ wrong"])
            one, other = [answer.bounding_box() for answer in article.locator(".answer").all()]
            self.assertEqual(one["y"], other["y"])
        self.choose(page, beside="")
        self.assertEqual(page.locator(".list .document").count(), 0)
        self.choose(page, Show="all")
        self.assertEqual(page.locator(".list .document").first.locator(".answer").count(), 1)

    def test_scores(self):
        page = self.open()
        near_documents(page)
        item = self.chunks["t0"][0]
        article = page.locator("#d-t0-0")
        scores = article.locator(".answer").first.locator("td[data-value]").evaluate_all("cells => cells.map((cell) => Number(cell.dataset.value))")
        self.assertEqual(scores, item["runs"]["r0"]["scores"])
        self.assertEqual(article.locator(".answer").first.locator(".range i").count(), len(scores))
        picked = article.locator(".answer").first.locator("tr.picked th").inner_text()
        self.assertTrue(picked.startswith("AB"[item["runs"]["r0"]["picked"]]) and "picked" in picked)

    def test_search(self):
        page = self.open()
        near_documents(page)
        items = self.chunks["t1"]
        self.choose(page, Task="t1")
        wanted = items[23]["prompt_text"][:25]
        status = status_after(page, lambda: page.get_by_placeholder("Prompts, choices, answers").fill(wanted.upper()))
        self.assertEqual(status, f"1 of {len(items)} documents")
        self.assertEqual(page.locator(".list .document").get_attribute("id"), "d-t1-23")
        self.assertEqual(page.locator(".list mark").first.inner_text().lower(), wanted.lower())
        status = status_after(page, lambda: page.get_by_placeholder("Prompts, choices, answers").fill("no such text"))
        self.assertEqual(status, f"0 of {len(items)} documents")

    def test_pages(self):
        page = self.open()
        near_documents(page)
        self.choose(page, Task="t1")
        page.get_by_role("button", name="Next").first.click()
        page.wait_for_selector("#d-t1-20")
        self.assertEqual(page.locator(".list .document").first.get_attribute("id"), "d-t1-20")
        page.get_by_role("button", name="Previous").first.click()
        page.wait_for_selector("#d-t1-0")

    def test_links_opened_in_a_fresh_tab(self):
        for link in ["#d-t0-3", "#d-t1-41", "#d-t4-40"]:
            with self.subTest(link):
                page = self.open(link)
                page.wait_for_selector(f"{link}.found")
                drawn(page)
                page.wait_for_timeout(50)
                self.assertTrue(page.locator(link).is_visible())
                self.assertEqual(f"#{page.evaluate('document.activeElement.id')}", link)
                box = page.locator(link).bounding_box()
                self.assertTrue(0 <= box["y"] < 900, box)
        page = self.open("#d-t0-999999")
        until(page, "document.querySelector('.explorer output').value.includes('is not in this file')")

    def test_a_link_followed_before_the_documents_were_near(self):
        page = self.open()
        drawn(page)
        page.evaluate("location.hash = '#d-t0-4'")
        page.wait_for_selector("#d-t0-4.found .answers")
        page.wait_for_timeout(300)
        self.assertEqual(page.evaluate("document.activeElement.id"), "d-t0-4")

    def test_a_link_leads_out_of_a_filter(self):
        page = self.open()
        near_documents(page)
        status_after(page, lambda: page.get_by_placeholder("Prompts, choices, answers").fill("no such text"))
        page.evaluate("location.hash = '#d-t0-7'")
        page.wait_for_selector("#d-t0-7.found")
        self.assertEqual(page.get_by_placeholder("Prompts, choices, answers").input_value(), "")

    def test_slider_shows_which_token_was_revealed_when(self):
        page = self.open("#d-t4-2")
        page.wait_for_selector("#d-t4-2.found")
        item = self.chunks["t4"][2]
        trace = item["runs"]["r0"]["trace"]
        article = page.locator("#d-t4-2")
        article.locator("details summary").click()
        slider = article.locator("input[type=range]")
        slider.evaluate("(slider) => { slider.value = 5; slider.dispatchEvent(new Event('input')); }")
        revealed = {row[1] for row in trace if row[0] <= 5}
        hidden = article.locator(".token").evaluate_all("tokens => tokens.map((token) => token.classList.contains('hidden'))")
        self.assertEqual([index for index, is_hidden in enumerate(hidden) if not is_hidden], sorted(revealed))
        now = [row for row in trace if row[0] == 5]
        self.assertIn(item["text"](now[0][2]).strip(), article.locator(".token.now").inner_text())
        said = slider.get_attribute("aria-valuetext")
        self.assertIn(f"Step 5 of {len(trace)}", said)
        self.assertIn(f"{now[0][3]:.4f}".rstrip("0"), said)
        slider.focus()
        page.keyboard.press("ArrowRight")
        self.assertIn("Step 6", slider.get_attribute("aria-valuetext"))
        self.assertEqual(article.locator(".generation").first.inner_text(), item["text"](item["runs"]["r0"]["generation"]))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    PageTest.file = folder / "made-up.html"
    PageTest.maker = made_up_report.write(PageTest.file, 200)
    return run(unittest.defaultTestLoader.loadTestsFromTestCase(Documents), folder)


if __name__ == "__main__":
    sys.exit(main())
