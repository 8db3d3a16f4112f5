// A fit as JSON and as CSV. Numbers keep all their digits; what is missing is null or an empty
// cell.
#include <cmath>

#include "base/text/csv.hpp"
#include "base/text/json_text.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/scaling/report.hpp"

namespace smdm::scaling {
namespace {

using layout::finite_or_null;
using layout::interval_json;
using layout::or_null;

Json refusals_json(const std::vector<Refusal>& refusals) {
  Json json = Json::array();
  for (const Refusal& refusal : refusals)
    json.push_back({{"what", refusal.what}, {"reason", refusal.reason}});
  return json;
}

Json law_json(const std::optional<PowerLaw>& law) {
  if (!law) return nullptr;
  return {{"centre", law->centre},
          {"value", finite_or_null(law->value())},
          {"value_interval", interval_json(law->value_interval())},
          {"exponent", finite_or_null(law->line.slope)},
          {"exponent_interval", interval_json(law->exponent_interval())},
          {"coefficient", finite_or_null(law->coefficient())},
          {"scatter", finite_or_null(law->scatter)}};
}

/// One of the five numbers with its interval.
/// @param number  of a ThreeTerms
template <typename Function>
Json term_json(const Parametric& fit, Function number) {
  std::vector<double> draws;
  draws.reserve(fit.draws.size());
  for (const ThreeTerms& terms : fit.draws) draws.push_back(number(terms));
  return {{"value", finite_or_null(number(fit.terms))},
          {"interval", interval_json(interval_of(std::move(draws)))}};
}

Json terms_json(const std::optional<Parametric>& fit) {
  if (!fit) return nullptr;
  return {{"objective", fit->objective},
          {"E", term_json(*fit, [](const ThreeTerms& t) { return std::exp(t.log_e); })},
          {"A", term_json(*fit, [](const ThreeTerms& t) { return std::exp(t.log_a); })},
          {"alpha", term_json(*fit, [](const ThreeTerms& t) { return t.alpha; })},
          {"B", term_json(*fit, [](const ThreeTerms& t) { return std::exp(t.log_b); })},
          {"beta", term_json(*fit, [](const ThreeTerms& t) { return t.beta; })}};
}

Json family_json(const FamilyFit& fit) {
  Json optima = Json::array();
  for (const Optimum& optimum : fit.optima) {
    optima.push_back({{"flops", optimum.flops},
                      {"points", optimum.points},
                      {"params", finite_or_null(optimum.params)},
                      {"params_interval", interval_json(optimum.params_interval)},
                      {"loss", finite_or_null(optimum.loss)},
                      {"loss_interval", interval_json(optimum.loss_interval)}});
  }
  Json residuals = Json::array();
  for (const Residual& residual : fit.residuals)
    residuals.push_back({{"flops", residual.flops},
                         {"params", residual.params},
                         {"log_ratio", finite_or_null(residual.value)}});
  return {{"family", fit.family},
          {"method", name_of(fit.method)},
          {"bound", or_null(fit.bound)},
          {"optima", std::move(optima)},
          {"loss", law_json(fit.loss)},
          {"params", law_json(fit.params)},
          {"terms", terms_json(fit.parametric)},
          {"no_interval", or_null(fit.no_interval)},
          {"residuals", std::move(residuals)},
          {"refused", refusals_json(fit.refused)}};
}

Json gap_points_json(const std::vector<GapPoint>& points) {
  Json json = Json::array();
  for (const GapPoint& point : points)
    json.push_back({{"loss", point.loss},
                    {"ratio", finite_or_null(point.ratio)},
                    {"interval", interval_json(point.interval)},
                    {"extrapolated", point.extrapolated()},
                    {"more_beyond", finite_or_null(point.more_beyond)},
                    {"less_beyond", finite_or_null(point.less_beyond)}});
  return json;
}

Json gap_json(const Gap& gap) {
  return {{"method", name_of(gap.method)},
          {"more", gap.more},
          {"less", gap.less},
          {"points", gap_points_json(gap.points)},
          {"curve", gap_points_json(gap.curve)},
          {"exponent_difference", or_null(gap.slope_difference)},
          {"exponent_difference_interval", interval_json(gap.slope_interval)},
          {"exponent_difference_p", or_null(gap.slope_p)},
          {"notes", gap.notes}};
}

/// Cells to one line of CSV.
std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
  return line + "\n";
}

std::string cell(double value) {
  return std::isfinite(value) ? json_text(value) : "";
}

std::string low(const std::optional<Interval>& interval) {
  return interval ? cell(interval->low) : "";
}

std::string high(const std::optional<Interval>& interval) {
  return interval ? cell(interval->high) : "";
}

std::string optima_csv(const Fit& fit) {
  std::string text =
      "family,method,flops,points,params,params_low,params_high,loss,loss_low,loss_high\n";
  for (const FamilyFit& one : fit.fits) {
    for (const Optimum& optimum : one.optima) {
      text += csv_line(
          {one.family, name_of(one.method), cell(optimum.flops), std::to_string(optimum.points),
           cell(optimum.params), low(optimum.params_interval), high(optimum.params_interval),
           cell(optimum.loss), low(optimum.loss_interval), high(optimum.loss_interval)});
    }
  }
  return text;
}

std::string laws_csv(const Fit& fit) {
  std::string text =
      "family,method,quantity,coefficient,exponent,exponent_low,exponent_high,centre,value,"
      "value_low,value_high\n";
  for (const FamilyFit& one : fit.fits) {
    for (const auto& [quantity, law] :
         {std::pair("loss", &one.loss), std::pair("params", &one.params)}) {
      if (!*law) continue;
      const PowerLaw& known = law->value();
      const auto exponent = known.exponent_interval();
      const auto value = known.value_interval();
      text += csv_line({one.family, name_of(one.method), quantity, cell(known.coefficient()),
                        cell(known.line.slope), low(exponent), high(exponent), cell(known.centre),
                        cell(known.value()), low(value), high(value)});
    }
  }
  return text;
}

std::string gaps_csv(const Fit& fit) {
  std::string text = "method,more,less,loss,ratio,ratio_low,ratio_high,more_beyond,less_beyond\n";
  for (const Gap& gap : fit.gaps) {
    for (const GapPoint& point : gap.curve) {
      text += csv_line({name_of(gap.method), gap.more, gap.less, cell(point.loss),
                        cell(point.ratio), low(point.interval), high(point.interval),
                        cell(point.more_beyond), cell(point.less_beyond)});
    }
  }
  return text;
}

}  // namespace

Json fit_json(const Fit& fit) {
  Json fits = Json::array();
  for (const FamilyFit& one : fit.fits) fits.push_back(family_json(one));
  Json gaps = Json::array();
  for (const Gap& gap : fit.gaps) gaps.push_back(gap_json(gap));
  Json exponents = Json::array();
  for (const Exponents& one : fit.exponents)
    exponents.push_back({{"family", one.family}, {"disagreements", one.disagreements}});
  return {{"schema", 1},
          {"unit", fit.unit},
          {"points", fit.points},
          {"seed", fit.settings.draws.seed},
          {"draws", fit.settings.draws.draws},
          {"refits", fit.settings.draws.refits},
          {"interval_level", kIntervalLevel},
          {"fits", std::move(fits)},
          {"gaps", std::move(gaps)},
          {"size_exponents", std::move(exponents)},
          {"refused", refusals_json(fit.refused)}};
}

std::vector<File> fit_tables(const Fit& fit) {
  return {{.name = "optima.csv", .content = optima_csv(fit)},
          {.name = "laws.csv", .content = laws_csv(fit)},
          {.name = "gaps.csv", .content = gaps_csv(fit)}};
}

}  // namespace smdm::scaling
