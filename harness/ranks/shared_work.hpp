/// compute() by all ranks of a group: what rank 0 does, and what the others do.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/ranks/coordinator.hpp"
#include "harness/ranks/group.hpp"
#include "harness/run/compute.hpp"

namespace smdm::ranks {

/// A task as all ranks know it. Every rank has the same ones, in the same order.
struct SharedTask {
  const Session* session = nullptr;  ///< of this rank; outlives the work
  std::span<const Item> items;       ///< outlive it likewise
  Decided decided;
};

/// Rank 0's side.
class SharedWork {
 public:
  /// Puts an answer into the journal before it is judged.
  using KeepEarly = std::function<void(const SentAnswer& sent)>;

  /// @param group       whose rank 0 this is; outlives it
  /// @param open        of each task, the indices of the Items that have no answer yet
  /// @param keep_early  called for answers to later tasks than the one that is computed
  SharedWork(const Group& group,
             std::vector<SharedTask> tasks,
             const std::vector<std::vector<std::size_t>>& open,
             KeepEarly keep_early);

  /// Computes what is open of a task, together with the others, who may go on to later tasks
  /// meanwhile. `done` is called in this thread, now and then also between two forwards. Tasks come
  /// in their order, each once.
  /// @throws Error    also what another rank failed of, with its name
  /// @throws Stopped
  void compute(std::size_t task, const AnswerDone& done);

  [[nodiscard]] int ranks() const { return group_.size(); }

  /// For people, while it works: "4/4 ranks".
  [[nodiscard]] std::string ranks_text() const;

  /// For people, at the end: how many answers each rank gave, and its part of the work.
  [[nodiscard]] std::string shares_text() const;

  /// See Coordinator::silent().
  [[nodiscard]] std::vector<int> silent() const { return coordinator_.silent(); }

 private:
  static void give(const SentAnswer& sent, const AnswerDone& done);
  void take_arrived(std::size_t task, const AnswerDone& done);
  void compute_lease(const Lease& lease, const AnswerDone& done);

  const Group& group_;
  std::vector<SharedTask> tasks_;
  std::vector<std::vector<SentAnswer>> early_;  ///< answers of each task before its turn
  KeepEarly keep_early_;
  Coordinator coordinator_;
};

/// The side of all other ranks: asks rank 0 for Items and sends it their Answers, until all is
/// done. What fails is told to rank 0 as well.
/// @throws GroupEnded  if rank 0 has ended the work before
/// @throws StoreLost   if rank 0 has gone
void serve(Group& group, std::span<const SharedTask> tasks);

}  // namespace smdm::ranks
