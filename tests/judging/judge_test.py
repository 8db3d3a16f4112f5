"""smdm-eval judge against a judge that does everything wrong that servers do.

usage: judge_test.py PROGRAM FOLDER SHARED

Nothing leaves this machine. After every case the key is looked for in everything that was written.
"""

import contextlib
import email.utils
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

from fake_judge import MODEL, FakeJudge, chat, drip, grade, half, late, raw, status, well

KEY = "sk-test-0f1e2d3c4b5a69788796a5b4c3d2e1f0"


class Wrong(Exception):
    """Something is not as it should be."""


def check(fits, what):
    if not fits:
        raise Wrong(what)


def equal(got, wanted, what):
    check(got == wanted, f"{what}: wanted {wanted!r}, got {got!r}")


def contains(text, part):
    check(part in text, f"wanted '{part}' in: {text}")


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


class World:
    """A folder with questions, answers and references, and the program on them."""

    def __init__(self, program, folder, questions=6):
        self.program = program
        self.folder = folder
        self.outputs = []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        categories = ["writing", "math", "stem"]
        self.questions = [{"question_id": i, "category": categories[i % 3],
                           "turns": [f"What is Q{i}T1?", f"And Q{i}T2?"]} for i in range(1, questions + 1)]
        write_lines(folder / "question.jsonl", self.questions)
        write_lines(folder / "reference.jsonl", [self.answer(i, "teacher", "right")
                                                 for i in range(1, questions + 1)])
        self.write_answers("model-a", "answers.jsonl")

    @staticmethod
    def answer(question, model, text="an answer"):
        return {"question_id": question, "answer_id": f"a{question}", "model_id": model,
                "choices": [{"index": 0, "turns": [f"{text} {question} one", f"{text} {question} two"]}],
                "tstamp": 1.5}

    def write_answers(self, model, name):
        write_lines(self.folder / name, [self.answer(q["question_id"], model) for q in self.questions])

    def command(self, url, *more, answers="answers.jsonl", model=MODEL, references=True):
        command = [self.program, "judge", "--questions", "question.jsonl", "--answers", answers,
                   "--url", url, "--model", model, "--retry-wait", "0.02"]
        if references:
            command += ["--reference-answers", "reference.jsonl"]
        if "--output" not in more and "--dry-run" not in more:
            command += ["--output", "out.jsonl"]
        return command + list(more)

    @staticmethod
    def environment(key=KEY):
        environment = {name: value for name, value in os.environ.items()
                       if not name.lower().endswith("_proxy")}
        environment.pop("OPENAI_API_KEY", None)
        if key is not None:
            environment["OPENAI_API_KEY"] = key
        return environment

    def run(self, url, *more, key=KEY, **options):
        done = subprocess.run(self.command(url, *more, **options), cwd=self.folder, text=True,
                              env=self.environment(key), capture_output=True, timeout=60)
        self.outputs.append(done.stdout + done.stderr)
        return done

    def start(self, url, *more, key=KEY, **options):
        return subprocess.Popen(self.command(url, *more, **options), cwd=self.folder, text=True,
                                env=self.environment(key), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, process):
        out, err = process.communicate(timeout=60)
        self.outputs.append(out + err)
        return out, err

    def well(self, url, *more, **options):
        done = self.run(url, *more, **options)
        equal(done.returncode, 0, f"exit code ({done.stderr})")
        return done

    def fails(self, code, part, url, *more, **options):
        done = self.run(url, *more, **options)
        equal(done.returncode, code, f"exit code ({done.stderr})")
        contains(done.stderr, part)
        return done

    def judgments(self, name="out.jsonl"):
        return {(line["question_id"], line["turn"]): line for line in read_lines(self.folder / name)}

    def check_key(self):
        """It is in nothing that was written, not even half of it."""
        half_of_it = KEY[:len(KEY) // 2].encode(), KEY[len(KEY) // 2:].encode()
        for path in self.folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                check(not any(part in data for part in half_of_it), f"the key is in {path}")
        for output in self.outputs:
            check(not any(part.decode() in output for part in half_of_it), f"the key is told: {output}")


def without_times(path):
    lines = read_lines(path)
    for line in lines:
        line.pop("tstamp")
    return lines


def case_all_goes_well(world):
    with FakeJudge(well) as judge:
        done = world.well(judge.url)
        equal(len(judge.asked), 12, "requests")
        check(all(a["key"] == f"Bearer {KEY}" for a in judge.asked), "wanted the key in the header")
        check(all(a["path"] == "/v1/chat/completions" for a in judge.asked), "another path")
        body = judge.asked[0]["body"]
        equal((body["model"], body["temperature"], body["max_tokens"]), (MODEL, 0.0, 2048), "body")
        check("seed" not in body, "wanted no seed")
        contains(done.stdout, "|all ")
        lines = read_lines(world.folder / "out.jsonl")
        equal([(l["question_id"], l["turn"]) for l in lines],
              [(q, t) for q in range(1, 7) for t in (1, 2)], "order of the lines")
        line = lines[3]
        equal(list(line), ["question_id", "model", "judge", "user_prompt", "judgment", "score", "turn",
                           "tstamp", "smdm_eval"], "fields")
        equal((line["model"], line["judge"]), ("model-a", [MODEL, "smdm-single-v1-multi-turn"]), "line")
        equal(lines[1]["judge"][1], "smdm-single-math-v1-multi-turn" if world.questions[0]["category"] == "math"
              else "smdm-single-v1-multi-turn", "prompt")
        check(all(l["score"] == l["question_id"] % 10 + 1 for l in lines), "scores")
        math = [a for a in judge.asked if "right 1 two" in a["body"]["messages"][1]["content"]]
        equal([(a["question"], a["turn"]) for a in math], [(1, 2)], "requests with a reference")
        # Once more: nothing is asked for, the same is told, nothing is written.
        before = sorted(path.name for path in world.folder.rglob("*"))
        again = world.well(judge.url, key=None)
        equal(len(judge.asked), 12, "requests of a command that was complete")
        equal(again.stdout, done.stdout, "table")
        equal(sorted(path.name for path in world.folder.rglob("*")), before, "files")
    with FakeJudge(lambda asked, attempt: late((asked["question"] * 7 + asked["turn"]) % 5 / 20,
                                               well(asked))) as judge:
        world.well(judge.url, "--output", "other.jsonl", "--concurrency", "6", key=None)
        check(all(a["key"] is None for a in judge.asked), "wanted no header without a key")
    equal(without_times(world.folder / "other.jsonl"), without_times(world.folder / "out.jsonl"),
          "judgments in another order of replies")


def case_compare(world):
    world.write_answers("model-b", "b.jsonl")
    with FakeJudge(well) as judge:
        world.well(judge.url)
    with FakeJudge(lambda asked, attempt: grade("[[2.5]]") if asked["question"] < 6 else grade("none")) as judge:
        world.well(judge.url, "--output", "b.out.jsonl", "--results", "b.results", answers="b.jsonl")
    done = subprocess.run([world.program, "compare", "out.jsonl.results", "b.results", "--json"],
                          cwd=world.folder, text=True, capture_output=True)
    equal(done.returncode, 0, f"compare ({done.stderr})")
    contains(done.stderr, "2 documents have no judgment")
    metric = json.loads(done.stdout)["tasks"][0]["metrics"][0]
    equal(metric["documents"], 10, "documents")
    equal(metric["a"], sum(q + 1 for q in range(1, 6)) / 5, "score of a")
    equal(metric["b"], 2.5, "score of b")
    results = json.loads(next((world.folder / "b.results").glob("results_*.json")).read_text())
    task = results["smdm_eval"]["tasks"]["mt_bench_judged"]
    equal(task["failed"], 2, "failed in the results")
    equal(results["results"]["mt_bench_judged"]["judge_score,none"], 2.5, "score in the results")


def case_trouble(world):
    date = email.utils.formatdate(time.time() + 1.5, usegmt=True)
    plain = chat("Fine. [[7]]")
    first = {(1, 1): status(500), (1, 2): status(429, Retry_After="1"), (2, 1): status(429, Retry_After=date),
             (2, 2): raw(b"<html>no</html>"), (3, 1): half(plain), (3, 2): drip(plain, 30),
             (4, 1): status(503), (6, 1): drip(plain, 0.2)}
    always = {(4, 2): raw(b'{"choices": ['), (5, 1): grade("[[11]]"), (5, 2): grade("well done"),
              (6, 2): grade("so [8.5]", model="other-model-7")}

    def behave(asked, attempt):
        pair = asked["question"], asked["turn"]
        if pair in always:
            return always[pair]
        if pair in first and attempt < (2 if pair == (4, 1) else 1):
            return first[pair]
        return raw(plain)

    with FakeJudge(behave) as judge:
        done = world.well(judge.url, "--stall-timeout", "0.3", "--timeout", "1.5", "--retries", "2",
                          "--concurrency", "12")
        there = world.judgments()
        failed = {pair: line for pair, line in there.items() if line["score"] is None}
        equal(sorted(failed), [(4, 2), (5, 1), (5, 2)], "failed judgments")
        contains(failed[4, 2]["smdm_eval"]["failed"], "wanted JSON")
        contains(failed[4, 2]["smdm_eval"]["failed"], "3 tries")
        contains(failed[5, 1]["smdm_eval"]["failed"], "wanted a score from 1 to 10, got 11")
        contains(failed[5, 2]["smdm_eval"]["failed"], "wanted a score as [[n]] or [n], got none")
        equal(there[6, 2]["score"], 8.5, "score of single brackets")
        equal(there[6, 2]["smdm_eval"]["answered_by"], "other-model-7", "model of the reply")
        contains(done.stderr, "wanted replies of fake-judge, got one of other-model-7")
        contains(done.stderr, "3 judgments failed")
        check(all(line["score"] == 7 for pair, line in there.items() if pair not in always), "scores")
        starts = [a["time"] for a in judge.asked if (a["question"], a["turn"]) == (1, 2)]
        check(starts[1] - starts[0] >= 1.0, f"Retry-After: 1 was waited for {starts[1] - starts[0]} s")
        tries = {pair: judge.pairs().count(pair) for pair in there}
        equal({pair: n for pair, n in tries.items() if n != 1},
              {(1, 1): 2, (1, 2): 2, (2, 1): 2, (2, 2): 2, (3, 1): 2, (3, 2): 2, (4, 1): 3, (4, 2): 3,
               (6, 1): 2}, "tries")
    with FakeJudge(well) as judge:
        world.well(judge.url)
        equal(judge.pairs(), [], "requests where judgments failed, without --retry-failed")
        world.well(judge.url, "--retry-failed")
        equal(sorted(judge.pairs()), [(4, 2), (5, 1), (5, 2)], "requests of --retry-failed")
    check(all(line["score"] for line in world.judgments().values()), "scores after --retry-failed")


def case_strict_model(world):
    with FakeJudge(lambda asked, attempt: grade("[[5]]", model=None if asked["turn"] == 1 else MODEL)) as judge:
        world.well(judge.url, "--strict-model")
    there = world.judgments()
    check(all((line["score"] is None) == (turn == 1) for (_, turn), line in there.items()), "scores")
    contains(there[1, 1]["smdm_eval"]["failed"], "a model without a name")


def case_permanent(world):
    """What no other try can mend ends at once, and servers that repeat the key are not repeated."""
    for code in (401, 403, 404):
        message = json.dumps({"error": {"message": f"bad key {KEY} in {KEY[:20]}"}}).encode()
        with FakeJudge(lambda asked, attempt, c=code, m=message: status(c, m)) as judge:
            done = world.fails(1, f"HTTP {code}: bad key <key> in <key>", judge.url)
            check(len(judge.asked) <= 4, f"{len(judge.asked)} requests after HTTP {code}")
            check(not (world.folder / "out.jsonl").exists(), "an output of nothing")
            equal(done.stdout, "", "standard output")
    # Scrubbed in judgments too, however it is spelled.
    spelled = "".join(f"\\u{ord(c):04x}" for c in KEY)
    body = chat("REPEAT [[3]]").replace(b"REPEAT", spelled.encode())
    with FakeJudge(lambda asked, attempt: raw(body)) as judge:
        world.well(judge.url)
    contains(world.judgments()[1, 1]["judgment"], "<key>")


def case_too_large(world):
    with FakeJudge(lambda asked, attempt: raw(b" " * (9 << 20)) if asked["question"] == 2 and asked["turn"] == 1
                   else well(asked)) as judge:
        world.well(judge.url, "--concurrency", "2")
        contains(world.judgments()[2, 1]["smdm_eval"]["failed"], "too large")


def case_long_wait(world):
    with FakeJudge(lambda asked, attempt: status(429, Retry_After="86400")) as judge:
        world.fails(1, "asks to wait 86400 s", judge.url)


def case_redirect(world):
    with FakeJudge(well) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        with FakeJudge(lambda asked, attempt: status(307, Location=elsewhere)) as judge:
            done = world.fails(1, "another host, http://localhost:", judge.url)
            contains(done.stderr, "HTTP 307")
        equal(other.asked, [], "requests to the other host")


def case_no_server(world):
    with FakeJudge(well) as judge:
        url = judge.url
    world.fails(1, "no judgment from 4 requests in a row", url, "--retries", "1")
    check(not list(world.folder.glob("out.jsonl*")), "files of a run without a judgment")
    # One that dies in the middle: what came is kept, and nothing else counts as failed.
    with FakeJudge(lambda asked, attempt: well(asked) if asked["question"] < 4 else status(500)) as judge:
        world.fails(1, "the last: HTTP 500", judge.url, "--retries", "1", "--concurrency", "1")
    equal(len(read_lines(world.folder / "out.jsonl.journal.jsonl")), 6, "judgments that are kept")
    with FakeJudge(well) as judge:
        world.well(judge.url)
        equal(sorted(judge.pairs()), [(q, t) for q in (4, 5, 6) for t in (1, 2)], "requests")


def certificates(folder):
    """An authority of our own, and two servers' certificates by it: one good, one that has expired."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "tls.cnf").write_text(
        "[req]\ndistinguished_name=d\nprompt=no\n[d]\nCN=test\n[ca]\nbasicConstraints=critical,CA:TRUE\n"
        "[server]\nsubjectAltName=IP:127.0.0.1\n[authority]\ndatabase=index.txt\nserial=serial\n"
        "new_certs_dir=.\ndefault_md=sha256\npolicy=any\n[any]\nCN=supplied\n")
    (folder / "index.txt").write_text("")
    (folder / "index.txt.attr").write_text("unique_subject = no\n")
    (folder / "serial").write_text("01\n")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout", "ca.key", "-out", "ca.pem", "-config", "tls.cnf", "-extensions", "ca")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "server.key", "-out", "server.csr", "-config", "tls.cnf")
    for name, dates in (("good", ["-days", "2"]), ("expired", ["-startdate", "200101000000Z",
                                                               "-enddate", "200201000000Z"])):
        openssl("ca", "-batch", "-config", "tls.cnf", "-name", "authority", "-extensions", "server", "-cert",
                "ca.pem", "-keyfile", "ca.key", "-in", "server.csr", "-out", f"{name}.crt", "-notext", *dates)
        (folder / f"{name}.pem").write_text((folder / f"{name}.crt").read_text() +
                                            (folder / "server.key").read_text())


def case_certificates(world):
    if shutil.which("openssl") is None:
        print("SKIPPED: certificates need the program openssl")
        return
    certificates(world.folder)
    ca = ["--ca-file", "ca.pem"]
    with FakeJudge(well, certificate=world.folder / "expired.pem") as judge:
        done = world.fails(1, "the server's certificate is refused", judge.url, *ca)
        contains(done.stderr, "expired")
        equal(judge.asked, [], "requests to a server with an expired certificate")
    with FakeJudge(well, certificate=world.folder / "good.pem") as judge:
        world.fails(1, "the server's certificate is refused", judge.url)
        equal(judge.asked, [], "requests to a server of an unknown authority")
        world.fails(1, "the server's certificate is refused", judge.url.replace("127.0.0.1", "localhost"), *ca)
        world.fails(2, "--ca-file: wanted a file", judge.url, "--ca-file", "nothing.pem")
        world.well(judge.url, *ca)
        equal(len(judge.asked), 12, "requests")
    with FakeJudge(well) as judge:
        world.fails(1, "no encrypted connection", judge.url.replace("http:", "https:"), "--output", "new.jsonl")


def wait_for(fits, what):
    for _ in range(1000):
        if fits():
            return
        time.sleep(0.01)
    raise Wrong(f"waited in vain for {what}")


def case_killed(world):
    journal = world.folder / "out.jsonl.journal.jsonl"

    def count():
        return len(journal.read_text().splitlines()) if journal.exists() else 0

    with FakeJudge(lambda asked, attempt: late(0.05, well(asked))) as judge:
        process = world.start(judge.url, "--concurrency", "2")
        wait_for(lambda: count() >= 4, "judgments in the journal")
        environment = pathlib.Path(f"/proc/{process.pid}/environ").read_bytes()
        check(KEY.encode() not in environment, "the key is in /proc/PID/environ")
        process.kill()
        world.end(process)
        kept = {(line["question_id"], line["turn"]) for line in read_lines(journal)}
        check(len(kept) < 12, "killed too late to test anything")
        with journal.open("a") as file:
            file.write('{"question_id": 9, "mod')  # what a machine that stops may leave
        before = len(judge.asked)
        # A second one at the same time is refused; a signal ends the first with a word.
        process = world.start(judge.url, "--concurrency", "1")
        wait_for(lambda: len(judge.asked) > before, "a request")
        world.fails(6, "is in use by process", judge.url)
        process.send_signal(signal.SIGTERM)
        _, err = world.end(process)
        equal(process.returncode, -signal.SIGTERM, "end by the signal")
        contains(err, "stopped by SIGTERM")
        contains(err, "the same command goes on")
        world.well(judge.url)
        again = judge.pairs()[before:]
        check(not kept & set(again), f"asked again for what was kept: {kept & set(again)}")
    equal(len(world.judgments()), 12, "judgments")
    equal(sorted(path.name for path in world.folder.glob("out.jsonl*")), ["out.jsonl", "out.jsonl.results"],
          "files")


def dumps_core(pid):
    os.kill(pid, signal.SIGSEGV)
    _, state = os.waitpid(pid, 0)
    return os.WCOREDUMP(state)


def case_core_dump(world):
    def unlimited():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    sleeper = subprocess.Popen(["sleep", "30"], cwd=world.folder, preexec_fn=unlimited)
    if not dumps_core(sleeper.pid):
        print("SKIPPED: this system writes no memory dumps, so that it cannot be seen that there is none")
    with FakeJudge(lambda asked, attempt: late(30, well(asked))) as judge:
        process = subprocess.Popen(world.command(judge.url), cwd=world.folder, env=world.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=unlimited)
        wait_for(lambda: judge.asked, "a request")
        check(not dumps_core(process.pid), "a memory dump was written while the key was in memory")
    for path in world.folder.glob("core*"):
        path.unlink()  # the sleeper's


def case_refused(world):
    good = world.folder / "answers.jsonl"
    with FakeJudge(well) as judge:
        world.well(judge.url)
        asked = len(judge.asked)
        world.write_answers("model-b", "b.jsonl")
        world.fails(6, "model: 'model-a' there, 'model-b' here", judge.url, answers="b.jsonl")
        world.fails(6, "judge: 'fake-judge' there, 'fake-judge-2' here", judge.url, model="fake-judge-2")
        world.fails(6, "temperature: 0.0 there, 0.5 here", judge.url, "--temperature", "0.5")
        other = [dict(q, turns=[q["turns"][0].replace("What", "Who"), q["turns"][1]]) for q in world.questions]
        write_lines(world.folder / "question.jsonl", other)
        world.fails(6, "user_prompt, from byte", judge.url)
        write_lines(world.folder / "question.jsonl", world.questions[:5])
        world.fails(3, "answers.jsonl:6: wanted an answer to one of the questions, got one to 6", judge.url)
        write_lines(world.folder / "question.jsonl", world.questions + world.questions[:1])
        world.fails(3, "question.jsonl:7: wanted one line of question 1", judge.url)
        write_lines(world.folder / "question.jsonl", world.questions)
        lines = good.read_text()
        good.write_text(lines + lines.splitlines()[0] + "\n")
        world.fails(3, "answers.jsonl:7: wanted one answer to question 1", judge.url)
        good.write_text(lines.replace('"model-a"', '"model-z"', 1))
        world.fails(3, "wanted answers of one model", judge.url)
        write_lines(good, [world.answer(1, "model-a")])
        world.fails(6, "which is none of them", judge.url)
        good.write_text(lines)
        world.fails(3, "wanted a reference answer to question 1, turn 1 (category math)", judge.url,
                    references=False)
        write_lines(world.folder / "prompts.jsonl", [{"name": "single-v1", "type": "single", "system_prompt": "s",
                                                      "prompt_template": "{question} {answer}"}])
        world.fails(3, "wanted a prompt single-math-v1, found none", judge.url, "--judge-prompts", "prompts.jsonl")
        write_lines(world.folder / "prompts.jsonl", [{"name": "single-v1", "type": "single", "system_prompt": "s",
                                                      "prompt_template": "{question}"}])
        world.fails(3, "wanted a place {answer}", judge.url, "--judge-prompts", "prompts.jsonl")
        equal(len(judge.asked), asked, "requests of refused commands")
    with (world.folder / "out.jsonl").open("a") as file:
        file.write("{}\n")
    world.fails(6, "out.jsonl:13: field \"question_id\"", "http://localhost:1/v1")
    new = ["--output", "new.jsonl"]
    world.fails(2, "wanted https, got http to api.example.com:80", "http://api.example.com/v1", *new)
    world.fails(2, "without user and password", "https://me:secret@api.example.com/v1", *new)
    world.fails(2, "http or https", "ftp://api.example.com/v1", *new)
    world.fails(2, "wanted a key of visible ASCII characters", "http://localhost:1/v1", *new, key=KEY + "\n")
    world.fails(2, "--price-in, --price-out: wanted both or none", "http://localhost:1/v1", "--price-in", "1")
    world.fails(2, "--price-in: wanted --dry-run", "http://localhost:1/v1", "--price-in", "1", "--price-out", "1")
    world.fails(2, "--concurrency: wanted 1 or more", "http://localhost:1/v1", "--concurrency", "0")


def case_turns_and_limit(world):
    """Answers of one turn, as the reference makes them, and the first questions alone."""
    lines = [world.answer(i, "model-a") for i in range(1, 7)]
    for line in lines:
        line["choices"][0]["turns"][1] = ""
    write_lines(world.folder / "answers.jsonl", lines)
    with FakeJudge(well) as judge:
        done = world.well(judge.url, "--limit", "2")
        contains(done.stderr, "6 second turns have no answer")
        equal(sorted(judge.pairs()), [(1, 1), (2, 1)], "requests of --limit 2")
        world.well(judge.url)
        equal(sorted(judge.pairs()), [(q, 1) for q in range(1, 7)], "requests in all")
    # An empty answer among others is an answer.
    lines[0]["choices"][0]["turns"][1] = "an answer 1 two"
    write_lines(world.folder / "answers.jsonl", lines)
    with FakeJudge(well) as judge:
        world.well(judge.url)
        equal(sorted(judge.pairs()), [(q, 2) for q in range(1, 7)], "requests about second turns")


def case_dry_run(world):
    with FakeJudge(well) as judge:
        done = world.well(judge.url, "--dry-run", "--price-in", "2", "--price-out", "10", key=None)
        contains(done.stdout, "12 judgments to be asked for")
        contains(done.stdout, "estimated from the texts")
        contains(done.stdout, "in money")
        cost = json.loads(world.well(judge.url, "--dry-run", "--json", "--price-in", "2", "--price-out",
                                     "10").stdout)
        equal(cost["money"], (cost["tokens_in"] * 2 + cost["tokens_out"] * 10) / 1e6, "money")
        equal(cost["most_tokens_out"], 12 * 2048, "most tokens")
        equal(judge.asked, [], "requests of a dry run")
        equal(list(world.folder.glob("out*")), [], "files of a dry run")
        world.well(judge.url, "--limit", "5")
        cost = json.loads(world.well(judge.url, "--output", "out.jsonl", "--dry-run", "--json").stdout)
        equal((cost["judgments"], cost["replies_measured"], cost["tokens_out"]), (2, 10, 40), "what is left")


def case_micro_models(world):
    """What both kinds of model write of the micro world's conversations is what judges read."""
    embedded = pathlib.Path(__file__).resolve().parents[2] / "embedded/data/mt_bench/question.jsonl"
    for backend in ("mdm", "arm"):
        made = subprocess.run([world.program, "--task", "mt_bench", "--limit", "4", "--backend", backend,
                               "--threads", "1", "--output", backend], cwd=world.folder, text=True,
                              capture_output=True)
        equal(made.returncode, 0, f"exit code of mt_bench ({made.stderr})")
        answers, = (world.folder / backend).glob("model_answer_*.jsonl")
        said = [answer["choices"][0]["turns"] for answer in read_lines(answers)]
        equal([len(turns) for turns in said], [2] * 4, "turns")
        with FakeJudge(lambda asked, attempt: grade("Good. [[7]]")) as judge:
            command = [world.program, "judge", "--questions", embedded, "--answers", answers, "--url",
                       judge.url, "--model", MODEL, "--output", f"{backend}.jsonl"]
            done = subprocess.run(command, cwd=world.folder, env=world.environment(), text=True,
                                  capture_output=True)
            world.outputs.append(done.stdout + done.stderr)
            equal(done.returncode, 0, f"exit code ({done.stderr})")
            equal(len(judge.asked), 8, "requests")
            asked = [a["body"]["messages"][-1]["content"] for a in judge.asked]
            for turns in said:
                check(all(any(turn in text for text in asked) for turn in turns), f"nobody asked about {turns}")
        equal([line["score"] for line in read_lines(world.folder / f"{backend}.jsonl")], [7] * 8, "scores")


def case_published_files(world, shared):
    folder = shared / "data/mt_bench"
    if not folder.is_dir():
        print(f"SKIPPED: no {folder}")
        return
    answers = [json.loads(line) for line in (folder / "smdm_reference_answer_gpt-4o-2024-05-13.jsonl").open()]
    for place, answer in enumerate(answers):  # so that the fake judge knows what is asked
        for turn in (0, 1):
            answer["choices"][0]["turns"][turn] += f" Q{place + 1}T{turn + 1}"
    write_lines(world.folder / "published.jsonl", answers)
    with FakeJudge(well) as judge:
        command = [world.program, "judge", "--questions", folder / "question.jsonl", "--answers",
                   "published.jsonl", "--reference-answers", folder / "reference_answer/gpt-4.jsonl",
                   "--judge-prompts", folder / "judge_prompts.jsonl", "--url", judge.url, "--model", MODEL,
                   "--output", "published.out.jsonl", "--concurrency", "16", "--json"]
        done = subprocess.run(command, cwd=world.folder, env=world.environment(), text=True, capture_output=True)
        world.outputs.append(done.stdout + done.stderr)
        equal(done.returncode, 0, f"exit code ({done.stderr})")
        equal(len(judge.asked), 160, "requests")
    lines = read_lines(world.folder / "published.out.jsonl")
    names = sorted({line["judge"][1] for line in lines})
    equal(names, ["single-math-v1", "single-math-v1-multi-turn", "single-v1", "single-v1-multi-turn"], "prompts")
    prompts = {p["name"]: p for p in map(json.loads, (folder / "judge_prompts.jsonl").open())}
    questions = {q["question_id"]: q for q in map(json.loads, (folder / "question.jsonl").open())}
    references = {a["question_id"]: a["choices"][0]["turns"]
                  for a in map(json.loads, (folder / "reference_answer/gpt-4.jsonl").open())}
    by_id = {a["question_id"]: a["choices"][0]["turns"] for a in answers}
    for line in lines:  # the prompts are what str.format makes of them
        asked, given = questions[line["question_id"]]["turns"], by_id[line["question_id"]]
        values = {"question": asked[0], "answer": given[0], "question_1": asked[0], "question_2": asked[1],
                  "answer_1": given[0], "answer_2": given[1]}
        for place, text in enumerate(references.get(line["question_id"], [])):
            values[f"ref_answer_{place + 1}"] = text
        equal(line["user_prompt"], prompts[line["judge"][1]]["prompt_template"].format(**values), "prompt")
    scores = {(s["category"], s["turn"]): s for s in json.loads(done.stdout)["scores"]}
    equal(scores[None, None]["judged"], 160, "judged")
    mean = sum(line["score"] for line in lines) / len(lines)
    check(abs(scores[None, None]["score"] - mean) < 1e-9, "mean")


def main():
    program, folder, shared = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    chosen = sys.argv[4:]
    failed = False
    for name, case in list(globals().items()):
        if not name.startswith("case_") or (chosen and name[5:] not in chosen):
            continue
        begin = time.monotonic()
        world = World(program, folder / name[5:])
        try:
            case(world, shared) if name == "case_published_files" else case(world)
            world.check_key()
            print(f"passed: {name[5:]} ({time.monotonic() - begin:.1f} s)")
        except Wrong as wrong:
            failed = True
            print(f"FAILED: {name[5:]}: {wrong}")
    with contextlib.suppress(OSError):
        if not failed:
            shutil.rmtree(folder)
    return 1 if failed else 0


sys.exit(main())
