// An interval's width does not depend on the losses that are still to come, but on where they will
// be measured: a line's error formula takes the new design matrix. What it cannot know is how the
// estimates of the variances will change.
#include "results/scaling/further.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "results/scaling/difference.hpp"
#include "results/scaling/gap.hpp"
#include "results/scaling/profile.hpp"

namespace smdm::scaling {
namespace {

/// What the error of a family's line is made of.
struct Design {
  LineData line;         ///< ln (C / C_c), and variances of ln L; the ln L themselves do not matter
  double degrees = 0.0;  ///< of freedom, of the pooled residual variance
  double scatter = 0.0;  ///< a variance

  [[nodiscard]] std::vector<LineError> errors() const {
    const std::vector<double> scatters(line.x.size(), scatter);
    return {line_error(line, scatter, line.error, degrees),
            line_error(line, scatter, scatters, static_cast<double>(line.x.size()) - 2.0)};
  }
};

/// Sizes as ln N, each once.
std::vector<double> sizes_of(const Budget& budget) {
  std::vector<double> sizes;
  for (const Point& point : budget.points) {
    const double size = std::log(point.params);
    if (sizes.empty() || size > sizes.back()) sizes.push_back(size);
  }
  return sizes;
}

std::vector<double> points_of(const Budget& budget) {
  std::vector<double> points;
  points.reserve(budget.points.size());
  for (const Point& point : budget.points) points.push_back(std::log(point.params));
  return points;
}

/// A family with the profiles of its budgets.
class Seen {
 public:
  Seen(const Family& family, const FamilyFit& fit) : fit_(fit) {
    for (const Budget& budget : family.budgets) {
      auto profile = profile_of(budget);
      if (const auto* good = std::get_if<Profile>(&profile)) profiles_.push_back(*good);
    }
    pooled_ = pooled_over(profiles_);
    for (const Profile& profile : profiles_) {
      design_.line.x.push_back(place_of(profile.budget->flops));
      design_.line.y.push_back(std::log(profile.lowest.y));
      design_.line.error.push_back(error_of(profile, pooled_.variance).y);
    }
    design_.degrees = pooled_.degrees;
    design_.scatter = law().scatter * law().scatter;
  }

  [[nodiscard]] const FamilyFit& fit() const { return fit_; }
  [[nodiscard]] const PowerLaw& law() const { return fit_.loss.value(); }
  [[nodiscard]] const std::vector<Profile>& profiles() const { return profiles_; }
  [[nodiscard]] const Design& design() const { return design_; }

  /// With another budget, of as many sizes as others have, around its best size.
  [[nodiscard]] Design with_budget(double flops, std::vector<double>& sizes) const {
    const Profile& near = nearest(flops);
    const double loss = law().at(flops);
    const double centre = std::log(fit_.params.value().at(flops));
    sizes = new_sizes(near, centre);
    std::vector<double> losses;
    losses.reserve(sizes.size());
    for (const double size : sizes)
      losses.push_back(loss + near.parabola.c[2] * (size - centre) * (size - centre));
    Design design = design_;
    design.line.x.push_back(place_of(flops));
    design.line.y.push_back(std::log(loss));
    design.line.error.push_back(std::max(pooled_.variance, usually_given()) *
                                parabola_of(sizes, losses).variance_of_lowest().y);
    design.degrees += static_cast<double>(sizes.size()) - 3.0;
    return design;
  }

  /// With more trainings of a budget that there is.
  [[nodiscard]] Design with_sizes(std::size_t place, const std::vector<double>& more) const {
    const Profile& profile = profiles_.at(place);
    auto sizes = points_of(*profile.budget);
    sizes.insert(sizes.end(), more.begin(), more.end());
    std::vector<double> losses;
    losses.reserve(sizes.size());
    for (const double size : sizes) losses.push_back(profile.parabola.at(size));
    Design design = design_;
    design.line.error.at(place) =
        profile.variance(pooled_.variance) * parabola_of(sizes, losses).variance_of_lowest().y;
    design.degrees += static_cast<double>(more.size());
    return design;
  }

 private:
  [[nodiscard]] double place_of(double flops) const { return std::log(flops / law().centre); }

  [[nodiscard]] const Profile& nearest(double flops) const {
    return *std::ranges::min_element(profiles_, {}, [flops](const Profile& profile) {
      return std::fabs(std::log(profile.budget->flops / flops));
    });
  }

  /// As many sizes as budgets have in the mean, over as many ln N as the nearest one's.
  [[nodiscard]] std::vector<double> new_sizes(const Profile& near, double centre) const {
    constexpr std::size_t kFewest = 3;
    std::size_t sum = 0;
    for (const Profile& profile : profiles_) sum += profile.budget->sizes;
    const auto count = std::max(kFewest, (sum + profiles_.size() / 2) / profiles_.size());
    const auto of_near = sizes_of(*near.budget);
    const double span = of_near.back() - of_near.front();
    std::vector<double> sizes;
    sizes.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      sizes.push_back(centre +
                      span * (static_cast<double>(i) / static_cast<double>(count - 1) - 0.5));
    return sizes;
  }

  /// Mean square of the standard errors given with a budget's points.
  [[nodiscard]] double usually_given() const {
    double sum = 0.0;
    for (const Profile& profile : profiles_) sum += profile.given;
    return sum / static_cast<double>(profiles_.size());
  }

  const FamilyFit& fit_;
  std::vector<Profile> profiles_;
  Pooled pooled_;
  Design design_;
};

std::vector<double> between(const std::vector<double>& sizes) {
  std::vector<double> middles;
  for (std::size_t i = 1; i < sizes.size(); ++i) middles.push_back((sizes[i - 1] + sizes[i]) / 2.0);
  return middles;
}

std::vector<double> exponentials(const std::vector<double>& logs) {
  std::vector<double> values;
  values.reserve(logs.size());
  for (const double value : logs) values.push_back(std::exp(value));
  return values;
}

/// Ratio of a further budget to the outermost, the mean one of those there are; and the middle of
/// the widest hole.
struct NewBudgets {
  double below = 0.0;
  double between = 0.0;
  double above = 0.0;
};

NewBudgets new_budgets(const std::vector<Profile>& profiles) {
  const double low = profiles.front().budget->flops;
  const double high = profiles.back().budget->flops;
  const double ratio = std::pow(high / low, 1.0 / static_cast<double>(profiles.size() - 1));
  NewBudgets budgets{.below = low / ratio, .between = 0.0, .above = high * ratio};
  double widest = 1.0;
  for (std::size_t i = 1; i < profiles.size(); ++i) {
    const double lower = profiles[i - 1].budget->flops;
    const double hole = profiles[i].budget->flops / lower;
    if (hole > widest) {
      widest = hole;
      budgets.between = lower * std::sqrt(hole);
    }
  }
  return budgets;
}

/// All that may be added to one of two families.
class Candidates {
 public:
  Candidates(const Seen& own, const Seen& other, double loss, double log_ratio)
      : own_(own), other_(other), loss_(loss), log_ratio_(log_ratio) {
    width_now_ = reach(own.design());
  }

  void add_to(std::vector<FurtherRun>& runs) const {
    const auto budgets = new_budgets(own_.profiles());
    for (const auto& [addition, flops] : {std::pair{Addition::budget_below, budgets.below},
                                          std::pair{Addition::budget_between, budgets.between},
                                          std::pair{Addition::budget_above, budgets.above}}) {
      std::vector<double> sizes;
      const auto design = own_.with_budget(flops, sizes);
      runs.push_back(run(addition, flops, sizes, design));
    }
    for (std::size_t i = 0; i < own_.profiles().size(); ++i) {
      const Budget& budget = *own_.profiles()[i].budget;
      const auto sizes = sizes_of(budget);
      for (const auto& [addition, more] :
           {std::pair{Addition::seed, sizes}, std::pair{Addition::sizes, between(sizes)}})
        runs.push_back(run(addition, budget.flops, more, own_.with_sizes(i, more)));
    }
  }

 private:
  /// How far the gap's interval reaches in ln.
  [[nodiscard]] double reach(const Design& design) const {
    Difference difference(log_ratio_);
    add_errors_of_flops(own_.law().line, design.errors(), loss_, difference);
    add_errors_of_flops(other_.law().line, other_.design().errors(), loss_, difference);
    return difference.reach();
  }

  [[nodiscard]] FurtherRun run(Addition addition,
                               double budget,
                               const std::vector<double>& sizes,
                               const Design& design) const {
    const double reached = reach(design);
    return {
        .family = own_.fit().family,
        .addition = addition,
        .budget = budget,
        .params = exponentials(sizes),
        .interval = {.low = std::exp(log_ratio_ - reached), .high = std::exp(log_ratio_ + reached)},
        .narrower = 1.0 - reached / width_now_};
  }

  const Seen& own_;
  const Seen& other_;
  double loss_;
  double log_ratio_;
  double width_now_ = 0.0;
};

const Family& family_of(std::span<const Family> families, const FamilyFit& fit) {
  return *std::ranges::find(families, fit.family, &Family::name);
}

std::optional<std::string> reason_for_none(const FamilyFit& a, const FamilyFit& b) {
  for (const FamilyFit* fit : {&a, &b}) {
    if (fit->no_interval) return fit->family + ": " + *fit->no_interval;
    if (fit->loss.value().errors.empty()) return fit->family + ": no interval";
  }
  return std::nullopt;
}

Further further_for(std::span<const Family> families,
                    const FamilyFit& a,
                    const FamilyFit& b,
                    std::optional<double> wanted) {
  const std::vector<double> losses = {wanted.value_or(middle_loss(a, b))};
  const auto gap = gap_between(a, b, losses);
  Further further{.more = gap.more,
                  .less = gap.less,
                  .loss = losses.front(),
                  .ratio = 1.0,
                  .interval = std::nullopt,
                  .runs = {},
                  .none = reason_for_none(a, b)};
  if (gap.points.empty()) {
    further.none = "one law never comes to this loss";
    return further;
  }
  further.ratio = gap.points.front().ratio;
  further.interval = gap.points.front().interval;
  if (!further.none && !further.interval) further.none = "no residuals, so no error to reduce";
  if (further.none) return further;
  const Seen seen_a(family_of(families, a), a);
  const Seen seen_b(family_of(families, b), b);
  const double log_ratio = std::log(further.ratio);
  Candidates(seen_a, seen_b, further.loss, log_ratio).add_to(further.runs);
  Candidates(seen_b, seen_a, further.loss, log_ratio).add_to(further.runs);
  std::ranges::stable_sort(further.runs, std::ranges::greater{}, &FurtherRun::narrower_per_flop);
  return further;
}

}  // namespace

std::string name_of(Addition addition) {
  switch (addition) {
    case Addition::budget_below:
      return "a budget below";
    case Addition::budget_between:
      return "a budget between";
    case Addition::budget_above:
      return "a budget above";
    case Addition::seed:
      return "one more seed";
    case Addition::sizes:
      return "sizes between";
  }
  return "";
}

std::vector<Further> further_runs(std::span<const Family> families,
                                  std::span<const FamilyFit> fits,
                                  std::optional<double> loss) {
  std::vector<Further> all;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    for (std::size_t j = i + 1; j < fits.size(); ++j) {
      const bool both = fits[i].method == Method::isoflop && fits[j].method == Method::isoflop &&
                        fits[i].loss && fits[j].loss;
      if (both) all.push_back(further_for(families, fits[i], fits[j], loss));
    }
  }
  return all;
}

}  // namespace smdm::scaling
