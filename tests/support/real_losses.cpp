// Reads the recorded losses: a tensor [2^L, L] a choice, whose row is the hidden subset in bits and
// whose column is the token; where a token is not hidden stands 0.
#include "tests/support/real_losses.hpp"

#include <filesystem>
#include <iomanip>
#include <sstream>
#include <utility>

#include <torch/types.h>

#include "models/safetensors.hpp"
#include "tests/support/golden_cases.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {
namespace {

std::vector<RowLosses> losses_of(const torch::Tensor& recorded) {
  const auto values = recorded.accessor<float, 2>();
  std::vector<RowLosses> table(static_cast<std::size_t>(recorded.size(0)));
  for (std::size_t bits = 0; bits < table.size(); ++bits) {
    for (std::int64_t i = 0; i < recorded.size(1); ++i) {
      if ((bits >> static_cast<std::size_t>(i) & 1U) == 0) continue;
      table[bits].push_back(static_cast<double>(values[static_cast<std::int64_t>(bits)][i]));
    }
  }
  return table;
}

/// See real_questions().
std::vector<RowLosses> frozen_losses(const std::vector<RowLosses>& full) {
  constexpr double kShare = 0.05;
  auto frozen = full;
  for (std::size_t bits = 1; bits < full.size(); ++bits) {
    std::size_t k = 0;
    for (std::size_t i = 0; i < full.back().size(); ++i) {
      if ((bits >> i & 1U) == 0) continue;
      frozen[bits][k] += kShare * (full.back()[i] - full[bits][k]);
      ++k;
    }
  }
  return frozen;
}

std::string tensor_name(std::size_t question, std::size_t choice) {
  std::ostringstream name;
  name << "q" << std::setw(3) << std::setfill('0') << question << ".c" << choice;
  return name.str();
}

RealQuestion read_question(const SafetensorsFile& file, const nlohmann::json& about) {
  RealQuestion question;
  question.number = about.at("question");
  question.task = about.at("task");
  question.recorded = about.at("elbo").get<std::vector<double>>();
  const auto count = question.recorded.size();
  question.divisors = {std::vector<double>(count, 1.0),
                       about.at("characters").get<std::vector<double>>()};
  const std::vector<std::int64_t> prompt(kRealPrompt, static_cast<std::int64_t>(question.number));
  question.requests.reserve(count);
  question.tables.reserve(count);
  question.exact.reserve(count);
  for (std::size_t choice = 0; choice < count; ++choice) {
    auto full = losses_of(file.tensor(tensor_name(question.number, choice)));
    const std::vector<std::int64_t> target(full.back().size(), static_cast<std::int64_t>(choice));
    question.requests.push_back({.context = prompt, .continuation = target});
    auto frozen = frozen_losses(full);
    question.tables.emplace_back(std::move(full), std::move(frozen));
    question.exact.push_back(-question.tables.back().exact());
  }
  return question;
}

}  // namespace

std::vector<RealQuestion> real_questions() {
  const SafetensorsFile file(golden() / "real_losses.safetensors");
  const auto cases = golden_cases("real_losses.json");
  std::vector<RealQuestion> questions;
  questions.reserve(cases.size());
  for (const auto& about : cases) questions.push_back(read_question(file, about));
  return questions;
}

std::vector<RecordedTarget> recorded_targets() {
  std::vector<RecordedTarget> targets;
  const auto root = shared();
  if (!root || !std::filesystem::exists(*root / "tables" / "realtext.safetensors")) return targets;
  const auto folder = *root / "tables";
  const SafetensorsFile file(folder / "realtext.safetensors");
  for (const auto& question : nlohmann::json::parse(read_file(folder / "realtext.json"))) {
    std::size_t c = 0;
    for (const auto& choice : question.at("choices")) {
      auto& target = targets.emplace_back();
      target.name = tensor_name(question.at("question"), c++);
      target.losses = losses_of(file.tensor(target.name));
      target.losses.erase(target.losses.begin());  // nothing is hidden
      target.values = {.any_order = choice.at("any_order"),
                       .elbo = choice.at("elbo"),
                       .orders_sd = choice.at("orders_sd"),
                       .oracle_best = choice.at("best_order"),
                       .oracle_worst = choice.at("worst_order"),
                       .confidence = {},
                       .margin = {},
                       .entropy = {}};
    }
  }
  return targets;
}

}  // namespace smdm::test
