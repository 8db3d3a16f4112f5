/// Transformers of the published family's proportions, of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smdm::scaling {

struct Shape {
  std::int64_t layers = 1;
  std::int64_t width = 16;
  std::int64_t heads = 1;
  std::int64_t intermediate = 64;

  /// Parameters outside embedding and head: the N of 6 N D.
  [[nodiscard]] double params() const;

  [[nodiscard]] bool operator==(const Shape&) const = default;
};

/// The smallest shape that is planned: one layer of width 16.
[[nodiscard]] Shape smallest_shape();

/// The shape of about so many parameters. SMDM's family (Nie et al. 2024, arXiv:2410.18514, table
/// of sizes) has 6 to 28 layers of width 256 to 2176, which 6 (width / 256)^(2/3) meets to two
/// layers up to the largest, and feed-forward layers of four times the width; smaller ones go on
/// in the same way. Widths are multiples of 8, larger ones of 64; heads have 16, 32 or 64
/// dimensions, or what comes next to it and divides the width.
/// @param params  positive; below the smallest shape's it is that one
[[nodiscard]] Shape shape_near(double params);

/// Different shapes about evenly spaced in ln N, the middle one at `best`, smallest first.
/// @param reach  the outermost are so many times smaller and larger; above 1
[[nodiscard]] std::vector<Shape> shapes_around(double best, std::size_t count, double reach);

}  // namespace smdm::scaling
