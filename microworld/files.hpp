/// Everything that a micro world consists of, as files: training corpora, test sets in the forms of
/// the real benchmarks, tokenizers and the facts themselves (docs/microworld.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace smdm::microworld {

/// Raised whenever a seed begins to mean another world.
inline constexpr int kWorldVersion = 1;

/// Rows of base training that the kinds' own numbers and the dated documents come to.
inline constexpr std::size_t kBaseRows = 60000;

/// How many rows are made.
struct Sizes {
  /// Of base training; kinds and dated documents keep their shares. Longer corpora are tokenized
  /// as one of kBaseRows is, so that losses of different lengths compare.
  std::size_t base_rows = kBaseRows;
  std::size_t question_items = 0;       ///< test, of each of the eight kinds; 0: as many as facts
  std::size_t arithmetic_rows = 60000;  ///< training
  std::size_t arithmetic_items = 300;   ///< test
  std::size_t dialogue_items = 60;      ///< test, at most a quarter of the arithmetic ones
  std::size_t dated_items = 60;         ///< test documents a month
  std::size_t infill_items = 300;       ///< test, an even number
  std::size_t line_rows = 120000;       ///< training
  std::size_t line_items = 300;         ///< test
  std::size_t base_validation = 1000;   ///< rows of base validation
  std::size_t validation_rows = 1000;   ///< of arithmetic and lines, each
};

struct File {
  std::string path;  ///< below the output folder
  std::string content;
  std::size_t rows = 0;  ///< lines; 0 for files that have none
};

/// @return the files in a fixed order: equal bytes for equal seeds
/// @throws std::invalid_argument  if the seed does not fit 32 bits
/// @throws Error(usage)           if the world has fewer different test problems than are wanted
/// @throws MicroworldError        if a tokenizer cannot be trained
[[nodiscard]] std::vector<File> make_files(std::uint64_t seed, const Sizes& sizes = {});

}  // namespace smdm::microworld
