#include "tests/results/made_periods.hpp"

namespace smdm::test {

PeriodScores made_period(const std::string& name,
                         std::size_t texts,
                         std::mt19937_64& random,
                         const MadeLoss& loss) {
  std::normal_distribution<double> of_token(loss.centre, loss.spread);
  PeriodScores period{.name = name, .units = {}};
  for (std::size_t i = 0; i < texts; ++i) {
    const auto tokens = static_cast<double>(10 + random() % 50);
    period.units.push_back({.nats = -tokens * of_token(random),
                            .tokens = tokens,
                            .bytes = 4.0 * tokens,
                            .monte_carlo_error = std::nullopt});
  }
  return period;
}

bool covers(const std::optional<Interval>& interval, double value) {
  return interval && interval->low <= value && value <= interval->high;
}

}  // namespace smdm::test
