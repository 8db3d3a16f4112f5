#include "results/scaling/random.hpp"

#include <cmath>
#include <vector>

#include "base/numbers/normal.hpp"

namespace smdm::scaling {
namespace {

std::vector<std::int64_t> content_of(const std::string& label) {
  return {label.begin(), label.end()};
}

}  // namespace

Random::Random(std::uint64_t seed, const std::string& label, std::size_t draw)
    : stream_(seed, Purpose::scaling_draw, content_of(label)),
      draw_(static_cast<std::int64_t>(draw)) {}

double Random::uniform() {
  return stream_.uniform(draw_, place_++);
}

double Random::normal() {
  const double u = uniform();
  return normal_pair(u, uniform()).first();
}

double Random::chi_square(double degrees) {
  // A gamma number of shape below 1 is one of a shape larger by 1, times a power of a uniform one.
  const double shape = degrees / 2.0;
  const double raised = shape < 1.0 ? shape + 1.0 : shape;
  const double d = raised - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = normal();
    const double v = std::pow(1.0 + c * x, 3.0);
    if (v <= 0.0 || std::log(uniform()) >= 0.5 * x * x + d - d * v + d * std::log(v)) continue;
    const double lowered = shape < 1.0 ? std::pow(uniform(), 1.0 / shape) : 1.0;
    return 2.0 * d * v * lowered;
  }
}

}  // namespace smdm::scaling
