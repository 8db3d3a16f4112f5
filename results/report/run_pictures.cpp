// Pictures of what only some tasks have: the reverse curse, periods of a corpus, any-order
// likelihoods.
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/error.hpp"
#include "results/report/pictures.hpp"
#include "results/run/lm_eval_parts.hpp"

namespace smdm::report {
namespace {

using layout::finite_or_null;

/// What a task of the reverse curse asks (docs/reverse-curse.md).
struct Direction {
  std::string_view task;  ///< without "micro_"
  const char* asked;
  bool reversed;  ///< the facts were told the other way round
};

constexpr std::array kDirections = {
    Direction{.task = "reverse_curse_d2n", .asked = "asked for the name", .reversed = false},
    Direction{.task = "reverse_curse_d2n_reverse", .asked = "asked for the name", .reversed = true},
    Direction{.task = "reverse_curse_n2d", .asked = "asked for the description", .reversed = false},
    Direction{.task = "reverse_curse_n2d_reverse",
              .asked = "asked for the description",
              .reversed = true}};

const Direction* direction_of(std::string_view task) {
  constexpr std::string_view kEmbedded = "micro_";
  if (task.starts_with(kEmbedded)) task.remove_prefix(kEmbedded.size());
  const auto found = std::ranges::find(kDirections, task, &Direction::task);
  return found == kDirections.end() ? nullptr : found;
}

/// [low, high] of a file as two members.
void add_ends(const Json& interval, const char* low, const char* high, Json& point) {
  const bool known = interval.is_array() && interval.size() == 2;
  point[low] = known ? interval.at(0) : Json(nullptr);
  point[high] = known ? interval.at(1) : Json(nullptr);
}

/// What a results file says of a period (docs/results-format.md).
Json point_of(const Json& period) {
  const Json& perplexity = period.at("perplexity");
  Json point = {{"period", period.at("name")}, {"perplexity", perplexity.at("value")}};
  add_ends(perplexity.at("interval"), "low", "high", point);
  const Json& change = period.at("change");
  point["change"] = change.is_object() ? change.at("value") : Json(nullptr);
  add_ends(period.at("change_band"), "change_low", "change_high", point);
  return point;
}

Cell number_cell(const Json& number) {
  if (!number.is_number()) return {.text = "–"};
  return {.text = number_text(number.get<double>()), .value = number.get<double>()};
}

/// The points of a run, by the names of its periods.
std::vector<Json> points_of(const Facts& facts) {
  std::vector<Json> points;
  for (const auto& task : facts.tasks) {
    const auto period = task.record.extra.find("period");
    if (period != task.record.extra.end() && period->is_object())
      points.push_back(point_of(*period));
  }
  std::ranges::stable_sort(points, {},
                           [](const Json& point) { return point.at("period").get<std::string>(); });
  return points;
}

/// @throws Error(results)  if a file has something else in the place of a period
Json line_of(const Run& run) {
  try {
    return points_of(*run.facts);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                run.name + ": not the periods of a run of ours: " + error.what());
  }
}

/// The request that a document is judged by: the gold choice, or the only one.
const Estimate* gold_estimate(const SampleRecord& sample) {
  const auto* choices = std::get_if<std::vector<ChoiceRecord>>(&sample.outcome);
  if (choices == nullptr || choices->empty()) return nullptr;
  if (choices->size() == 1) return &choices->front().estimate;
  for (std::size_t c = 0; c < choices->size(); ++c) {
    if (std::to_string(c) == sample.target) return &(*choices)[c].estimate;
  }
  return nullptr;
}

/// The documents of a result whose gold request has both values.
struct Orders {
  std::vector<std::size_t> documents;
  std::vector<double> elbo;
  std::vector<double> any_order;
};

Orders orders_of(const Result& result) {
  Orders orders;
  for (std::size_t document = 0; document < result.samples.size(); ++document) {
    const auto sample = result.samples[document];
    if (!sample) continue;
    const auto* estimate = gold_estimate(result.facts->record.samples[*sample]);
    if (estimate == nullptr || !estimate->values) continue;
    if (!std::isfinite(estimate->values->elbo) || !std::isfinite(estimate->values->any_order))
      continue;
    orders.documents.push_back(document);
    orders.elbo.push_back(estimate->values->elbo);
    orders.any_order.push_back(estimate->values->any_order);
  }
  return orders;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double largest_gap(const Orders& orders) {
  double largest = 0.0;
  for (std::size_t i = 0; i < orders.elbo.size(); ++i)
    largest = std::max(largest, orders.any_order[i] - orders.elbo[i]);
  return largest;
}

Json orders_json(const Report& report,
                 const Task& task,
                 const Result& result,
                 const Orders& orders) {
  const std::size_t step = (orders.elbo.size() + kMostPoints - 1) / kMostPoints;
  Json points = Json::array();
  for (std::size_t i = 0; i < orders.elbo.size(); i += step)
    points.push_back({{"doc", orders.documents[i]},
                      {"elbo", orders.elbo[i]},
                      {"any_order", orders.any_order[i]}});
  return {{"task", task.id},
          {"run", report.runs[result.run].id},
          {"shown", points.size()},
          {"of", orders.elbo.size()},
          {"points", std::move(points)}};
}

std::vector<Cell> orders_row(const Report& report,
                             const Task& task,
                             const Result& result,
                             const Orders& orders) {
  const double elbo = mean_of(orders.elbo);
  const double any_order = mean_of(orders.any_order);
  const double gap = any_order - elbo;
  const double largest = largest_gap(orders);
  const auto count = orders.elbo.size();
  return {{.text = task.name},
          {.text = label_of(report, result.run)},
          {.text = std::to_string(count), .value = static_cast<double>(count)},
          {.text = number_text(elbo), .value = elbo},
          {.text = number_text(any_order), .value = any_order},
          {.text = number_text(gap), .value = gap},
          {.text = number_text(largest), .value = largest}};
}

}  // namespace

Picture reverse_curse_picture(const Report& report, std::span<const MetricResult> results) {
  Picture picture{.key = "reverse_curse",
                  .title = "Reverse curse",
                  .says =
                      "Facts asked in the order in which they were told, and the other way "
                      "round.",
                  .absent = {},
                  .numbers = {.id = "numbers-reverse-curse",
                              .caption = "The reverse curse both ways",
                              .heads = {{.title = "Run"},
                                        {.title = "Asked"},
                                        {.title = "Told"},
                                        {.title = "Metric"},
                                        {.title = "Value", .number = true},
                                        {.title = "95 % interval"}},
                              .rows = {}},
                  .data = {}};
  Json groups = Json::array();
  std::string metric;
  for (const auto& result : results) {
    const auto& facts = *report.tasks[result.task].results[result.result].facts;
    const auto* direction = direction_of(facts.record.name);
    if (direction == nullptr || !is_first_metric(report, result)) continue;
    if (metric.empty()) metric = result.metric;
    if (metric != result.metric) continue;  // of generations beside likelihoods
    groups.push_back(
        {{"run", report.runs[result.run].id},
         {"task", report.tasks[result.task].id},
         {"direction", direction->asked},
         {"reversed", direction->reversed},
         {"value", finite_or_null(result.value)},
         {"low", result.interval ? finite_or_null(result.interval->low) : Json(nullptr)},
         {"high", result.interval ? finite_or_null(result.interval->high) : Json(nullptr)}});
    picture.numbers.rows.push_back(
        {{.text = label_of(report, result.run)},
         {.text = direction->asked},
         {.text = direction->reversed ? "the other way round" : "in this order"},
         {.text = result.metric},
         {.text = number_text(result.value), .value = result.value},
         {.text = interval_text(result.interval)}});
  }
  if (groups.empty()) picture.absent = "no run has a task of reverse_curse";
  picture.data = {{"metric", metric}, {"groups", std::move(groups)}};
  return picture;
}

Picture periods_picture(const Report& report) {
  Picture picture{.key = "periods",
                  .title = "Perplexity by period",
                  .says =
                      "Perplexity of each period with its 95 % interval, and the change from the "
                      "reference period with the band that holds all changes at once. That of a "
                      "masked diffusion model is an upper bound.",
                  .absent = {},
                  .numbers = {.id = "numbers-periods",
                              .caption = "Perplexity by period",
                              .heads = {{.title = "Run"},
                                        {.title = "Period"},
                                        {.title = "Perplexity", .number = true},
                                        {.title = "Low", .number = true},
                                        {.title = "High", .number = true},
                                        {.title = "Change", .number = true},
                                        {.title = "Band, low", .number = true},
                                        {.title = "Band, high", .number = true}},
                              .rows = {}},
                  .data = {}};
  Json lines = Json::array();
  for (const auto& run : report.runs) {
    if (!run.facts) continue;
    auto points = line_of(run);
    if (points.empty()) continue;
    for (const Json& point : points)
      picture.numbers.rows.push_back({{.text = run.label},
                                      {.text = point.at("period")},
                                      number_cell(point.at("perplexity")),
                                      number_cell(point.at("low")),
                                      number_cell(point.at("high")),
                                      number_cell(point.at("change")),
                                      number_cell(point.at("change_low")),
                                      number_cell(point.at("change_high"))});
    lines.push_back({{"run", run.id}, {"points", std::move(points)}});
  }
  if (lines.empty()) picture.absent = "no run has periods of temporal_shift";
  picture.data = {{"lines", std::move(lines)}};
  return picture;
}

Picture orders_picture(const Report& report) {
  Picture picture{.key = "orders",
                  .title = "The bound and the likelihood",
                  .says =
                      "The evidence lower bound of each question's right answer against its "
                      "any-order likelihood, nats. Above the diagonal the bound hides something.",
                  .absent = {},
                  .numbers = {.id = "numbers-orders",
                              .caption = "The bound and the any-order likelihood, means over the "
                                         "documents that have both, nats",
                              .heads = {{.title = "Task"},
                                        {.title = "Run"},
                                        {.title = "Documents", .number = true},
                                        {.title = "Bound", .number = true},
                                        {.title = "Any-order", .number = true},
                                        {.title = "Hidden", .number = true},
                                        {.title = "Most hidden", .number = true}},
                              .rows = {}},
                  .data = {}};
  Json tasks = Json::array();
  for (const auto& task : report.tasks) {
    for (const auto& result : task.results) {
      const auto orders = orders_of(result);
      if (orders.elbo.empty()) continue;
      tasks.push_back(orders_json(report, task, result, orders));
      picture.numbers.rows.push_back(orders_row(report, task, result, orders));
    }
  }
  if (tasks.empty())
    picture.absent = "no run has any-order likelihoods of whole requests (docs/likelihood.md)";
  picture.data = {{"tasks", std::move(tasks)}};
  return picture;
}

}  // namespace smdm::report
