// Pictures of files that other subcommands wrote: a study of `tradeoff`, a fit of `scaling fit`.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "results/report/pictures.hpp"
#include "results/run/lm_eval_parts.hpp"

namespace smdm::report {
namespace {

using layout::finite_or_null;

Cell number_cell(const Json& number, int digits = 4) {
  if (!number.is_number()) return {.text = "–"};
  const double value = number.get<double>();
  return {.text = number_text(value, digits), .value = value};
}

/// Sizes and costs over many powers of ten.
Cell wide_cell(const Json& number) {
  if (!number.is_number()) return {.text = "–"};
  return {.text = number.dump(), .value = number.get<double>()};
}

Json end_of(const Json& object, const char* key, std::size_t end) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() && found->size() == 2 ? found->at(end)
                                                                          : Json(nullptr);
}

Json study_point(const Json& point) {
  return {{"run", nullptr},
          {"label", point.at("name")},
          {"curve", point.value("curve", std::string())},
          {"x", point.at("row_forwards")},
          {"steps", point.at("forwards")},
          {"y", point.at("quality")},
          {"low", end_of(point, "interval", 0)},
          {"high", end_of(point, "interval", 1)},
          {"front", point.value("on_front", false)}};
}

void add_study_row(const Json& point, Picture& picture) {
  picture.numbers.rows.push_back({{.text = point.at("label").get<std::string>()},
                                  {.text = point.at("curve").get<std::string>()},
                                  number_cell(point.at("steps"), 2),
                                  number_cell(point.at("x"), 2),
                                  number_cell(point.at("y")),
                                  number_cell(point.at("low")),
                                  number_cell(point.at("high")),
                                  {.text = point.at("front").get<bool>() ? "yes" : "no"}});
}

void read_study(const Json& study, Picture& picture) {
  Json points = Json::array();
  for (const Json& point : study.at("points")) {
    points.push_back(study_point(point));
    add_study_row(points.back(), picture);
  }
  Json arm = nullptr;
  if (study.contains("arm") && study.at("arm").is_object()) {
    arm = study_point(study.at("arm"));
    arm["label"] = "autoregressive model";
    add_study_row(arm, picture);
  }
  picture.data = {{"x_title", "row-forwards a document"},
                  {"y_title", study.at("metric").get<std::string>() + " of " +
                                  study.at("task").get<std::string>()},
                  {"points", std::move(points)},
                  {"arm", std::move(arm)}};
}

/// The budgets that optima of any family stand at.
Interval all_flops(const Json& fit) {
  Interval all{.low = std::numeric_limits<double>::infinity(), .high = 0.0};
  for (const Json& one : fit.at("fits")) {
    for (const Json& optimum : one.at("optima")) {
      all.low = std::min(all.low, optimum.at("flops").get<double>());
      all.high = std::max(all.high, optimum.at("flops").get<double>());
    }
  }
  return all;
}

Interval own_flops(const Json& family) {
  const Json only = {{"fits", Json::array({family})}};
  return all_flops(only);
}

/// value (C / centre)^exponent over the budgets of all families.
Json curve_of(const Json& family, const Interval& all) {
  constexpr int kSteps = 40;
  Json curve = Json::array();
  const Json& law = family.at("loss");
  if (!law.is_object() || !law.at("value").is_number() || !law.at("exponent").is_number())
    return curve;
  const auto own = own_flops(family);
  const double centre = law.at("centre");
  const double value = law.at("value");
  const double exponent = law.at("exponent");
  for (int i = 0; i <= kSteps; ++i) {
    const double flops = all.low * std::pow(all.high / all.low, static_cast<double>(i) / kSteps);
    curve.push_back({{"flops", flops},
                     {"loss", finite_or_null(value * std::pow(flops / centre, exponent))},
                     {"inside", flops >= own.low && flops <= own.high}});
  }
  return curve;
}

Json family_of(const Json& family, const Interval& all, Picture& picture) {
  const auto name =
      family.at("family").get<std::string>() + ", " + family.at("method").get<std::string>();
  Json optima = Json::array();
  for (const Json& optimum : family.at("optima")) {
    optima.push_back({{"flops", optimum.at("flops")},
                      {"params", optimum.at("params")},
                      {"loss", optimum.at("loss")},
                      {"loss_low", end_of(optimum, "loss_interval", 0)},
                      {"loss_high", end_of(optimum, "loss_interval", 1)}});
    const Json& last = optima.back();
    picture.numbers.rows.push_back({{.text = name},
                                    wide_cell(last.at("flops")),
                                    wide_cell(last.at("params")),
                                    number_cell(last.at("loss")),
                                    number_cell(last.at("loss_low")),
                                    number_cell(last.at("loss_high"))});
  }
  return {{"name", name},
          {"points", Json::array()},
          {"optima", std::move(optima)},
          {"curve", curve_of(family, all)}};
}

void read_fit(const Json& fit, Picture& picture) {
  const auto all = all_flops(fit);
  Json families = Json::array();
  for (const Json& family : fit.at("fits")) families.push_back(family_of(family, all, picture));
  picture.data = {{"unit", fit.at("unit")}, {"families", std::move(families)}};
  if (picture.numbers.rows.empty()) picture.absent = "the fit has no optima";
}

/// @throws Error(results)  if the file is not what its first members promised
template <typename Read>
void fill(const Json& file, const char* option, const Read& read, Picture& picture) {
  try {
    read(file, picture);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results, std::string(option) + ": not a file of ours: " + error.what());
  }
}

}  // namespace

Picture tradeoff_picture(const Report& report) {
  Picture picture{.key = "tradeoff",
                  .title = "Trade-off",
                  .says =
                      "Quality against row-forwards, a line for each sweep; points on the front "
                      "have no other with as few row-forwards and as much quality.",
                  .absent = report.tradeoff ? "" : "no study was given (--tradeoff STUDY.json)",
                  .numbers = {.id = "numbers-tradeoff",
                              .caption = "Quality and cost of each setting",
                              .heads = {{.title = "Setting"},
                                        {.title = "Sweep"},
                                        {.title = "Steps", .number = true},
                                        {.title = "Row-forwards", .number = true},
                                        {.title = "Quality", .number = true},
                                        {.title = "Low", .number = true},
                                        {.title = "High", .number = true},
                                        {.title = "On the front"}},
                              .rows = {}},
                  .data = {}};
  if (report.tradeoff) fill(*report.tradeoff, "--tradeoff", read_study, picture);
  return picture;
}

Picture scaling_picture(const Report& report) {
  Picture picture{.key = "scaling",
                  .title = "Scaling law",
                  .says =
                      "The least loss of each budget with its 95 % interval, and the law through "
                      "them, dashed where it is extrapolated.",
                  .absent = report.scaling ? "" : "no fit was given (--scaling FIT.json)",
                  .numbers = {.id = "numbers-scaling",
                              .caption = "Optima of each budget",
                              .heads = {{.title = "Family"},
                                        {.title = "FLOPs", .number = true},
                                        {.title = "Parameters", .number = true},
                                        {.title = "Loss", .number = true},
                                        {.title = "Low", .number = true},
                                        {.title = "High", .number = true}},
                              .rows = {}},
                  .data = {}};
  if (report.scaling) fill(*report.scaling, "--scaling", read_fit, picture);
  return picture;
}

}  // namespace smdm::report
