/// judge: what the metrics of a task make of an Answer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

struct Judged {
  /// What the document contributes to the metrics, in their order (Metric::width of each).
  std::vector<double> values;
  /// How much of each metric's contribution is chance of the masks, a standard deviation; nothing
  /// where it is not known.
  std::optional<std::vector<double>> errors;
  std::vector<std::string> texts;  ///< of a generation: what is judged of each pass
};

[[nodiscard]] Judged judge(const Task& task,
                           const Decided& decided,
                           const Item& item,
                           const Answer& answer,
                           const Session& session);

/// Tokens that the requests of an Item score.
[[nodiscard]] std::size_t scored_tokens(const Item& item);

/// The likelihood of a text from those of its pieces: sums, with the root of the summed squares of
/// their errors.
/// @param pieces  at least one
[[nodiscard]] Estimate sum_of(std::span<const Estimate> pieces);

}  // namespace smdm
