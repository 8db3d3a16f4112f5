/// An answer in blocks: of the positions hidden at a document's start, every `length` in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace smdm {

class Blocks {
 public:
  /// @param hidden  at the start, increasing
  /// @param length  of a block; the last may be shorter. 0: all are one
  Blocks(std::span<const std::size_t> hidden, std::int64_t length);

  [[nodiscard]] std::size_t count() const { return ends_.size(); }

  /// How many positions a block had at the start.
  [[nodiscard]] std::size_t size(std::size_t block) const;

  /// The first position of a block, and one behind its last.
  [[nodiscard]] std::size_t begin_of(std::size_t block) const { return begins_[block]; }
  [[nodiscard]] std::size_t end_of(std::size_t block) const { return ends_[block]; }

  /// The block of a position that was hidden at the start.
  [[nodiscard]] std::size_t block_of(std::size_t position) const;

  /// The part of `hidden` that lies in a block or before it.
  [[nodiscard]] std::span<const std::size_t> until_end_of(
      std::size_t block, std::span<const std::size_t> hidden) const;

  /// The same of the first block that has any; nothing where none has.
  [[nodiscard]] std::span<const std::size_t> of_first(std::span<const std::size_t> hidden) const;

 private:
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> ends_;
  std::vector<std::size_t> sizes_;
};

}  // namespace smdm
