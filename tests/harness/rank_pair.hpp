/// Two ranks in one process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "harness/ranks/group.hpp"
#include "harness/ranks/messages.hpp"

namespace smdm::test {

/// How long what another connection has done may take to be seen.
inline constexpr std::chrono::milliseconds kSoon(5000);

/// Two ranks that have met. They leave well.
struct RankPair {
  std::unique_ptr<ranks::Group> leader, other;

  RankPair();
  ~RankPair();
  RankPair(const RankPair&) = delete;
  RankPair& operator=(const RankPair&) = delete;

  /// A message of rank 1 to rank 0.
  void send(const ranks::Report& report) const;

  /// What rank 1 has asked for.
  [[nodiscard]] std::optional<ranks::Lease> lease(std::int64_t number) const;
};

}  // namespace smdm::test
