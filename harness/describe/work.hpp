/// What an evaluation would compute, counted without a model's weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// How the counts of some work compare to what it really takes, where answers decide that.
enum class Extent : std::uint8_t { exact, at_least, at_most };

/// The work of one task, or of the lines of --requests.
struct PlannedWork {
  std::string name;
  std::size_t documents = 0;
  std::size_t requests = 0;
  std::optional<std::int64_t> rows;      ///< of likelihoods
  std::optional<std::int64_t> forwards;  ///< of generations, one per document and step
  std::int64_t tokens = 0;
  Extent extent = Extent::exact;
};

/// Counts what compute() would do with the Items. Likelihoods are counted exactly, but those under
/// a target error and with greedy verdicts of a masked diffusion model as the least, and races as
/// the most that they may take; so are generations: every step of every document, with all tokens.
/// @param session  its model may be unloaded
[[nodiscard]] PlannedWork planned_work(const Session& session,
                                       std::string name,
                                       std::span<const Item> items,
                                       const Decided& decided);

/// About how long tokens take at a measured speed: 2 operations for each of them and parameter of
/// the layers.
/// @param flops  operations a second
[[nodiscard]] double hours_of(std::int64_t tokens, const ModelConfig& config, double flops);

}  // namespace smdm
