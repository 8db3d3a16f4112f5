// Stored tables are two files: JSON that says which questions there are, and safetensors with a
// table of losses for each of their choices. Nothing of either is believed: shapes, entries and the
// numbers that the JSON has of the tables are checked before anything is measured on them.
#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include <ATen/core/Tensor.h>

#include "base/error.hpp"
#include "base/files/read.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/text/json_text.hpp"
#include "base/text/python.hpp"
#include "base/text/visible.hpp"
#include "evaluators/subsets/lattice.hpp"
#include "harness/bench/studied.hpp"
#include "harness/settings/refuse.hpp"
#include "models/safetensors.hpp"
#include "results/run/checked_json.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

struct TableFiles {
  fs::path json;
  fs::path tensors;
};

/// @param name  of either file, or what both begin with
TableFiles files_of(const std::string& name) {
  constexpr const char* kJson = ".json";
  constexpr const char* kTensors = ".safetensors";
  fs::path stem = name;
  if (stem.extension() == kJson || stem.extension() == kTensors) stem.replace_extension();
  return {.json = stem.string() + kJson, .tensors = stem.string() + kTensors};
}

[[noreturn]] void malformed(const fs::path& file, const std::string& text) {
  throw Error(ErrorKind::data, file.string() + ": " + text);
}

/// A choice as the JSON has it.
struct StoredChoice {
  std::string tensor;
  std::size_t tokens = 0;
  Json values;  ///< the object, with what was computed of the table when it was stored
};

struct StoredQuestion {
  std::string task;
  std::vector<std::size_t> characters;  ///< of each choice
  std::vector<StoredChoice> choices;
  std::string beyond;  ///< the tensor of one choice more, which must not be there
};

/// "q007.c1"
std::string tensor_name(std::size_t question, std::size_t choice) {
  constexpr int kDigits = 3;
  std::ostringstream name;
  name << "q" << std::setw(kDigits) << std::setfill('0') << question << ".c" << choice;
  return name.str();
}

std::size_t positive(const Json& value, const std::string& what) {
  if (!is_natural(value) || value.get<std::size_t>() == 0)
    throw Error(ErrorKind::data,
                what + ": wanted a whole number of at least 1, got " + json_text(value));
  return value.get<std::size_t>();
}

StoredQuestion question_from(const Json& json) {
  const auto& number = json.at("question");
  if (!is_natural(number))
    throw Error(ErrorKind::data,
                "question: wanted a number that is not negative, got " + json_text(number));
  StoredQuestion question{
      .task = json.at("task").get<std::string>(), .characters = {}, .choices = {}, .beyond = {}};
  const auto index = number.get<std::size_t>();
  for (const auto& choice : json.at("choices")) {
    auto name = tensor_name(index, question.choices.size());
    const auto tokens = positive(choice.at("tokens"), name + ": tokens");
    question.choices.push_back({.tensor = std::move(name), .tokens = tokens, .values = choice});
  }
  for (const auto& count : json.at("characters"))
    question.characters.push_back(positive(count, "characters"));
  const auto choices = question.choices.size();
  question.beyond = tensor_name(index, choices);
  if (choices < 2)
    throw Error(ErrorKind::data, "wanted at least two choices, got " + std::to_string(choices));
  if (question.characters.size() != choices)
    throw Error(ErrorKind::data, "characters: wanted a number for each of " +
                                     std::to_string(choices) + " choices, got " +
                                     std::to_string(question.characters.size()));
  return question;
}

std::vector<StoredQuestion> questions_from(const fs::path& file) {
  Json all;
  try {
    all = parse_json(read_file(file, ErrorKind::data));
  } catch (const JsonTextError& error) {
    malformed(file, std::string("wanted JSON, got ") + error.what());
  }
  if (!all.is_array() || all.empty()) malformed(file, "wanted a list of questions, got none");
  std::vector<StoredQuestion> questions;
  for (const auto& one : all) {
    const auto where = "entry " + std::to_string(questions.size()) + ": ";
    try {
      questions.push_back(question_from(one));
    } catch (const Json::exception& error) {
      malformed(file, where + error.what());
    } catch (const Error& error) {
      malformed(file, where + error.what());
    }
  }
  return questions;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const auto size : shape)
    text.append(text.size() > 1 ? ", " : "").append(std::to_string(size));
  return text + "]";
}

/// The tensors of a file of stored tables.
class TableReader {
 public:
  explicit TableReader(const fs::path& file) : file_(opened(file)) {}

  /// The losses of a choice by the bits of the hidden subset. REQUIRES: check() of its question
  [[nodiscard]] std::vector<RowLosses> losses(const StoredChoice& choice) const {
    const auto tensor = file_.tensor(choice.tensor);
    const std::span entries(tensor.const_data_ptr<float>(),
                            static_cast<std::size_t>(tensor.numel()));
    std::vector<RowLosses> full(std::size_t{1} << choice.tokens);
    for (std::size_t bits = 0; bits < full.size(); ++bits) {
      for (std::size_t token = 0; token < choice.tokens; ++token) {
        const double loss = entries[bits * choice.tokens + token];
        const bool hidden = (bits >> token & 1U) != 0;
        if (!std::isfinite(loss) || loss < 0.0 || (!hidden && loss != 0.0))
          refuse_entry(choice, {bits, token}, loss, hidden);
        if (hidden) full[bits].push_back(loss);
      }
    }
    return full;
  }

  /// Whether there is a table of the right shape for each choice, and for no other.
  /// @param json  the file beside, which names them
  void check(const StoredQuestion& question, const fs::path& json) const {
    for (const auto& choice : question.choices) check_shape(choice);
    if (file_.entries().contains(question.beyond))
      refuse_tensor(question.beyond, "a choice that " + json.string() + " has not");
  }

 private:
  [[noreturn]] void refuse_tensor(const std::string& tensor, const std::string& text) const {
    throw Error(ErrorKind::data, file_.name() + ": tensor \"" + tensor + "\": " + text);
  }

  static SafetensorsFile opened(const fs::path& file) {
    try {
      return SafetensorsFile(file);
    } catch (const Error& error) {
      throw Error(ErrorKind::data, error.what());  // no checkpoint's fault
    }
  }

  void check_shape(const StoredChoice& choice) const {
    const auto found = file_.entries().find(choice.tensor);
    if (found == file_.entries().end()) refuse_tensor(choice.tensor, "missing");
    const auto& [dtype, shape, begin, end] = found->second;
    const auto got = dtype + " " + shape_text(shape);
    if (dtype != "F32" || shape.size() != 2)
      refuse_tensor(choice.tensor, "wanted F32 [2^L, L], got " + got);
    if (shape[0] < 2 || !std::has_single_bit(static_cast<std::uint64_t>(shape[0])))
      refuse_tensor(choice.tensor, "wanted a power of two of rows, one a subset, got " + got);
    const auto tokens = static_cast<std::int64_t>(choice.tokens);
    if (choice.tokens > kMaxEnumerated || shape[1] != tokens ||
        shape[0] != subset_count(choice.tokens) + 1)
      refuse_tensor(choice.tensor, "wanted [2^L, L] for a target of L = " + std::to_string(tokens) +
                                       " tokens, at most " + std::to_string(kMaxEnumerated) +
                                       ", got " + got);
  }

  [[noreturn]] void refuse_entry(const StoredChoice& choice,
                                 std::pair<std::size_t, std::size_t> place,
                                 double loss,
                                 bool hidden) const {
    refuse_tensor(choice.tensor,
                  "row " + std::to_string(place.first) + ", column " +
                      std::to_string(place.second) + ": wanted " +
                      (hidden ? "a loss, finite and not negative" : "0, where nothing is hidden") +
                      ", got " + python_float(loss));
  }

  SafetensorsFile file_;
};

/// What the JSON says of a table has to follow from it, up to the rounding of float32.
void check_values(const fs::path& file, const StoredChoice& choice, const TargetTable& table) {
  constexpr double kRounding = 1e-6;
  const auto values = order_values(choice.tokens, std::span(table.full).subspan(1));
  const std::map<std::string, double> computed = {{"elbo", values.elbo},
                                                  {"any_order", values.any_order},
                                                  {"best_order", values.oracle_best},
                                                  {"worst_order", values.oracle_worst},
                                                  {"orders_sd", values.orders_sd}};
  for (const auto& [key, value] : computed) {
    const auto found = choice.values.find(key);
    if (found == choice.values.end()) continue;
    const bool agrees = found->is_number() && std::abs(found->get<double>() - value) <=
                                                  kRounding * std::max(1.0, std::abs(value));
    if (!agrees)
      malformed(file, choice.tensor + ": " + key + ": wanted " + python_float(value) +
                          " as the table has it, got " + json_text(*found));
  }
}

/// What targets are: nothing but their lengths is stored. Draws differ between questions by their
/// contexts.
TokenRequest made_up_request(std::size_t question, std::size_t tokens) {
  return {.context = {static_cast<std::int64_t>(question)},
          .continuation = std::vector<std::int64_t>(tokens, 0)};
}

std::vector<std::vector<double>> divisors_of(const StoredQuestion& question) {
  std::vector<std::vector<double>> divisors;
  for (const auto& metric : {metrics::accuracy(), metrics::normalized_accuracy()}) {
    auto& own = divisors.emplace_back();
    for (const auto count : question.characters) own.push_back(metric.race_divisor(count));
  }
  return divisors;
}

/// Gathers the questions of a task. Their tables come last: they point to the requests.
class StoredTask {
 public:
  explicit StoredTask(const std::string& name) {
    study_.name = name;
    study_.metrics = {metrics::accuracy().name, metrics::normalized_accuracy().name};
  }

  void add(const StoredQuestion& question,
           std::size_t number,
           const BenchEstimatorSettings& bench) {
    if (bench.limit && static_cast<std::int64_t>(study_.documents) >= *bench.limit) return;
    study_.documents += 1;
    const bool fits = std::ranges::all_of(question.choices, [&](const StoredChoice& choice) {
      return static_cast<std::int64_t>(choice.tokens) <= bench.longest;
    });
    if (!fits) return;
    study_.fitting += 1;
    study_.questions.push_back({.first = study_.requests.size(),
                                .count = question.choices.size(),
                                .divisors = divisors_of(question)});
    study_.clusters.emplace_back();
    for (const auto& choice : question.choices) {
      study_.requests.push_back(made_up_request(number, choice.tokens));
      choices_.push_back(choice);
    }
  }

  [[nodiscard]] StudiedTask read(const TableReader& reader, const fs::path& json) {
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      study_.tables.push_back(table_of(study_.requests[i], reader.losses(choices_[i])));
      check_values(json, choices_[i], study_.tables.back());
    }
    return std::move(study_);
  }

 private:
  StudiedTask study_;
  std::vector<StoredChoice> choices_;  ///< of the requests
};

/// Tasks in the order in which they come first.
std::vector<std::string> task_names(std::span<const StoredQuestion> questions) {
  std::vector<std::string> names;
  for (const auto& question : questions) {
    if (std::ranges::find(names, question.task) == names.end()) names.push_back(question.task);
  }
  return names;
}

std::string list_of(std::span<const std::string> names) {
  std::string all;
  for (const auto& name : names) all.append(all.empty() ? "" : ", ").append(name);
  return all;
}

void check_tasks(const BenchEstimatorSettings& bench, std::span<const std::string> names) {
  for (const auto& task : bench.tasks) {
    if (std::ranges::find(names, task) == names.end())
      refuse("--task", "tasks that the tables have (" + list_of(names) + ")", task);
  }
}

}  // namespace

std::vector<StudiedTask> stored_tasks(const BenchEstimatorSettings& bench) {
  const auto files = files_of(bench.tables);
  const auto questions = questions_from(files.json);
  const TableReader reader(files.tensors);
  for (const auto& question : questions) reader.check(question, files.json);
  const auto names = task_names(questions);
  check_tasks(bench, names);
  std::vector<StudiedTask> all;
  for (const auto& name : names) {
    const auto& asked = bench.tasks;
    if (!asked.empty() && std::ranges::find(asked, name) == asked.end()) continue;
    StoredTask task(name);
    for (std::size_t q = 0; q < questions.size(); ++q) {
      if (questions[q].task == name) task.add(questions[q], q, bench);
    }
    auto study = task.read(reader, files.json);
    std::cerr << visible(counts_line(study, bench.longest)) << "\n";
    if (!study.requests.empty()) all.push_back(std::move(study));
  }
  if (all.empty())
    refuse("--longest", "one that some question fits", std::to_string(bench.longest));
  return all;
}

}  // namespace smdm
