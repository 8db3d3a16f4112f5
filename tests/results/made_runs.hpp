/// Runs over invented documents whose values a test decides.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "results/run/facts.hpp"
#include "results/run/record.hpp"
#include "results/run/whole_run.hpp"

namespace smdm::test {

/// A task of multiple choice with a verdict "acc" and, where there are any, scores "mrr" and a
/// "perplexity" of the whole corpus.
struct MadeTask {
  std::string name = "quiz";
  std::vector<double> verdicts = {};  ///< one per document
  std::vector<double> scores = {};    ///< none, or one per document
  std::vector<double> nats = {};      ///< none, or nats and tokens of each document
  Bound bound = Bound::lower;
  Json settings = {{"estimator", "mc"}, {"mc_samples", 8}, {"cfg", 0.0}};
  std::vector<std::string> people = {};  ///< none, or whom each document is about
  std::string data = "aa11";             ///< last digits of the data's digest
};
/// 64 digits that end with these.
std::string made_digest(const std::string& end);

TaskRecord made_task(const MadeTask& task);

struct MadeRun {
  std::vector<MadeTask> tasks;
  std::uint64_t seed = 0;
  std::string revision = "abc1234";
  std::string weights = "00ff";
  std::string processor = "Processor 9000";
};
RunRecord made_run(const MadeRun& run);

/// A run as if it had been stored and read back.
WholeRun whole_run(const RunRecord& run, const std::string& name = "run");

/// Its facts.
Facts as_stored(const RunRecord& run, const std::string& name = "run");

/// Stores a run in a folder. @return its results file
std::filesystem::path store(const RunRecord& run, const std::filesystem::path& folder);

/// Each document right with its own chance: what another seed of a Monte Carlo estimate does.
std::vector<double> drawn_verdicts(const std::vector<double>& chances, std::mt19937_64& random);

/// Chances of being right: most documents are clear to the model, others are not.
std::vector<double> drawn_chances(std::size_t documents, std::mt19937_64& random);

/// Replaces the first `from` in a file.
void replace_in(const std::filesystem::path& file, const std::string& from, const std::string& to);

}  // namespace smdm::test
