#include "harness/run/parallel_limit.hpp"

#include <cstddef>
#include <vector>

#include "evaluators/generation/revealed_counts.hpp"

namespace smdm {
namespace {

using Counts = std::optional<std::vector<std::size_t>>;

/// An autoregressive model decodes one token after the other, whatever its temperature.
Counts counts_of(const DecodingConfig& /*config*/, std::size_t tokens) {
  return std::vector<std::size_t>(tokens, 1);
}

Counts counts_of(const UnmaskingConfig& config, std::size_t tokens) {
  const bool draws_all =
      config.temperature > 0.0 && config.top_p == 1.0 && config.top_k == 0 && !config.keeps_mask;
  return draws_all ? revealed_counts(config.policy, tokens) : std::nullopt;
}

std::optional<double> limit_of(const OpenAnswer& task,
                               const GenerationSettings& settings,
                               const Item& item) {
  const auto prompt = item.ids.prompt.size();
  const auto tokens = settings.length_behind(prompt) - static_cast<std::int64_t>(prompt);
  if (tokens <= 0) return std::nullopt;
  const auto counts = std::visit(
      [&](const auto& config) { return counts_of(config, static_cast<std::size_t>(tokens)); },
      settings.generator);
  if (!counts) return std::nullopt;
  return task.limit(std::get<Prompt>(item.asked).reference, *counts);
}

}  // namespace

std::optional<double> parallel_limit(const OpenAnswer& task,
                                     const GenerationSettings& settings,
                                     std::span<const Item> items) {
  if (task.limit == nullptr || settings.second_cfg || items.empty()) return std::nullopt;
  double sum = 0.0;
  for (const auto& item : items) {
    const auto limit = limit_of(task, settings, item);
    if (!limit) return std::nullopt;
    sum += *limit;
  }
  return sum / static_cast<double>(items.size());
}

}  // namespace smdm
