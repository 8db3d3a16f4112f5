/// Ranks that share the Items of a run, as a simulation by events: no clock, no network, no model.
///
/// Leases come from the class that real ranks use. What is simulated around it:
///
/// - All ranks start and load, and meet when the last one has; rank 0 asks each of the others twice
///   where it is and what it would do. From then on there is work.
/// - A rank without work sends a request through the store and waits for the reply; rank 0 takes
///   leases for itself at no cost, of the task that it is at, and waits for the task's end.
/// - Answers are sent as they come, but at most twice a second; those that are left at the end of a
///   lease go with the request for the next one. Sending holds up the rank.
/// - Rank 0 takes messages in batches, beside its work: the first one that has come, and then all
///   that have come meanwhile (up to 256) together. Then it replies to those that ask, in the order
///   of their ranks. Answers count when they are taken, rank 0's own at once.
/// - A rank that dies is silent; after the timeout its lease goes out again. It stays dead.
/// - If rank 0 dies, all ranks start anew after the timeout, with the answers that were taken up to
///   a second before.
///
/// A store's latency is the time of one round trip. To send takes one (the number of the message;
/// to set it needs no answer). A batch takes rank 0 four (wait, read, delete, count), and if there
/// are more messages two (look, read) and one for each of them (delete). A reply needs no answer;
/// to read it takes the rank three (wait, read, delete). The meeting takes four for each other
/// rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace smdm {

struct SimulatedItem {
  double cost = 1.0;    ///< by which leases are cut, above 0
  double tokens = 1.0;  ///< that a rank reads for it, above 0
};

/// The Items of each task.
using SimulatedTasks = std::vector<std::vector<SimulatedItem>>;

struct SimulatedRanks {
  int ranks = 1;
  double tokens_per_second = 1.0;  ///< of one rank, above 0
  double start_seconds = 0.0;      ///< of a process, until it loads
  double load_seconds = 0.0;
  double store_latency = 0.0;      ///< seconds of a round trip
  double failures_per_hour = 0.0;  ///< of one rank, while there is work
  double rank_timeout = 15.0;      ///< seconds from a rank's death until it is noticed
  std::uint64_t seed = 0;          ///< of failures
};

/// What one rank has done of all that counts.
struct RankTotals {
  std::size_t items = 0;  ///< whose first answer was this rank's
  double tokens = 0.0;    ///< of these
  std::size_t leases = 0;
};

struct SimulatedRun {
  double seconds = 0.0;   ///< from the start of the processes to the last answer
  double start_up = 0.0;  ///< of these, until work began the first time
  double working = 0.0;   ///< seconds that one rank would work on all Items
  double serving = 0.0;   ///< seconds that rank 0 has spent on messages, beside its work
  std::vector<RankTotals> ranks;
  std::size_t returned = 0;  ///< Items that dead ranks held, and that went out again
  std::size_t lost = 0;      ///< answers that rank 0 had taken and not yet stored when it died
  std::size_t failures = 0;  ///< of all ranks, rank 0's included
  std::size_t restarts = 0;
  std::vector<std::vector<int>> answered_by;  ///< the rank that each Item's answer is from

  /// Share of the ranks' time that they worked on answers which count, from when work began.
  [[nodiscard]] double busy() const;

  /// The same from the start of the processes.
  [[nodiscard]] double busy_with_start_up() const;
};

/// The same for the same arguments, on every machine.
/// @throws std::invalid_argument  if a number is out of its range
/// @throws Error(usage)           if rank 0 dies so often that the work does not end
[[nodiscard]] SimulatedRun simulate(const SimulatedTasks& tasks, const SimulatedRanks& ranks);

/// The largest number of ranks that are busy: the largest power of two, and then by halving what
/// lies up to the next. Right where the share falls with the number; failures blur it.
/// @param busy_at  share of a number of ranks
/// @param share    that is enough
/// @param most     where the search ends, at least 1
/// @return 0 if not even one rank is busy
[[nodiscard]] int most_busy_ranks(const std::function<double(int)>& busy_at,
                                  double share,
                                  int most);

}  // namespace smdm
