/// What ranks say to rank 0, and what it gives them to do, as bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "harness/ranks/leases.hpp"

namespace smdm::ranks {

/// An answer on its way to rank 0.
struct SentAnswer {
  std::size_t task = 0;
  std::size_t item = 0;
  std::string bytes;  ///< see answer_codec.hpp
};

/// One message of a rank: answers, and what it wants next.
struct Report {
  int rank = 0;
  std::vector<SentAnswer> answers = {};
  double seconds = 0.0;  ///< that these took
  /// The number of the lease that it asks for, each of its own; 0: none yet.
  std::int64_t asks = 0;
  /// Why it cannot go on.
  std::optional<Error> failure = {};
};

/// @throws std::exception  of from_bytes: if they are no such bytes
[[nodiscard]] std::string to_bytes(const Report& report);
[[nodiscard]] Report report_of(const std::string& bytes);

/// What rank 0 says to who asks: a lease, or nothing, which means that all is done.
[[nodiscard]] std::string to_bytes(const std::optional<Lease>& lease);
[[nodiscard]] std::optional<Lease> lease_of(const std::string& bytes);

/// The key of a lease. @param number  see Report::asks
[[nodiscard]] std::string lease_key(int rank, std::int64_t number);

/// How long a rank keeps answers to itself, except at the end of a lease.
inline constexpr std::chrono::milliseconds kBetweenAnswers{500};

/// How many messages rank 0 takes together at most, behind a first one.
inline constexpr std::int64_t kMostTogether = 256;

/// The numbers of messages to rank 0 count up from 1 under this key; each lies under its own.
inline constexpr const char* kInbox = "inbox";
[[nodiscard]] std::string inbox_key(std::int64_t number);

}  // namespace smdm::ranks
