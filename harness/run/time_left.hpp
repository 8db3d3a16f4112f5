/// How long a run still takes, from what it has taken so far.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace smdm {

/// Every task has its own speed, in seconds a unit of cost; until a task has shown its own, it is
/// expected to go as fast as all of the run has. The two are mixed by cost, so that what is told
/// never jumps where a task begins. Times are given, not asked for.
class TimeLeft {
 public:
  /// @param costs  of each task, in any unit: what is still to be computed
  explicit TimeLeft(const std::vector<double>& costs);

  /// The next task begins. @param now  in seconds, from any time on
  void begin(double now);

  /// Part of the task that runs is done.
  void add(double cost, double now);

  /// @return seconds of all that is left; nothing before anything is done
  [[nodiscard]] std::optional<double> seconds(double now) const;

 private:
  struct Task {
    double cost = 0.0;  ///< in all
    double done = 0.0;
    double seconds = 0.0;  ///< for what is done
  };
  [[nodiscard]] double rate_of_all() const;
  [[nodiscard]] double estimated() const;
  void tell(double now);

  std::vector<Task> tasks_;
  std::size_t begun_ = 0;  ///< how many
  double total_ = 0.0;
  double last_ = 0.0;  ///< when something was done, or a task began
  std::optional<double> told_;
  double before_ = 0.0;  ///< what was told before the answers that came at once with the last one
  double told_at_ = 0.0;
  double group_began_ = 0.0;  ///< when the first of these answers came
};

}  // namespace smdm
