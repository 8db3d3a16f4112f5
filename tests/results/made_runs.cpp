#include "tests/results/made_runs.hpp"

#include <cmath>
#include <stdexcept>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/metrics/rank.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/writer.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {

std::string made_digest(const std::string& end) {
  constexpr std::size_t kDigits = 64;
  return std::string(kDigits - end.size(), '0') + end;
}

TaskRecord made_task(const MadeTask& made) {
  TaskRecord task;
  task.name = made.name;
  task.documents = static_cast<std::int64_t>(made.verdicts.size());
  task.extra = made.settings;
  task.extra["data"] = Json::array({{{"path", "quiz.jsonl"}, {"sha256", made_digest(made.data)}}});
  task.extra["rows"] = 16;
  task.extra["seconds"] = 0.25;
  task.metrics.push_back({.info = metrics::accuracy(), .values = made.verdicts});
  if (!made.scores.empty())
    task.metrics.push_back({.info = metrics::reciprocal_rank(), .values = made.scores});
  if (!made.nats.empty()) {
    task.metrics.push_back({.info = metrics::weighted_perplexity(), .values = made.nats});
  }
  for (std::size_t i = 0; i < made.verdicts.size(); ++i) {
    const std::string n = std::to_string(i);
    SampleRecord sample{
        .doc_id = static_cast<std::int64_t>(i), .doc = {{"question", "q" + n}}, .target = "0"};
    sample.cluster =
        made.people.empty() ? cluster_of_document(sample.doc) : cluster_of_subject(made.people[i]);
    Estimate estimate;
    estimate.nats = -1.0 - static_cast<double>(i);
    estimate.bound = made.bound;
    std::vector<ChoiceRecord> choices;
    for (const char* answer : {" yes", " no"})
      choices.push_back({.request = {.context = made.name + " q" + n, .continuation = answer},
                         .estimate = estimate});
    sample.outcome = std::move(choices);
    task.samples.push_back(std::move(sample));
  }
  return task;
}

RunRecord made_run(const MadeRun& made) {
  RunRecord run;
  run.model.name = "models/x";
  run.model.dtype = "float32";
  run.model.parameters = 1234;
  run.config.device = "cpu";
  run.config.seed = made.seed;
  for (const MadeTask& task : made.tasks) {
    run.tasks.push_back(made_task(task));
    run.tasks.back().extra["seed"] = made.seed;
  }
  run.smdm_eval = {{"version", "0.1.0"},
                   {"libtorch", "2.11.0"},
                   {"model", {{"kind", "mdm"}, {"weights_sha256", made_digest(made.weights)}}},
                   {"device", "cpu"},
                   {"processor", made.processor},
                   {"bit_reproducible", true}};
  run.start_s = 1725190496.0 + static_cast<double>(made.seed);
  run.seconds = 0.5;
  run.git_hash = made.revision;
  run.environment = "Linux";
  return run;
}

WholeRun whole_run(const RunRecord& run, const std::string& name) {
  StoredRun stored;
  stored.results_file = name + "/results_2024-09-01T00-00-00.000000.json";
  stored.date = "2024-09-01T00-00-00.000000";
  stored.run = run;
  stored.results = results_json(run, summarize(run));
  return {.name = name, .parts = {std::move(stored)}};
}

Facts as_stored(const RunRecord& run, const std::string& name) {
  return facts_of(whole_run(run, name));
}

std::filesystem::path store(const RunRecord& run, const std::filesystem::path& folder) {
  return write_run(folder, run, summarize(run)).results;
}

std::vector<double> drawn_verdicts(const std::vector<double>& chances, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform;
  std::vector<double> verdicts;
  for (const double chance : chances) verdicts.push_back(uniform(random) < chance ? 1.0 : 0.0);
  return verdicts;
}

std::vector<double> drawn_chances(std::size_t documents, std::mt19937_64& random) {
  std::normal_distribution<double> margin(0.6, 1.5);  // between the choices, in Monte Carlo errors
  std::vector<double> chances;
  for (std::size_t i = 0; i < documents; ++i)
    chances.push_back(0.5 * std::erfc(-margin(random) / std::sqrt(2.0)));
  return chances;
}

void replace_in(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  auto text = read_file(file);
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::invalid_argument(file.string() + " has no " + from);
  std::filesystem::remove(file);
  write_file(file, text.replace(at, from.size(), to));
}

}  // namespace smdm::test
