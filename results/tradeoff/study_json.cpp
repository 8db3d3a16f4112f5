// Columns of documents stand as arrays, one value for each document in their order.
#include "results/run/lm_eval_parts.hpp"
#include "results/tradeoff/report.hpp"

namespace smdm::tradeoff {
namespace {

using layout::finite_or_null;
using layout::interval_json;
using layout::or_null;

Json difference_json(const PairedDifference& difference) {
  return {{"value", finite_or_null(difference.difference)},
          {"interval", interval_json(difference.interval)},
          {"p_value", finite_or_null(difference.p_value)},
          {"documents", difference.documents},
          {"changed", difference.changed}};
}

Json difference_json(const std::optional<PairedDifference>& difference) {
  return difference ? difference_json(*difference) : Json(nullptr);
}

Json documents_json(const Point& point) {
  Json columns = {{"quality", point.quality}};
  for (const auto& [name, count] :
       {std::pair("forwards", &Work::forwards), std::pair("row_forwards", &Work::rows),
        std::pair("token_forwards", &Work::tokens), std::pair("new_tokens", &Work::new_tokens)}) {
    auto& column = columns[name] = Json::array();
    for (const auto& work : point.work) column.push_back(work.*count);
  }
  return columns;
}

Json point_json(const Point& point, const Figures& figures) {
  return {{"name", point.name},
          {"settings", point.settings},
          {"quality", finite_or_null(figures.quality)},
          {"standard_error", or_null(figures.standard_error)},
          {"interval", interval_json(figures.interval)},
          {"forwards", figures.forwards},
          {"row_forwards", figures.rows},
          {"token_forwards", figures.tokens},
          {"new_tokens", figures.new_tokens},
          {"tokens_per_forward", figures.tokens_per_forward},
          {"latency_p50", or_null(figures.p50)},
          {"latency_p95", or_null(figures.p95)},
          {"documents_per_second", or_null(figures.rate)},
          {"documents", documents_json(point)},
          {"latencies", point.latencies},
          {"rates", point.rates}};
}

Json points_json(const Study& study, const Analysis& analysis) {
  Json points = Json::array();
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    const auto& figures = analysis.points[p];
    auto point = point_json(study.points[p], figures);
    point["curve"] = study.points[p].curve;
    point["from_arm"] = difference_json(figures.from_arm);
    point["from_sequential"] = difference_json(figures.from_sequential);
    point["on_front"] = figures.on_front;
    points.push_back(std::move(point));
  }
  return points;
}

Json choice_json(const Study& study, const Choice& choice) {
  Json json = {{"reference", name_of(kAllReferences, choice.reference)},
               {"cost", name_of(kAllCosts, choice.cost)},
               {"kept", Json::array()},
               {"chosen", nullptr},
               {"difference", nullptr},
               {"ratio", nullptr},
               {"holds", choice.holds}};
  for (const auto p : choice.kept) json["kept"].push_back(study.points[p].name);
  if (!choice.chosen) return json;
  json["chosen"] = study.points[*choice.chosen].name;
  json["difference"] = difference_json(choice.difference);
  json["ratio"] = {{"value", finite_or_null(choice.ratio.value)},
                   {"interval", interval_json(choice.ratio.interval)}};
  return json;
}

}  // namespace

Json study_json(const Study& study, const Analysis& analysis) {
  Json curves = Json::array();
  for (const auto& curve : analysis.curves) {
    Json names = Json::array();
    for (const auto p : curve.points) names.push_back(study.points[p].name);
    curves.push_back({{"name", curve.name},
                      {"points", std::move(names)},
                      {"aup", finite_or_null(curve.aup)},
                      {"interval", interval_json(curve.interval)}});
  }
  Json choices = Json::array();
  for (const auto& choice : analysis.choices) choices.push_back(choice_json(study, choice));
  return {{"tradeoff_version", 1},
          {"task", study.task},
          {"metric", display_name(study.metric)},
          {"margin", study.margin},
          {"seed", study.seed},
          {"documents", study.chooses.size()},
          {"chooses", study.chooses},
          {"clusters", study.clusters},
          {"timed", study.timed},
          {"sequential", study.points[study.sequential].name},
          {"points", points_json(study, analysis)},
          {"arm", study.arm ? point_json(*study.arm, analysis.arm.value()) : Json(nullptr)},
          {"best_quality", analysis.best_quality},
          {"curves", std::move(curves)},
          {"choices", std::move(choices)}};
}

}  // namespace smdm::tradeoff
