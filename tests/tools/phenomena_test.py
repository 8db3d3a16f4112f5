"""docs/phenomena.md is what docs/phenomena.json says, and the check of that finds what it is for."""

import copy
import json
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import phenomena_measures  # noqa: E402
import phenomena_tables  # noqa: E402
import scaling_study  # noqa: E402

PAGE = (ROOT / "docs" / "phenomena.md").read_text()
RECORDS = json.loads((ROOT / "docs" / "phenomena.json").read_text())


class Page(unittest.TestCase):
    def test_the_page_is_what_the_figures_say(self):
        self.assertEqual(phenomena_tables.faults_of(PAGE, RECORDS), [])
        self.assertEqual(phenomena_tables.fill(PAGE, RECORDS), PAGE)

    def test_a_changed_number_of_a_table_is_found(self):
        for mark in phenomena_tables.texts_of(RECORDS):
            before, between, behind = phenomena_tables.marked(PAGE, mark)
            digits = [i for i, letter in enumerate(between) if letter.isdigit()]
            self.assertTrue(digits, mark)
            at = digits[-1]
            other = between[:at] + str((int(between[at]) + 1) % 10) + between[at + 1:]
            faults = phenomena_tables.faults_of(before + other + behind, RECORDS)
            self.assertEqual(faults, [f"{mark}: the page differs from docs/phenomena.json"])

    def test_figures_by_hand_are_found(self):
        faults = phenomena_tables.faults_of(PAGE + "\nAbout 0.51 ± 0.02.\n", RECORDS)
        self.assertEqual(faults, ["a measured figure outside of the marks: About 0.51 ± 0.02."])

    def test_what_figures_were_made_by_is_wanted(self):
        for change in ({"revisions": []}, {"checkpoints": {"micro-base-mdm": "cafe"}}):
            records = copy.deepcopy(RECORDS)
            records["zero-shot"].update(change)
            faults = phenomena_tables.faults_of(phenomena_tables.fill(PAGE, records), records)
            self.assertEqual(faults, ["zero-shot: wanted revisions and SHA-256 of checkpoints"])


class Guidance(unittest.TestCase):
    """The scale is chosen on one half and reported on the other."""

    @staticmethod
    def samples(right: list[list[int]]) -> dict[float, list]:
        """Of each scale, which questions are right; nats say the scale."""
        return {scale: [{"doc": {"question": f"the key{i}"}, "target": "0", "acc": float(right[k][i]),
                         "arguments": {"gen_args_0": {"arg_1": " yes"}},
                         "smdm_eval": {"choices": [{"values": {"any_order": -float(scale)}}]}}
                        for i in range(len(right[k]))]
                for k, scale in enumerate(phenomena_measures.SCALES)}

    def test_halves(self):
        keys = [f"key{i}" for i in range(40)]
        first = [phenomena_measures.in_first_half(f"key{i}| yes") for i in range(40)]
        self.assertTrue(8 < sum(first) < 32)
        # Guidance of 1 is right on the first half alone, all others on the second alone.
        right = [[int(first[i] == (scale == 1)) for i in range(40)] for scale in phenomena_measures.SCALES]
        found = phenomena_measures.guided_task("piqa", self.samples(right), keys)
        self.assertEqual(found["cfg"], 1)
        self.assertEqual(found["documents"], [sum(first), 40 - sum(first)])
        self.assertEqual(found["acc"], (1.0, 0.0))
        self.assertEqual(found["acc_guided"], (0.0, 0.0))
        self.assertEqual(found["acc_difference"], (-1.0, 0.0))
        self.assertEqual(found["any_order_difference"], (-1.0, 0.0))

    def test_of_equals_the_smaller_scale(self):
        found = phenomena_measures.guided_task("piqa", self.samples([[1] * 40] * 6), [f"key{i}" for i in range(40)])
        self.assertEqual(found["cfg"], 0)

    def test_errors_go_by_facts(self):
        mean, error = phenomena_measures.clustered([1.0, 1.0, 0.0, 0.0], ["a", "a", "b", "b"])
        self.assertEqual(mean, 0.5)
        self.assertAlmostEqual(error, 0.5)
        self.assertAlmostEqual(phenomena_measures.clustered([1.0, 1.0, 0.0, 0.0], list("abcd"))[1], (1 / 12) ** 0.5)

    def test_the_longest_key_is_the_fact(self):
        document = {"question": "Where does the old sea lion of Mia live?"}
        self.assertEqual(phenomena_measures.fact_of(document, " cave", ["lion", "sea lion", "fox"]), "sea lion| cave")


class Study(unittest.TestCase):
    def test_sizes_grow_with_the_budget(self):
        firsts = [scaling_study.sizes_of(flops)[0] for flops in (1.2e9, 1.1e10, 3.3e10, *scaling_study.BUDGETS)]
        self.assertEqual(firsts, [0, 0, 1, 2, 3, 4, 5])
        sizes = [scaling_study.parameters(i) for i in range(len(scaling_study.SIZES))]
        self.assertTrue(all(1.3 < b / a < 2.8 for a, b in zip(sizes, sizes[1:])), sizes)
        # As training.json counts them.
        self.assertEqual(sizes[5], 25248)

    def test_requests_show_what_is_before_and_hide_what_is_behind(self):
        row = list(range(64))
        lines = [json.loads(line) for line in
                 scaling_study.request_lines([(row, 1, 8), (row, 56, 64)], masks=True).splitlines()]
        self.assertEqual(lines[0], {"id": 0, "context_ids": [0], "continuation_ids": list(range(1, 8)),
                                    "masks_behind": 56})
        self.assertEqual(lines[1]["context_ids"] + lines[1]["continuation_ids"], row)
        self.assertEqual(lines[1]["masks_behind"], 0)
        plain = json.loads(scaling_study.request_lines([(row, 1, 8)]))
        self.assertNotIn("masks_behind", plain)


if __name__ == "__main__":
    unittest.main()
