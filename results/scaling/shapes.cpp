// Shapes are searched, not computed: few widths and numbers of layers come near a size, and the one
// that fits it best is taken among those that look like the family.
#include "results/scaling/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace smdm::scaling {
namespace {

constexpr std::int64_t kSmallestWidth = 16;
constexpr std::int64_t kWider = 4;  // the feed-forward layers

/// Layers of the family at a width.
double layers_at(double width) {
  constexpr double kLayers = 6.0;
  constexpr double kWidth = 256.0;
  return kLayers * std::pow(width / kWidth, 2.0 / 3.0);
}

/// The distance of widths that are tried, about an eighth of them at most.
std::int64_t width_step(double width) {
  constexpr double kEighth = 8.0;
  for (const std::int64_t step : {64, 32, 16}) {
    if (width >= kEighth * static_cast<double>(step)) return step;
  }
  return 8;
}

/// How many times one is the other.
double times_off(std::int64_t a, std::int64_t b) {
  return static_cast<double>(std::max(a, b)) / static_cast<double>(std::min(a, b));
}

std::int64_t heads_of(std::int64_t width) {
  constexpr std::int64_t kSmall = 128;
  constexpr std::int64_t kLarge = 512;
  const std::int64_t wanted = width < kSmall ? 16 : (width < kLarge ? 32 : 64);
  std::int64_t best = 1;
  for (std::int64_t heads = 1; heads <= width / 2; ++heads) {
    if (width % heads != 0 || (width / heads) % 2 != 0) continue;
    if (times_off(width / heads, wanted) < times_off(width / best, wanted)) best = heads;
  }
  return best;
}

Shape shape_of(std::int64_t layers, std::int64_t width) {
  return {
      .layers = layers, .width = width, .heads = heads_of(width), .intermediate = kWider * width};
}

/// The width at which the family's rule gives so many parameters, 16 width^2 a layer.
double width_for(double params) {
  constexpr double kPerLayer = 16.0;
  constexpr double kLeast = 1.0;
  constexpr double kMost = 1e6;
  double low = kLeast;
  double high = kMost;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    const double given = kPerLayer * std::max(1.0, layers_at(middle)) * middle * middle;
    (given < params ? low : high) = middle;
  }
  return low;
}

}  // namespace

double Shape::params() const {
  const auto e = static_cast<double>(width);
  const auto i = static_cast<double>(intermediate);
  return static_cast<double>(layers) * (4.0 * e * e + 3.0 * e * i + 2.0 * e) + e;
}

Shape smallest_shape() {
  return shape_of(1, kSmallestWidth);
}

Shape shape_near(double params) {
  constexpr double kSlimmest = 0.75;
  constexpr double kWidest = 1.35;
  constexpr double kOfProportion = 0.2;  // a tenth in layers is worth a fiftieth in size
  const double middle = width_for(params);
  const auto step = width_step(middle);
  Shape best = smallest_shape();
  double least = std::numeric_limits<double>::infinity();
  const auto first = static_cast<std::int64_t>(kSlimmest * middle) / step * step;
  const auto last = static_cast<std::int64_t>(kWidest * middle) + step;
  for (auto width = std::max(first, kSmallestWidth); width <= last; width += step) {
    const double wanted = std::max(1.0, layers_at(static_cast<double>(width)));
    const auto fewest = static_cast<std::int64_t>(kSlimmest * wanted);
    const auto most = static_cast<std::int64_t>(kWidest * wanted) + 1;
    for (auto layers = std::max<std::int64_t>(fewest, 1); layers <= most; ++layers) {
      const Shape shape = shape_of(layers, width);
      const double off = std::fabs(std::log(shape.params() / params)) +
                         kOfProportion * std::fabs(std::log(static_cast<double>(layers) / wanted));
      if (off < least) {
        least = off;
        best = shape;
      }
    }
  }
  return best;
}

std::vector<Shape> shapes_around(double best, std::size_t count, double reach) {
  constexpr double kLittle = 1.05;
  std::vector<Shape> shapes;
  shapes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double place =
        count == 1 ? 0.0 : 2.0 * static_cast<double>(i) / static_cast<double>(count - 1) - 1.0;
    double wanted = best * std::pow(reach, place);
    Shape shape = shape_near(wanted);
    while (!shapes.empty() && !(shape.params() > shapes.back().params())) {
      wanted *= kLittle;
      shape = shape_near(wanted);
    }
    shapes.push_back(shape);
  }
  return shapes;
}

}  // namespace smdm::scaling
