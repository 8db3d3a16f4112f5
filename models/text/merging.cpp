// Short pieces, which are nearly all, are searched from end to end for each merge; long ones keep
// their possible merges in a heap.
#include "models/text/merging.hpp"

#include <array>
#include <queue>

namespace smdm {
namespace {

constexpr std::size_t kShort = 32;

/// A piece of at most kShort ids, and the merge of each with its right neighbour.
class ShortPiece {
 public:
  ShortPiece(const PairTable& merges, std::int64_t* ids, std::size_t count)
      : merges_(merges), ids_(ids), count_(count) {
    for (std::size_t i = 0; i < count; ++i) look_at(i);
  }

  /// @return how many ids are left
  std::size_t merge() {
    for (auto best = first_lowest(); found_.at(best).rank != Merge::kNone; best = first_lowest())
      apply(best);
    return count_;
  }

 private:
  void look_at(std::size_t i) {
    found_[i] = i + 1 < count_ ? merges_.find(static_cast<std::int32_t>(ids_[i]),
                                              static_cast<std::int32_t>(ids_[i + 1]))
                               : Merge{};
  }

  [[nodiscard]] std::size_t first_lowest() const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < count_; ++i) {
      if (found_[i].rank < found_[best].rank) best = i;
    }
    return best;
  }

  void apply(std::size_t i) {
    ids_[i] = found_[i].result;
    for (std::size_t next = i + 1; next + 1 < count_; ++next) {
      ids_[next] = ids_[next + 1];
      found_[next] = found_[next + 1];
    }
    --count_;
    look_at(i);
    if (i > 0) look_at(i - 1);
  }

  const PairTable& merges_;
  std::int64_t* ids_;
  std::size_t count_;
  std::array<Merge, kShort> found_;
};

/// A list of ids in which neighbours become one, and the merges that are possible in it.
class LongPiece {
 public:
  LongPiece(const PairTable& merges, const std::int64_t* ids, std::size_t count)
      : merges_(merges), nodes_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      nodes_[i] = {.id = static_cast<std::int32_t>(ids[i]),
                   .previous = static_cast<std::int32_t>(i) - 1,
                   .next = i + 1 < count ? static_cast<std::int32_t>(i) + 1 : -1};
    }
    for (std::size_t i = 0; i + 1 < count; ++i) offer(static_cast<std::int32_t>(i));
  }

  void merge() {
    while (!offers_.empty()) {
      const auto best = offers_.top();
      offers_.pop();
      const auto merge = merge_of(best.place);
      if (merge.rank == best.rank) apply(best.place, merge);
    }
  }

  std::size_t write(std::int64_t* ids) const {
    std::size_t count = 0;
    for (std::int32_t i = 0; i >= 0; i = nodes_[static_cast<std::size_t>(i)].next)
      ids[count++] = nodes_[static_cast<std::size_t>(i)].id;
    return count;
  }

 private:
  struct Node {
    std::int32_t id = -1;  ///< -1 once it has become part of its left neighbour
    std::int32_t previous = -1;
    std::int32_t next = -1;
  };
  struct Offer {
    std::uint32_t rank;
    std::int32_t place;
  };
  struct Later {
    bool operator()(const Offer& a, const Offer& b) const noexcept {
      return a.rank != b.rank ? a.rank > b.rank : a.place > b.place;
    }
  };

  Node& node(std::int32_t i) { return nodes_[static_cast<std::size_t>(i)]; }

  [[nodiscard]] Merge merge_of(std::int32_t i) {
    const auto& left = node(i);
    if (left.id < 0 || left.next < 0) return {};
    return merges_.find(left.id, node(left.next).id);
  }

  void offer(std::int32_t i) {
    const auto merge = merge_of(i);
    if (merge.rank != Merge::kNone) offers_.push({.rank = merge.rank, .place = i});
  }

  void apply(std::int32_t i, const Merge& merge) {
    if (merge.rank == Merge::kNone) return;
    auto& left = node(i);
    auto& right = node(left.next);
    left.id = merge.result;
    left.next = right.next;
    right.id = -1;
    if (left.next >= 0) node(left.next).previous = i;
    offer(i);
    if (left.previous >= 0) offer(left.previous);
  }

  const PairTable& merges_;
  std::vector<Node> nodes_;
  std::priority_queue<Offer, std::vector<Offer>, Later> offers_;
};

}  // namespace

void merge_all(const PairTable& merges, std::vector<std::int64_t>& ids, std::size_t first) {
  const std::size_t count = ids.size() - first;
  if (count < 2) return;
  std::size_t left = 0;
  if (count <= kShort) {
    left = ShortPiece(merges, ids.data() + first, count).merge();
  } else {
    LongPiece piece(merges, ids.data() + first, count);
    piece.merge();
    left = piece.write(ids.data() + first);
  }
  ids.resize(first + left);
}

}  // namespace smdm
