/// Fills forwards with the rows of many requests, made lazily, and keeps apart whose rows are
/// whose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "models/packed_rows.hpp"

namespace smdm {

/// How large one forward may become. Changes the speed and the memory, never a result.
struct PackingLimits {
  std::int64_t rows_per_forward = 64;      ///< >= 1, the rows of the CFG branch included
  std::int64_t tokens_per_forward = 8192;  ///< >= 1, likewise
};

/// @throws std::invalid_argument  if a limit is below 1
void check_limits(const PackingLimits& limits);

/// Rows that are computed in the same forward: a row and its unconditional twin, or a context and
/// the rows that continue it.
struct RowGroup {
  PackedRows rows;
  std::vector<std::int64_t> tokens;  ///< [W], the token to score at each wanted position, or empty
};

/// Appends the rows of `group`. All groups of one batch are guided, or none is.
void append(RowGroup& batch, RowGroup&& group);

/// Whether `group` may join `batch`: it fits the limits and is guided alike. An empty batch takes
/// every group: one that is larger than the limits is a forward of its own.
[[nodiscard]] bool has_room(const RowGroup& batch,
                            const RowGroup& group,
                            const PackingLimits& limits);

/// The rows of one forward, and who asked for them.
template <typename Source>
struct Batch {
  struct Part {
    Source* source;
    std::size_t first;   ///< index of the group's first wanted position
    std::size_t wanted;  ///< how many positions it wants
    std::size_t first_row;
    std::size_t rows;
  };
  RowGroup rows;
  std::vector<Part> parts;  ///< one per group, in the order of their rows
};

/// Takes groups from sources until a forward is full, over and over.
///
/// A Source has
///   std::optional<RowGroup> next();  // the next group, or nothing: none left, or none before the
///                                    // results of the groups given so far are known
///   void finish();                   // called once, when next() has nothing and all is known
/// Sources are opened in order and only when those already open cannot fill the forward, so work on
/// many thousands of requests holds the rows of a few.
template <typename Source>
class Packer {
 public:
  /// @param open_next  the next source, or null when there is none any more
  Packer(std::function<std::unique_ptr<Source>()> open_next, const PackingLimits& limits)
      : open_next_(std::move(open_next)), limits_(limits) {
    check_limits(limits);
  }

  /// The next forward; one without parts when everything is finished. The results of a batch must
  /// be given to its sources before the next call.
  [[nodiscard]] Batch<Source> next() {
    Batch<Source> batch;
    std::size_t at = 0;
    while (at < open_.size() || open_one()) {
      const auto parts = batch.parts.size();
      if (!drain(open_[at], batch)) break;
      if (batch.parts.size() > parts) {
        ++at;  // it waits for results
      } else {
        open_[at].source->finish();
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    return batch;
  }

 private:
  struct Open {
    std::unique_ptr<Source> source;
    std::optional<RowGroup> held_back;  ///< found no room in the forward before
  };

  bool open_one() {
    auto source = open_next_();
    if (source == nullptr) return false;
    open_.push_back({std::move(source), std::nullopt});
    return true;
  }

  /// Moves groups into the batch until the source has none. @return false if the batch is full
  bool drain(Open& open, Batch<Source>& batch) {
    while (true) {
      auto group =
          open.held_back ? std::exchange(open.held_back, std::nullopt) : open.source->next();
      if (!group) return true;
      if (!has_room(batch.rows, *group, limits_)) {
        open.held_back = std::move(group);
        return false;
      }
      batch.parts.push_back({open.source.get(), batch.rows.rows.wanted.size(),
                             group->rows.wanted.size(), batch.rows.rows.rows(),
                             group->rows.rows()});
      append(batch.rows, std::move(*group));
    }
  }

  std::function<std::unique_ptr<Source>()> open_next_;
  PackingLimits limits_;
  std::vector<Open> open_;
};

}  // namespace smdm
