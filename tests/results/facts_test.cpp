// Facts of stored runs: types, settings of newer and older files, what depends on chance.
#include "results/run/facts.hpp"

#include <functional>

#include "base/error.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::as_stored;
using test::contains;
using test::made_run;
using test::made_task;
using test::MadeRun;
using test::whole_run;

MadeRun quiz(const std::string& name = "quiz", std::uint64_t seed = 0) {
  return {.tasks = {{.name = name, .verdicts = {1, 0, 1, 1}, .scores = {1, 0.5, 1, 0.25}}},
          .seed = seed};
}

}  // namespace

TEST_CASE("facts are what the files say, with their types") {
  auto made = made_run(quiz("b_task", 7));
  made.tasks.push_back(made_run(quiz("a_task", 7)).tasks[0]);
  made.smdm_eval["command_line"] = Json::array({"--task", "b_task"});
  made.smdm_eval["model"]["training_flops"] = 9007199254740993;
  const test::TemporaryFolder folder;
  const auto run = read_facts(test::store(made, folder.path()));
  REQUIRE(run.parts.size() == 1);
  const RunFacts& part = *run.parts[0];
  CHECK(part.model.name == "models/x");
  CHECK(part.model.kind == "mdm");
  CHECK(part.model.parameters == 1234);
  CHECK(part.model.dtype == "float32");
  CHECK_FALSE(part.model.arithmetic.has_value());
  CHECK_FALSE(part.model.family.has_value());
  CHECK_FALSE(part.model.mask_id.has_value());
  CHECK(part.model.weights_sha256 == test::made_digest("00ff"));
  CHECK(part.model.training_flops.dump() == "9007199254740993");  // not rounded to a double
  CHECK(part.git_revision == "abc1234");
  CHECK(part.processor == "Processor 9000");
  CHECK(part.bit_reproducible);
  CHECK_FALSE(part.embedded);
  CHECK(part.command_line == std::vector<std::string>{"--task", "b_task"});
  REQUIRE(run.tasks.size() == 2);
  const TaskFacts& task = run.tasks[0];
  CHECK(task.record.name == "b_task");  // as the file has them
  CHECK(tasks_by_name(run)[0]->record.name == "a_task");
  CHECK(task.seed == 7);
  CHECK(task.estimator == "mc");
  CHECK(task.cfg == 0.0);
  CHECK_FALSE(task.cfg_second.has_value());
  CHECK(task.documents == 4);
  CHECK(task.rows == 16);
  CHECK_FALSE(task.tokens.has_value());
  CHECK(task.seconds == 0.25);
  CHECK(task.data.at(0).path == "quiz.jsonl");
  CHECK(task.data.at(0).sha256 == test::made_digest("aa11"));
  CHECK(task.scores.at(0).value == 0.75);
  CHECK(task.scores.at(0).standard_error == 0.25);
  CHECK(task.samples_sha256.value().size() == 64);
}

TEST_CASE("a field of another type is refused with its file and name") {
  const auto error_of = [](const std::function<void(RunRecord&)>& change) {
    auto run = made_run(quiz());
    change(run);
    return test::error_text<ErrorKind::results>([&] { return as_stored(run, "runs/a"); });
  };
  CHECK(contains(error_of([](RunRecord& run) { run.smdm_eval["device"] = 5; }),
                 "runs/a/results_2024-09-01T00-00-00.000000.json: device: wanted a text, got 5"));
  CHECK(contains(error_of([](RunRecord& run) { run.smdm_eval["model"]["kind"] = true; }),
                 "model: kind: wanted a text, got true"));
  CHECK(contains(error_of([](RunRecord& run) { run.tasks[0].extra["rows"] = -4; }),
                 "quiz: rows: wanted an integer that is not negative, got -4"));
  CHECK(contains(error_of([](RunRecord& run) { run.tasks[0].extra["cfg"] = "much"; }),
                 "quiz: cfg: wanted a number, got \"much\""));
  CHECK(contains(error_of([](RunRecord& run) { run.smdm_eval["command_line"] = "--task"; }),
                 "command_line: wanted a list of texts"));
}

TEST_CASE("settings are all that a file says in one place, else those of the older keys") {
  const Json older = {{"estimator", "mc"}, {"mc_samples", 8}, {"cfg", 0.0}, {"rows", 16}};
  Json newer = older;
  newer["settings"] = {{"novel", 1}, {"cfg", 0.0}, {"mc_samples", 8}, {"seed", 3}};
  const auto a = task_settings(newer);
  const auto b = task_settings(older);
  CHECK(a.known() == Json({{"novel", 1}, {"cfg", 0.0}, {"mc_samples", 8}}));  // without the seed
  CHECK(b.known() == Json({{"estimator", "mc"}, {"mc_samples", 8}, {"cfg", 0.0}}));
  CHECK(same_settings(a, b));  // by the older keys, which are all that both have
  CHECK(comparable(a, b).first == b.known());
  auto other = newer;
  other["settings"]["novel"] = 2;
  CHECK_FALSE(same_settings(a, task_settings(other)));
  other["settings"] = {{"mc_samples", 8}, {"novel", 1}, {"cfg", 0.0}, {"seed", 4}};
  CHECK(same_settings(a, task_settings(other)));  // in another order, and another seed
  other["mc_samples"] = 9;
  CHECK_FALSE(same_settings(task_settings(other), b));
}

TEST_CASE("what a run says about its numbers") {
  auto made = quiz();
  const auto run = whole_run(made_run(made));
  const auto task = facts_of(run).tasks.at(0);
  CHECK(task.settings.known() == Json({{"estimator", "mc"}, {"mc_samples", 8}, {"cfg", 0.0}}));
  CHECK(task.depends_on_seed);
  CHECK(task.bounds == std::vector<Bound>{Bound::lower});
  made.tasks[0].bound = Bound::chain_rule;
  CHECK_FALSE(depends_on_seed(made_run(made).tasks[0]));
  made.tasks[0].bound = Bound::lower;
  auto enumerated = made_task(made.tasks[0]);
  for (auto& sample : enumerated.samples) {
    for (auto& choice : std::get<std::vector<ChoiceRecord>>(sample.outcome))
      choice.estimate.standard_error = 0.0;
  }
  CHECK_FALSE(depends_on_seed(enumerated));
  CHECK_FALSE(task.scores[0].monte_carlo_error.has_value());
  auto known = run;
  known.parts[0].results["results"]["quiz"]["acc_mc_stderr,none"] = 0.125;
  CHECK(facts_of(known).tasks.at(0).scores[0].monte_carlo_error == 0.125);
  known.parts[0].results["results"]["quiz"]["acc_mc_stderr,none"] = nullptr;
  CHECK_FALSE(facts_of(known).tasks.at(0).scores[0].monte_carlo_error.has_value());
}

TEST_CASE("texts depend on the seed where they are drawn") {
  TaskRecord task;
  SampleRecord sample;
  const auto with = [&](const Json& settings) {
    sample.outcome =
        GenerationRecord{.prompt = "p", .settings = settings, .text = {}, .filtered = {}};
    task.samples = {sample};
    return depends_on_seed(task);
  };
  CHECK_FALSE(with({{"sampler", "confidence"}, {"temperature", 0.0}}));
  CHECK(with({{"sampler", "confidence"}, {"temperature", 0.1}}));
  CHECK(with({{"sampler", "ancestral"}, {"temperature", 0.0}}));
  CHECK_FALSE(with({{"sampler", "autoregressive"}, {"temperature", 0.0}}));
}

}  // namespace smdm
