/// The ranks of a run, from their meeting to their end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/ranks/heartbeat.hpp"
#include "harness/ranks/launch.hpp"
#include "harness/ranks/node.hpp"
#include "harness/ranks/store.hpp"

namespace smdm::ranks {

/// How long ranks wait for each other.
struct Patience {
  std::chrono::milliseconds meeting{600'000};  ///< for all to be there
  std::chrono::milliseconds silence{15'000};   ///< for a sign of life, before a rank counts as dead
};

/// Rank 0 has ended the work, and said why, or all is done: the others have nothing to add.
class GroupEnded : public std::runtime_error {
 public:
  GroupEnded() : std::runtime_error("rank 0 has ended the work") {}
};

/// How the work of a group ends.
enum class GroupEnd : std::uint8_t { done, failed };

/// The ranks that were started together. Rank 0 leads: what it tells, the others await; what they
/// post comes into its inbox.
class Group {
 public:
  /// Meets the other ranks. Who is missing after 10 seconds is said on standard error.
  /// @throws Error(failure)  naming who is missing when the time is up, or a rank that is there
  ///                         twice
  Group(Launch launch, const Patience& patience);

  /// Leaves, unless leave() was called: the work has failed.
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  [[nodiscard]] int rank() const noexcept { return launch_.rank; }
  [[nodiscard]] int size() const noexcept { return launch_.size; }
  [[nodiscard]] bool leads() const noexcept { return launch_.rank == 0; }
  [[nodiscard]] int local_rank() const noexcept { return local_rank_; }
  [[nodiscard]] int local_size() const noexcept { return local_size_; }
  [[nodiscard]] const Patience& patience() const noexcept { return patience_; }
  [[nodiscard]] const std::string& launcher() const noexcept { return launch_.launcher; }

  /// For people: "rank 3 on node7".
  [[nodiscard]] std::string name_of(int rank) const;

  /// The node of this rank, and the first rank there.
  [[nodiscard]] const std::string& node_id() const { return nodes_[index()].id; }
  [[nodiscard]] int first_of_node() const;

  /// How many nodes the ranks are on.
  [[nodiscard]] std::size_t nodes() const;

  /// This rank's cores, and how many threads it takes by itself, see threads_of().
  [[nodiscard]] std::size_t cores() const { return nodes_[index()].cores.size(); }
  [[nodiscard]] int threads() const;

  /// The connection of the thread that leads or works.
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] std::unique_ptr<Store> new_connection() const;

  /// Tells the others something, once for each name. REQUIRES: leads()
  void tell(const std::string& name, const Json& value);

  /// What was told under a name. @throws GroupEnded  if that never comes
  [[nodiscard]] Json await(const std::string& name);

  /// How rank 0 has ended the work; nothing while it has not.
  [[nodiscard]] std::optional<GroupEnd> ended(Store& store) const;

  /// Whether rank 0 has said that all is done, as far as this rank's signs of life have seen.
  [[nodiscard]] bool is_done() const noexcept { return is_done_; }

  /// This rank has failed and ends by itself, also where rank 0 ends the work.
  void expect_end() noexcept { fails_ = true; }

  /// Tells rank 0 that this rank knows of the end.
  void say_goodbye();

  /// Ends well. Rank 0 waits a moment for the others, whose connections end with it.
  /// @param silent  those that it need not wait for
  void leave(std::vector<int> silent = {});

 private:
  using Time = std::chrono::steady_clock::time_point;

  [[nodiscard]] std::size_t index() const { return static_cast<std::size_t>(launch_.rank); }
  [[nodiscard]] std::string place() const;
  [[nodiscard]] std::string too_late(const std::string& whom) const;
  [[nodiscard]] bool serves() const;
  void connect_in_time(Time end);
  void meet(Time end);
  std::string next_start(const std::string& last, Time end);
  bool meet_at(const std::string& start, Time end);
  std::optional<std::string> awaited_members(const std::string& start, Time end);
  void gather(Time end);
  void know_nodes(const Json& all);
  void start_heartbeat();
  void look_after_leader(Store& store);
  [[noreturn]] void end_without_leader(const std::string& why) const;
  void end(GroupEnd how) noexcept;
  void wait_for_the_others(GroupEnd how);

  Launch launch_;
  Patience patience_;
  std::vector<Node> nodes_;  ///< of each rank
  int local_rank_ = 0;
  int local_size_ = 1;
  std::string all_keys_;               ///< of all starts
  std::unique_ptr<Store> all_starts_;  ///< with these; of rank 0 also the server, where it serves
  std::unique_ptr<Store> store_;
  std::vector<int> silent_;  ///< at the end
  Watch leader_;
  std::atomic<bool> leaves_ = false;
  std::atomic<bool> fails_ = false;
  std::atomic<bool> is_done_ = false;     ///< rank 0 has said so
  std::unique_ptr<Heartbeat> heartbeat_;  ///< the last member: its thread uses all others
};

}  // namespace smdm::ranks
