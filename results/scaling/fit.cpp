// All families by all methods, the gaps of every pair, and which methods contradict each other.
#include "results/scaling/fit.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text/numbers.hpp"

namespace smdm::scaling {
namespace {

constexpr int kDigits = 3;

FamilyFit fit_by(Method method, const Family& family, const DrawSettings& draws) {
  switch (method) {
    case Method::isoflop:
      return fit_isoflop(family, draws);
    case Method::envelope:
      return fit_envelope(family, draws);
    case Method::parametric:
      return fit_parametric(family, draws);
  }
  return {};
}

/// What two methods say of one family's best size, if one's exponent lies outside the other's
/// interval.
std::optional<std::string> disagreement(const FamilyFit& a, const FamilyFit& b) {
  const auto of_a = a.params.value().exponent_interval();
  const auto of_b = b.params.value().exponent_interval();
  const double slope_a = a.params.value().line.slope;
  const double slope_b = b.params.value().line.slope;
  const auto outside = [](const std::optional<Interval>& interval, double value) {
    return interval && (value < interval->low || value > interval->high);
  };
  if (!outside(of_a, slope_b) && !outside(of_b, slope_a)) return std::nullopt;
  return name_of(a.method) + " " + fixed_text(slope_a, kDigits) + " against " + name_of(b.method) +
         " " + fixed_text(slope_b, kDigits);
}

std::vector<Exponents> exponents_of(const std::vector<FamilyFit>& fits) {
  std::vector<Exponents> all;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (!fits[i].params) continue;
    auto own = std::ranges::find(all, fits[i].family, &Exponents::family);
    if (own == all.end())
      own = all.insert(all.end(), {.family = fits[i].family, .disagreements = {}});
    for (std::size_t j = 0; j < i; ++j) {
      if (fits[j].family != fits[i].family || !fits[j].params) continue;
      if (auto text = disagreement(fits[j], fits[i])) own->disagreements.push_back(*text);
    }
  }
  return all;
}

std::vector<Gap> gaps_of(const std::vector<FamilyFit>& fits, const std::vector<double>& losses) {
  std::vector<Gap> gaps;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    for (std::size_t j = i + 1; j < fits.size(); ++j) {
      const bool comparable =
          fits[i].method == fits[j].method && fits[i].has_curve() && fits[j].has_curve();
      if (!comparable) continue;
      gaps.push_back(
          gap_between(fits[i], fits[j], losses.empty() ? round_losses(fits[i], fits[j]) : losses));
    }
  }
  return gaps;
}

}  // namespace

Fit fit_points(const Points& points, const FitSettings& settings) {
  Fit fit{.settings = settings,
          .unit = points.points.front().unit,
          .points = points.points.size(),
          .fits = {},
          .gaps = {},
          .exponents = {},
          .refused = points.refused};
  const auto families = families_of(points.points);
  fit.fits.reserve(settings.methods.size() * families.size());
  for (const Method method : settings.methods) {
    for (const Family& family : families)
      fit.fits.push_back(fit_by(method, family, settings.draws));
  }
  if (std::ranges::none_of(fit.fits, &FamilyFit::has_curve)) {
    std::string why;
    for (const Refusal& refusal : fit.fits.front().refused)
      why += (why.empty() ? "" : "; ") + refusal.what + ": " + refusal.reason;
    throw Error(ErrorKind::data, "nothing could be fitted: " + why);
  }
  fit.gaps = gaps_of(fit.fits, settings.losses);
  fit.exponents = exponents_of(fit.fits);
  return fit;
}

}  // namespace smdm::scaling
