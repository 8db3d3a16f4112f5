/// Rank 0's part of shared work that needs no model: it gives out Items, takes answers in, and
/// looks after who is alive, in a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "harness/ranks/group.hpp"
#include "harness/ranks/leases.hpp"
#include "harness/ranks/messages.hpp"

namespace smdm::ranks {

class Coordinator {
 public:
  /// @param group   whose rank 0 this is; outlives it
  /// @param tasks   of each, the Items that have no answer yet
  Coordinator(const Group& group, const std::vector<std::vector<OpenItem>>& tasks);

  /// Stops. Who asks afterwards gets no answer.
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  // What rank 0's own work needs. All throw what has ended the thread, or what another rank failed
  // of.

  /// The next Items of a task for rank 0 itself.
  [[nodiscard]] std::optional<Lease> take_own(std::size_t task);

  /// Rank 0 has answered an Item. @return whether nobody had before
  [[nodiscard]] bool add_own(std::size_t task, std::size_t item);

  /// Rank 0 has worked on Items of its own. @param cost, seconds  since it last said so
  void add_own_time(double cost, double seconds);

  /// Answers that others have sent and that were not taken yet, each the first of its Item.
  [[nodiscard]] std::vector<SentAnswer> take_arrived();

  /// Whether all Items of a task are answered, and no answer waits to be taken.
  [[nodiscard]] bool is_complete(std::size_t task);

  /// Returns when something has come, or after a while.
  void wait();

  /// Those that give no sign of life now.
  [[nodiscard]] std::vector<int> silent() const;

  /// How many answers were taken of each rank.
  [[nodiscard]] std::vector<std::int64_t> answers() const;

  /// Each rank's part of the work that was done, by expected cost; they sum to 1.
  [[nodiscard]] std::vector<double> shares() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// What is known of a rank.
  struct Member {
    Watch watch;
    bool alive = true;
    std::int64_t asks = 0;    ///< the lease that it waits for; 0: none
    std::int64_t served = 0;  ///< the last one that it was given
    std::int64_t answers = 0;
    double cost = 0.0;  ///< of these
    Pace pace = {};
  };

  void run();
  void take_messages(Store& store);
  void take_message(const std::string& bytes);
  void take_more(Store& store);
  void note_gap(Store& store);
  void take_late(Store& store);
  void look_at_beats(Store& store);
  void bury(int rank);
  void serve(Store& store);
  void rethrow() const;
  [[nodiscard]] Member& member(int rank) { return members_.at(static_cast<std::size_t>(rank)); }

  const Group& group_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  Leases leases_;
  std::vector<SentAnswer> arrived_;
  std::vector<Member> members_;
  std::exception_ptr failure_;
  bool ends_ = false;
  // Of the thread alone.
  std::int64_t next_ = 1;           ///< message that is waited for
  std::vector<std::int64_t> gaps_;  ///< messages whose numbers were taken and that did not come
  Clock::time_point looked_{};
  std::thread thread_;  ///< the last member: it uses all others
};

}  // namespace smdm::ranks
