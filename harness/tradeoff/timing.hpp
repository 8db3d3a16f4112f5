/// How long generation takes under each of several settings, measured side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm::tradeoff {

/// What is timed: a model with its settings and the Items of all documents.
struct Timed {
  const Session* session = nullptr;
  const Decided* decided = nullptr;
  std::span<const Item> items;
};

/// Seconds that a document takes alone: [subjects][documents]. All subjects compute a document
/// before the next one begins, so that what else the machine does meets all of them.
/// @param documents  indices of Items
/// @param done       called after each computation
/// @throws Stopped   if a signal was noted
[[nodiscard]] std::vector<std::vector<double>> latencies(std::span<const Timed> subjects,
                                                         std::span<const std::size_t> documents,
                                                         const std::function<void()>& done);

/// Documents per second where they share forwards: [subjects][rounds]. Subjects take turns in each
/// round.
[[nodiscard]] std::vector<std::vector<double>> rates(std::span<const Timed> subjects,
                                                     std::span<const std::size_t> documents,
                                                     std::int64_t rounds,
                                                     const std::function<void()>& done);

}  // namespace smdm::tradeoff
