// A plan for programs: the names of docs/scaling.md, null where nothing is known.
#include "results/scaling/plan_report.hpp"

namespace smdm::scaling {
namespace {

Json interval_json(const Interval& interval) {
  return {interval.low, interval.high};
}

Json shape_json(const Shape& shape) {
  return {{"layers", shape.layers},
          {"width", shape.width},
          {"heads", shape.heads},
          {"intermediate", shape.intermediate},
          {"params", shape.params()}};
}

Json run_json(const FurtherRun& run) {
  return {{"family", run.family},     {"what", name_of(run.addition)},
          {"budget", run.budget},     {"params", run.params},
          {"flops", run.flops()},     {"interval", interval_json(run.interval)},
          {"narrower", run.narrower}, {"narrower_per_flop", run.narrower_per_flop()}};
}

Json families_json(const PlanReport& report) {
  Json families = Json::array();
  for (const PlannedFamily& family : report.request.families)
    families.push_back({{"backend", family.backend},
                        {"best_params",
                         {{"coefficient", family.sizes.coefficient},
                          {"exponent", family.sizes.exponent},
                          {"source", family.sizes.source}}}});
  return families;
}

}  // namespace

Json plan_json(const PlanReport& report) {
  Json json = {{"schema", 1},
               {"trainings", report.plan.trainings()},
               {"seeds", report.plan.seeds},
               {"flops", report.flops()},
               {"seconds", nullptr},
               {"most_tokens", report.most_tokens()},
               {"corpus_tokens", nullptr},
               {"budgets", report.plan.budgets},
               {"families", families_json(report)},
               {"sizes", Json::array()},
               {"rates", Json::array()}};
  if (!report.seconds.empty()) json["seconds"] = report.all_seconds();
  if (report.corpus_tokens) json["corpus_tokens"] = *report.corpus_tokens;
  for (std::size_t i = 0; i < report.plan.sizes.size(); ++i) {
    const PlannedSize& size = report.plan.sizes[i];
    json["sizes"].push_back({{"backend", size.backend},
                             {"budget", size.budget},
                             {"shape", shape_json(size.shape)},
                             {"steps", size.steps},
                             {"tokens", size.tokens},
                             {"flops", size.flops()},
                             {"learning_rate", size.learning_rate},
                             {"seconds", nullptr}});
    if (!report.seconds.empty()) json["sizes"].back()["seconds"] = report.seconds[i];
  }
  for (const auto& one : report.rates)
    json["rates"].push_back({{"backend", one.backend},
                             {"shape", shape_json(one.shape)},
                             {"flops_per_second", one.flops_per_second}});
  return json;
}

Json further_json(std::span<const Further> gaps) {
  Json json = Json::array();
  for (const Further& gap : gaps) {
    Json one = {{"more", gap.more},   {"less", gap.less},    {"loss", gap.loss},
                {"ratio", gap.ratio}, {"interval", nullptr}, {"runs", Json::array()},
                {"no_runs", nullptr}};
    if (gap.interval) one["interval"] = interval_json(*gap.interval);
    if (gap.none) one["no_runs"] = *gap.none;
    for (const FurtherRun& run : gap.runs) one["runs"].push_back(run_json(run));
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace smdm::scaling
