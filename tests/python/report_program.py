"""Pages that the program itself writes, of runs of the embedded models: their numbers are the results files', and nothing in a run becomes markup.

usage: report_program.py PROGRAM FOLDER

Runs and pages are left in FOLDER, and pictures of them at three widths and in both themes.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

from page_browser import (POLICY, THEMES, WIDTHS, PageTest, documents_of, drawn, near_documents, run, serious_faults, status_after)

ROOT = pathlib.Path(__file__).parent.parent.parent
TASKS = {"zero": ["--task", "zero-shot", "--limit", "60"], "reverse": ["--task", "reverse_curse", "--limit", "40"],
         "temporal": ["--task", "temporal_shift", "--limit", "6"], "line": ["--task", "line", "--limit", "30"]}
HOSTILE_NAME = "</script><img src=x onerror=alert(1)>"
# Short, since the embedded models read 64 tokens, and these have a token for every byte.
HOSTILE_GOALS = ["</script>", "<img src onerror=f()>", "<style>*{}", "\u202eabc\u202c", "<!-- a", "]]>", "<b>a</b>", "&lt;i&gt;"]


class Program:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder

    def __call__(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return done

    def make_runs(self):
        for name, arguments in TASKS.items():
            for backend in ("mdm", "arm"):
                trace = ["--trace", self.folder / "line-trace.jsonl"] if (name, backend) == ("line", "mdm") else []
                self(*arguments, "--backend", backend, "--threads", "1", *trace, "--output", self.folder / "runs" / f"{name}-{backend}")

    def make_hostile_run(self):
        model = self.folder / HOSTILE_NAME
        shutil.copytree(ROOT / "embedded" / "micro-base-mdm", model)
        data = self.folder / "hostile-data" / "piqa" / "validation.jsonl"
        data.parent.mkdir(parents=True)
        rows = [{"goal": goal, "sol1": "<i>a", "sol2": "</p>b", "label": n % 2} for n, goal in enumerate(HOSTILE_GOALS)]
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self("--task", "piqa", "--backend", "mdm", "--threads", "1", "--model", model, "--data", data.parent.parent,
             "--output", self.folder / "runs" / "<b>hostile<i>")


def results_of(folder):
    [file] = folder.glob("results_*.json")
    return json.loads(file.read_text())


def samples_of(folder, task):
    [file] = folder.glob(f"samples_{task}_2*.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


class ProgramTest(PageTest):
    folder = None

    def data_of(self, page):
        return json.loads(page.evaluate("document.getElementById('report-data').textContent"))

    def runs(self):
        """Results files by the path as the page names it."""
        return {str(folder): results_of(folder) for folder in sorted((self.folder / "runs").iterdir()) if "hostile" not in folder.name}

    def wanted_values(self):
        """(path, task, metric) to (value, standard error over clusters, Monte Carlo error), as the results files have them."""
        wanted = {}
        for path, results in self.runs().items():
            for task, facts in results["smdm_eval"]["tasks"].items():
                for metric in facts["metrics"]:
                    key = f"{metric['name']},{metric['filter']}"
                    name = metric["name"] if metric["filter"] == "none" else key
                    clustered = facts.get("stderr_clustered", {}).get(key, metric["stderr"])
                    wanted[path, task, name] = (metric["value"], clustered, metric["mc_stderr"])
        return wanted


class Numbers(ProgramTest):
    def test_values_of_the_table_are_those_of_the_results_files(self):
        page = self.open()
        paths = {entry["label"]: entry["name"] for entry in self.data_of(page)["runs"]}
        rows = page.eval_on_selector_all("#results tbody tr", """rows => rows.map((row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent.trim()))""")
        number = lambda text: None if text in ("", "N/A", "–") else float(text)
        shown = {(paths[row[2]], row[0], row[1]): tuple(map(number, row[3:6])) for row in rows}
        self.assertGreater(len(shown), 50)
        self.assertEqual({key: value[0] for key, value in shown.items()}, {key: value[0] for key, value in self.wanted_values().items()})
        for key, (value, error, mc_error) in self.wanted_values().items():
            self.assertEqual(shown[key][2], mc_error, key)

    def test_data_are_those_of_the_results_files(self):
        data = self.data_of(self.open())
        paths = {entry["id"]: entry["name"] for entry in data["runs"]}
        shown = {(paths[result["run"]], task["name"], result["metric"]): result["value"] for task in data["tasks"] for result in task["results"]}
        self.assertEqual(shown, {key: value[0] for key, value in self.wanted_values().items()})

    def test_documents_are_those_of_the_samples(self):
        page = self.open()
        data = self.data_of(page)
        paths = {entry["id"]: entry["name"] for entry in data["runs"]}
        chunks = documents_of(self.file)
        checked = 0
        for task in data["tasks"]:
            self.assertEqual(len(chunks[task["id"]]), task["documents"])
            for ran in {result["run"] for result in task["results"]}:
                samples = samples_of(pathlib.Path(paths[ran]), task["name"])
                for item, sample in zip(chunks[task["id"]], samples):
                    answer = item["runs"][ran]
                    nats = [choice["nats"] for choice in sample["smdm_eval"].get("choices", [])]
                    if nats:
                        self.assertEqual(answer["scores"], nats)
                        checked += 1
                    if "acc" in sample and answer["correct"] is not None:
                        self.assertEqual(answer["correct"], sample["acc"] == 1.0)
        self.assertGreater(checked, 500)

    def test_a_document_shows_its_sample(self):
        page = self.open()
        data = self.data_of(page)
        task = next(task for task in data["tasks"] if task["name"] == "micro_hellaswag")
        page.evaluate(f"location.hash = '#d-{task['id']}-57'")
        page.wait_for_selector(f"#d-{task['id']}-57.found")
        article = page.locator(f"#d-{task['id']}-57")
        for answer, ran in zip(article.locator(".answer").all(), [result["run"] for result in task["results"]]):
            path = next(entry["name"] for entry in data["runs"] if entry["id"] == ran)
            sample = samples_of(pathlib.Path(path), task["name"])[57]
            nats = [choice["nats"] for choice in sample["smdm_eval"]["choices"]]
            self.assertEqual(answer.locator("td[data-value]").evaluate_all("cells => cells.map((cell) => Number(cell.dataset.value))"), nats)


class Look(ProgramTest):
    def test_marks_are_as_many_as_values(self):
        page = self.open()
        drawn(page)
        pictures = self.data_of(page)["pictures"]
        known = lambda entries: sum(entry["value"] is not None for entry in entries)
        marks = lambda key: page.locator(f"figure[data-picture={key}] svg g[aria-label=dot] > *").count()
        self.assertEqual(marks("intervals"), sum(known(task["bars"]) for task in pictures["intervals"]["tasks"]))
        self.assertEqual(marks("intervals"), len(self.wanted_values()))
        self.assertEqual(marks("reverse_curse"), known(pictures["reverse_curse"]["groups"]))
        self.assertEqual(marks("reverse_curse"), 8)
        self.assertEqual(marks("periods"), sum(len(line["points"]) for line in pictures["periods"]["lines"]))
        self.assertEqual(marks("periods"), 48)
        self.assertEqual(marks("orders"), len(pictures["orders"]["tasks"][0]["points"]))
        self.assertGreater(marks("cost"), 0)
        for absent in ("tradeoff", "scaling"):
            self.assertTrue(pictures[absent]["absent"])
            self.assertTrue(page.locator(f".absent[data-picture={absent}]").is_visible())

    def test_every_view_is_quiet_and_accessible(self):
        faults = []
        for theme in THEMES:
            page = self.open(file=self.folder / "few-tasks.html", theme=theme)
            self.assertRegex(page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content"), f"^{POLICY}$")
            drawn(page)
            near_documents(page)
            faults += serious_faults(page, theme)
        self.assertEqual(faults, [])

    def test_traces(self):
        page = self.open()
        data = self.data_of(page)
        task = next(task for task in data["tasks"] if task["name"] == "micro_line_copy")
        page.evaluate(f"location.hash = '#d-{task['id']}-4'")
        page.wait_for_selector(f"#d-{task['id']}-4.found")
        article = page.locator(f"#d-{task['id']}-4")
        article.locator("details summary").first.click()
        trace = [json.loads(line) for line in (self.folder / "line-trace.jsonl").read_text().splitlines()]
        revealed = [token for line in trace if line["task"] == "line_copy" and line["doc_id"] == 4 for token in line["revealed"]]
        self.assertEqual(article.locator(".token").count(), len(revealed))
        written = "".join(token["piece"].replace("\u2581", " ") for token in sorted(revealed, key=lambda token: token["position"]))
        self.assertEqual(article.locator(".tokens").text_content(), written)

    def test_without_javascript(self):
        page = self.open(javascript=False)
        self.assertTrue(page.locator("noscript").first.is_visible())
        self.assertEqual(page.locator("#results tbody tr").count(), len(self.wanted_values()))
        self.assertTrue(page.locator(".document").first.is_visible())

    def test_screenshots(self):
        for old in self.folder.glob("*.png"):
            old.unlink()
        for width in WIDTHS:
            for theme in THEMES:
                page = self.open(width=width, theme=theme)
                drawn(page)
                near_documents(page)
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
                for section in ["overview", "comparisons", "pictures", "documents", "recipe"]:
                    page.evaluate(f"document.getElementById('{section}').scrollIntoView({{behavior: 'instant'}})")
                    page.screenshot(path=self.folder / f"{section}-{width}-{theme}.png")
        self.assertEqual(len(list(self.folder.glob("*.png"))), 5 * len(WIDTHS) * len(THEMES))


class Hostile(ProgramTest):
    def test_nothing_of_a_run_becomes_markup(self):
        page = self.open(file=self.hostile)
        drawn(page)
        near_documents(page)
        self.assertIn(HOSTILE_NAME, page.inner_text("main"))
        self.assertEqual(page.locator("main img, main i:not(.range i), main style:not(.drawing style), [onerror]").count(), 0)
        self.assertEqual(page.locator(".list .document").count(), len(HOSTILE_GOALS))
        prompts = page.locator(".list .passage").all_text_contents()
        for goal, prompt in zip(HOSTILE_GOALS, prompts):
            self.assertIn(goal, prompt)
        status_after(page, lambda: page.get_by_placeholder("Prompts, choices, answers").fill("</script>"))
        self.assertEqual(page.locator(".list .document").count(), 1)

    def test_texts_that_are_off_are_nowhere(self):
        text = (self.folder / "no-texts.html").read_text()
        self.assertNotIn("&lt;!-- a", text)
        strings = "".join(map(json.dumps, [item["strings"] for items in documents_of(self.folder / "no-texts.html").values() for item in items]))
        for goal in HOSTILE_GOALS:
            self.assertNotIn(json.dumps(goal)[1:-1], strings)
        page = self.open(file=self.folder / "no-texts.html")
        near_documents(page)
        self.assertEqual(page.locator(".list .document").count(), len(HOSTILE_GOALS))
        self.assertEqual(page.locator(".list .passage").count(), 0)


def main():
    program = Program(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
    shutil.rmtree(program.folder, ignore_errors=True)
    program.folder.mkdir(parents=True)
    program.make_runs()
    program.make_hostile_run()
    ProgramTest.folder = program.folder
    PageTest.file, PageTest.hostile = program.folder / "report.html", program.folder / "hostile.html"
    runs = sorted((program.folder / "runs").iterdir())
    program("report", *[folder for folder in runs if "hostile" not in folder.name], "--output", PageTest.file)
    few = [folder for folder in runs if folder.name.startswith(("line", "reverse"))]  # axe looks at every cell
    program("report", *few, "--documents", "10", "--output", program.folder / "few-tasks.html")
    hostile = [folder for folder in runs if "hostile" in folder.name]
    program("report", *hostile, "--texts", "on", "--output", PageTest.hostile)
    program("report", *hostile, "--texts", "off", "--output", program.folder / "no-texts.html")
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in (Numbers, Look, Hostile))
    return run(suite, program.folder)


if __name__ == "__main__":
    sys.exit(main())
