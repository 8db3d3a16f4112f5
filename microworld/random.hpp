/// Chance in the micro world: every draw is a pure function of (seed, stream, index, place), so
/// that one item can be made without making those before it, and no list depends on another one's
/// length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace smdm::microworld {

/// What draws are for. The numbers are part of what a seed means: never reused, never changed.
enum class Stream : std::uint8_t {
  relation = 1,    ///< which key has which value, and how common it is
  people = 2,      ///< names and descriptions of the reversal facts
  chronicle = 3,   ///< what happens in the dated months
  training = 4,    ///< rows of base training, by kind
  validation = 5,  ///< likewise
  test = 6,        ///< test items, by kind
  arithmetic = 7,  ///< problems, by split
  dated = 8,       ///< dated documents, by month
  order = 9,       ///< order of a file's rows
  split = 10,      ///< which split a text belongs to
  line = 11,       ///< waiting lines, by split
};

/// The draws of one item, in order. A value: a copy goes on where the original stood.
///
/// Word i is the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) of
/// key + (i + 1) * 0x9e3779b97f4a7c15, where the key hashes seed, stream, part and index.
class Draws {
 public:
  /// @param part   a kind, relation or month within the stream
  /// @param index  which item
  Draws(std::uint64_t seed, Stream stream, std::uint64_t part, std::uint64_t index);

  [[nodiscard]] std::uint64_t word() noexcept;

  /// Uniform in 0..count - 1, exactly. REQUIRES: count >= 1
  [[nodiscard]] std::size_t below(std::size_t count) noexcept;

  /// One of a list, each as likely. REQUIRES: not empty
  template <typename List>
  [[nodiscard]] const auto& pick(const List& list) noexcept {
    return list[below(list.size())];
  }

  template <typename T>
  void shuffle(std::vector<T>& list) noexcept {
    for (std::size_t left = list.size(); left > 1; --left) {
      std::swap(list[left - 1], list[below(left)]);
    }
  }

 private:
  std::uint64_t state_;
};

/// Ranks 0, 1, ... with probabilities proportional to 1 / (rank + 1)^exponent, as whole numbers
/// (each rounded to a millionth of the first), so that every machine draws the same.
class ZipfRanks {
 public:
  ZipfRanks(std::size_t count, double exponent);
  [[nodiscard]] std::size_t draw(Draws& draws) const;

 private:
  std::vector<std::uint64_t> sums_;  ///< of the weights up to and with each rank
};

/// The split that a text belongs to: a function of the text and the seed alone, so that training
/// and test can never share it.
enum class Split : std::uint8_t {
  training,    ///< 17 of 20
  validation,  ///< 1 of 20
  test,        ///< 2 of 20
};

[[nodiscard]] Split split_of(std::uint64_t seed, std::string_view text);

}  // namespace smdm::microworld
