// Joining rows means shifting whatever refers to positions or rows by what stands before them
// already.
#include "evaluators/rows/packing.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

namespace smdm {
namespace {

void append_shifted(std::vector<std::int64_t>& to,
                    const std::vector<std::int64_t>& from,
                    std::int64_t shift) {
  // Not reserved to the size it will have: growing by each group would copy a forward as often as
  // it has groups.
  std::ranges::transform(from, std::back_inserter(to),
                         [&](std::int64_t value) { return value + shift; });
}

/// Joins lists that have an entry per row, or none where no row has anything to say.
/// @param nothing  the entry of a row that has nothing to say
template <typename T>
void append_per_row(std::vector<T>& to,
                    std::size_t to_rows,
                    const std::vector<T>& from,
                    std::size_t from_rows,
                    const T& nothing) {
  if (to.empty() && from.empty()) return;
  to.resize(to_rows, nothing);
  to.insert(to.end(), from.begin(), from.end());
  to.resize(to_rows + from_rows, nothing);
}

/// Rows that want nothing, since they only keep a prefix, go with any others.
bool guided_alike(const PackedRows& a, const PackedRows& b) {
  if (a.wanted.empty() || b.wanted.empty()) return true;
  return a.unconditional.empty() == b.unconditional.empty() &&
         (a.unconditional.empty() || a.guidance == b.guidance);
}

}  // namespace

void check_limits(const PackingLimits& limits) {
  if (limits.rows_per_forward < 1 || limits.tokens_per_forward < 1) {
    throw std::invalid_argument("wanted at least one row and one token per forward, got " +
                                std::to_string(limits.rows_per_forward) + " and " +
                                std::to_string(limits.tokens_per_forward));
  }
}

void append(RowGroup& batch, RowGroup&& group) {
  if (batch.rows.rows() == 0) {
    batch = std::move(group);
    return;
  }
  auto& to = batch.rows;
  const auto& from = group.rows;
  const bool both_want = !to.wanted.empty() && !from.wanted.empty();
  if (both_want && to.unconditional.empty() != from.unconditional.empty()) {
    throw std::logic_error("packing: guided and plain rows in one forward");
  }
  if (to.wanted.empty()) to.guidance = from.guidance;  // rows that keep a prefix want nothing
  const auto tokens = to.tokens();
  const auto rows = static_cast<std::int64_t>(to.rows());
  append_per_row(to.prefixes, to.rows(), from.prefixes, from.rows(), {});
  append_per_row(to.begins, to.rows(), from.begins, from.rows(), PackedRows::kNone);
  append_per_row(to.keep, to.rows(), from.keep, from.rows(), std::int64_t{0});
  to.ids.insert(to.ids.end(), from.ids.begin(), from.ids.end());
  for (std::size_t row = 0; row < from.rows(); ++row) {
    to.offsets.push_back(tokens + from.offsets[row + 1]);
    const auto parent = from.continues[row];
    to.continues.push_back(parent == PackedRows::kNone ? parent : parent + rows);
  }
  append_shifted(to.wanted, from.wanted, tokens);
  append_shifted(to.unconditional, from.unconditional, tokens);
  batch.tokens.insert(batch.tokens.end(), group.tokens.begin(), group.tokens.end());
}

bool has_room(const RowGroup& batch, const RowGroup& group, const PackingLimits& limits) {
  if (batch.rows.rows() == 0) return true;
  if (!guided_alike(batch.rows, group.rows)) return false;
  const auto rows = static_cast<std::int64_t>(batch.rows.rows() + group.rows.rows());
  const auto tokens = batch.rows.tokens() + group.rows.tokens();
  return rows <= limits.rows_per_forward && tokens <= limits.tokens_per_forward;
}

}  // namespace smdm
