// Shapes, and plans within FLOPs and seconds.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "results/scaling/plan.hpp"
#include "results/scaling/plan_report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {

using scaling::PlannedSize;
using scaling::PlanRequest;
using scaling::Shape;

namespace {

PlanRequest both_kinds() {
  return {.families = {{.backend = "mdm", .sizes = scaling::usual_sizes("mdm")},
                       {.backend = "arm", .sizes = scaling::usual_sizes("arm")}},
          .tokens_a_step = 64.0 * 64.0,
          .learning_rate = 2e-4,
          .reference_width = 768.0};
}

double flops_of(const scaling::Plan& plan) {
  return scaling::cost_of(plan, &PlannedSize::flops);
}

}  // namespace

TEST_CASE("shapes have the published family's proportions") {
  // Of its table: layers at widths.
  for (const auto& [width, layers] : {std::pair{256, 6}, {384, 8}, {768, 12}, {1024, 15}}) {
    const double params = layers * 16.0 * width * width;
    const auto shape = scaling::shape_near(params);
    INFO(width << ": " << shape.layers << " x " << shape.width);
    CHECK(std::fabs(static_cast<double>(shape.layers - layers)) <= 1.0);
    CHECK(shape.params() == Approx(params).epsilon(0.05));
    CHECK(shape.intermediate == 4 * shape.width);
  }
  for (double params = 8e3; params < 1e10; params *= 1.37) {
    const auto shape = scaling::shape_near(params);
    INFO(params << ": " << shape.layers << " x " << shape.width << ", " << shape.heads);
    CHECK(shape.width % shape.heads == 0);
    CHECK(shape.width / shape.heads % 2 == 0);
    // Few widths are small.
    CHECK(std::fabs(std::log(shape.params() / params)) < (params < 1e5 ? 0.4 : 0.12));
  }
  CHECK(scaling::shape_near(1.0) == scaling::smallest_shape());
}

TEST_CASE("sizes around the best one are different and about evenly spaced") {
  for (const double best : {1e3, 3e4, 1e6, 3e8}) {
    const auto shapes = scaling::shapes_around(best, 7, 4.0);
    REQUIRE(shapes.size() == 7);
    CHECK(std::ranges::is_sorted(shapes, std::ranges::less{}, &Shape::params));
    CHECK(std::ranges::adjacent_find(shapes) == shapes.end());
    if (best < 1e5) continue;  // few widths are that small
    CHECK(shapes.back().params() / shapes.front().params() == Approx(16.0).epsilon(0.1));
    CHECK(shapes[3].params() == Approx(best).epsilon(0.05));
  }
}

TEST_CASE("a plan spends its FLOPs and no more") {
  auto request = both_kinds();
  for (const double limit : {3e15, 1e18}) {
    for (const std::size_t seeds : {1, 3}) {
      request.seeds = seeds;
      const auto plan = scaling::plan_within(request, &PlannedSize::flops, limit);
      CHECK(flops_of(plan) <= limit);
      CHECK(flops_of(plan) > 0.95 * limit);
      CHECK(plan.trainings() == seeds * 2 * 4 * 5);
      REQUIRE(plan.budgets.size() == 4);
      CHECK(plan.budgets[3] / plan.budgets[2] == Approx(3.0).epsilon(0.002));
    }
  }
}

TEST_CASE("a planned size: tokens from its budget, learning rate from its width") {
  const auto plan = scaling::plan_within(both_kinds(), &PlannedSize::flops, 3e15);
  for (const PlannedSize& size : plan.sizes) {
    CHECK(size.flops() >= size.budget);
    CHECK(size.flops() <= 1.01 * size.budget);
    CHECK(size.tokens == size.steps * 64.0 * 64.0);
    CHECK(size.learning_rate * static_cast<double>(size.shape.width) == Approx(2e-4 * 768.0));
    CHECK(size.steps >= scaling::kFewestSteps);
  }
  // The middle one of five is the rule's.
  const auto& middle = plan.sizes.at(5 + 2);
  CHECK(middle.backend == "arm");
  CHECK(middle.shape.params() == Approx(std::sqrt(plan.budgets[0] / 120.0)).epsilon(0.15));
}

TEST_CASE("the smallest plan is the least that there is") {
  const auto request = both_kinds();
  const auto least = scaling::smallest_plan(request);
  const auto fewest = std::ranges::min(least.sizes, {}, &PlannedSize::steps).steps;
  const auto smallest =
      std::ranges::min(least.sizes, {}, [](const PlannedSize& s) { return s.shape.params(); });
  CHECK(fewest >= scaling::kFewestSteps);
  CHECK((fewest < 1.1 * scaling::kFewestSteps ||
         smallest.shape.params() < 1.3 * scaling::smallest_shape().params()));
  auto endless = request;
  endless.tokens_a_step = 1e18;
  CHECK_THROWS_KIND(scaling::smallest_plan(endless), usage);
  CHECK_THROWS_KIND(scaling::plan_within(request, &PlannedSize::flops, 1e25), usage);
}

TEST_CASE("a plan fits its seconds at the rates of its sizes") {
  int measured = 0;
  // Larger models are faster, up to a limit; autoregressive ones too.
  scaling::Rates rates([&](const std::string& backend, const Shape& shape) {
    ++measured;
    return (backend == "arm" ? 1.3 : 1.0) * 1e11 * shape.params() / (shape.params() + 1e5);
  });
  const scaling::Overhead overhead{.seconds = 2.0, .validation_tokens = 1e5};
  const auto request = both_kinds();
  const double limit = 4 * 3600.0;
  const auto plan = scaling::plan_within_seconds(request, rates, overhead, limit);
  const auto cost = scaling::seconds_by(rates, overhead);
  CHECK(scaling::cost_of(plan, cost) <= limit);
  CHECK(scaling::cost_of(plan, cost) > 0.95 * limit);
  for (const PlannedSize& size : plan.sizes) {
    const bool known = std::ranges::any_of(rates.measured(), [&](const auto& one) {
      return one.backend == size.backend && one.shape == size.shape;
    });
    CHECK(known);
  }
  CHECK(measured == static_cast<int>(rates.measured().size()));
  const auto& first = plan.sizes.front();
  CHECK(cost(first) == Approx(2.0 + (first.flops() + 2e5 * first.shape.params()) /
                                        rates.of(first.backend, first.shape)));
}

TEST_CASE("hours that are too few are answered with those that are needed") {
  scaling::Rates rates([](const std::string&, const Shape&) { return 1e9; });
  const auto text = test::error_text<ErrorKind::usage>(
      [&] { return scaling::plan_within_seconds(both_kinds(), rates, {}, 3.6); });
  CHECK(test::contains(text, "--hours: wanted at least "));
  CHECK(test::contains(text, "for 40 trainings"));
  CHECK(test::contains(text, "got 0.001"));
  const double needed = flops_of(scaling::smallest_plan(both_kinds())) / 1e9;
  CHECK_NOTHROW(scaling::plan_within_seconds(both_kinds(), rates, {}, 1.001 * needed));
}

TEST_CASE("rates between measured sizes are interpolated") {
  scaling::Rates rates([](const std::string&, const Shape& shape) { return shape.params(); });
  const auto small = scaling::shape_near(1e5);
  const auto large = scaling::shape_near(1e7);
  CHECK_THROWS_AS(rates.of("mdm", small), std::invalid_argument);
  rates.measure("mdm", small);
  CHECK(rates.of("mdm", large) == small.params());
  rates.measure("mdm", large);
  rates.measure("mdm", large);
  CHECK(rates.measured().size() == 2);
  const auto middle = scaling::shape_near(1e6);
  CHECK(rates.of("mdm", middle) == Approx(middle.params()));
  CHECK(rates.of("mdm", scaling::shape_near(1e9)) == large.params());
  CHECK_THROWS_AS(rates.of("arm", small), std::invalid_argument);
}

TEST_CASE("a fit's law of sizes is what a plan is made around") {
  scaling::FamilyFit fit;
  fit.family = "mdm";
  fit.method = scaling::Method::envelope;
  CHECK_FALSE(scaling::fitted_sizes(std::vector{fit}, "mdm"));
  fit.params = scaling::PowerLaw{.centre = 1e18,
                                 .line = {.height = std::log(3e7), .slope = 0.6},
                                 .scatter = 0.0,
                                 .draws = {},
                                 .errors = {}};
  const auto law = scaling::fitted_sizes(std::vector{fit}, "mdm").value();
  CHECK(law.at(1e18) == Approx(3e7));
  CHECK(law.at(1e20) == Approx(3e7 * std::pow(100.0, 0.6)));
  CHECK(test::contains(law.source, "envelope"));
  CHECK_FALSE(scaling::fitted_sizes(std::vector{fit}, "arm"));
  fit.params->line.slope = -0.1;
  CHECK_FALSE(scaling::fitted_sizes(std::vector{fit}, "mdm"));
}

TEST_CASE("a plan's report: totals, tokens against the corpus, what is not known") {
  scaling::PlanReport report{
      .request = both_kinds(), .plan = {}, .seconds = {}, .rates = {}, .corpus_tokens = {}};
  report.plan = scaling::plan_within(report.request, &PlannedSize::flops, 3e15);
  auto text = scaling::plan_text(report);
  CHECK(test::contains(text, "40 trainings"));
  CHECK(test::contains(text, "a shorter corpus is seen more than once"));
  CHECK_FALSE(test::contains(text, "GFLOP/s"));
  CHECK(scaling::plan_json(report).at("seconds").is_null());
  report.corpus_tokens = report.most_tokens() / 3.0;
  report.seconds.assign(report.plan.sizes.size(), 90.0);
  text = scaling::plan_text(report);
  CHECK(test::contains(text, "seen up to 3.0 times"));
  CHECK(test::contains(text, "1.0 h"));
  CHECK(test::contains(text, "1.5 min"));
  const auto json = scaling::plan_json(report);
  CHECK(json.at("seconds") == 3600.0);
  CHECK(json.at("sizes").size() == 40);
  CHECK(json.at("most_tokens") == report.most_tokens());
}

}  // namespace smdm
