// Pictures of what every run has, and how any picture stands in the page.
#include "results/report/pictures.hpp"

#include <algorithm>

#include "results/run/lm_eval_parts.hpp"

namespace smdm::report {
namespace {

using layout::finite_or_null;
using layout::or_null;

constexpr double kNormalQuantile = 1.96;

Json bar_of(const Report& report, const MetricResult& result) {
  Json bar = {{"run", report.runs[result.run].id},
              {"value", finite_or_null(result.value)},
              {"low", result.interval ? finite_or_null(result.interval->low) : Json(nullptr)},
              {"high", result.interval ? finite_or_null(result.interval->high) : Json(nullptr)},
              {"mc_low", nullptr},
              {"mc_high", nullptr}};
  if (result.mc_standard_error) {
    const double half = kNormalQuantile * *result.mc_standard_error;
    bar["mc_low"] = finite_or_null(result.value - half);
    bar["mc_high"] = finite_or_null(result.value + half);
  }
  return bar;
}

std::string count_text(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : "–";
}

std::optional<double> as_double(const std::optional<std::int64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

Json cost_point(const Report& report, const MetricResult& result, const TaskFacts& facts) {
  return {{"task", report.tasks[result.task].id},
          {"run", report.runs[result.run].id},
          {"metric", result.metric},
          {"value", finite_or_null(result.value)},
          {"low", result.interval ? finite_or_null(result.interval->low) : Json(nullptr)},
          {"high", result.interval ? finite_or_null(result.interval->high) : Json(nullptr)},
          {"rows", or_null(facts.rows)},
          {"tokens", or_null(facts.tokens)},
          {"forwards", or_null(facts.forwards)},
          {"seconds", or_null(facts.seconds)}};
}

Html figure_of(const Picture& picture) {
  if (!picture.absent.empty()) {
    Html content;
    content << tag("strong", {}, picture.title + ": ") << run_text("span", picture.absent);
    return tag("p", {{"class", "absent"}, {"data-picture", picture.key}}, content);
  }
  Html details;
  details << tag("summary", {}, "Numbers") << table(picture.numbers);
  Html caption;
  caption << tag("h3", {}, picture.title) << text(" ") << tag("span", {}, picture.says);
  Html content;
  content << tag("figcaption", {}, caption)
          << tag("div",
                 {{"class", "drawing"},
                  {"role", "img"},
                  {"aria-label", picture.title + ". " + picture.says}},
                 "")
          << tag("details", {}, details);
  return tag("figure", {{"class", "picture"}, {"data-picture", picture.key}}, content);
}

}  // namespace

Picture intervals_picture(const Report& report, std::span<const MetricResult> results) {
  Picture picture{.key = "intervals",
                  .title = "Intervals",
                  .says =
                      "Values of each task with their 95 % intervals over documents, and what "
                      "other mask draws would change.",
                  .absent = results.empty() ? "no run is complete" : "",
                  .numbers = {.id = "numbers-intervals",
                              .caption = "Values and ends of intervals",
                              .heads = {{.title = "Task"},
                                        {.title = "Metric"},
                                        {.title = "Run"},
                                        {.title = "Value", .number = true},
                                        {.title = "Low", .number = true},
                                        {.title = "High", .number = true}},
                              .rows = {}},
                  .data = {}};
  Json tasks = Json::array();
  for (const auto& result : results) {
    const auto& id = report.tasks[result.task].id;
    if (tasks.empty() || tasks.back()["task"] != id || tasks.back()["metric"] != result.metric)
      tasks.push_back({{"task", id}, {"metric", result.metric}, {"bars", Json::array()}});
    tasks.back()["bars"].push_back(bar_of(report, result));
    const auto end = [&](double Interval::* side) -> Cell {
      if (!result.interval) return {.text = "–"};
      const double value = *result.interval.*side;
      return {.text = number_text(value), .value = value};
    };
    picture.numbers.rows.push_back({{.text = report.tasks[result.task].name},
                                    {.text = result.metric},
                                    {.text = label_of(report, result.run)},
                                    {.text = number_text(result.value), .value = result.value},
                                    end(&Interval::low),
                                    end(&Interval::high)});
  }
  picture.data = {{"tasks", std::move(tasks)}};
  return picture;
}

Picture cost_picture(const Report& report, std::span<const MetricResult> results) {
  Picture picture{.key = "cost",
                  .title = "Quality against cost",
                  .says =
                      "The first metric of each task against the rows, tokens and seconds that "
                      "it took. Seconds are those of the machine of each run.",
                  .absent = {},
                  .numbers = {.id = "numbers-cost",
                              .caption = "Quality and cost",
                              .heads = {{.title = "Task"},
                                        {.title = "Metric"},
                                        {.title = "Run"},
                                        {.title = "Value", .number = true},
                                        {.title = "Rows", .number = true},
                                        {.title = "Tokens", .number = true},
                                        {.title = "Seconds", .number = true}},
                              .rows = {}},
                  .data = {}};
  Json points = Json::array();
  for (const auto& result : results) {
    const auto& facts = *report.tasks[result.task].results[result.result].facts;
    if (!is_first_metric(report, result) || (!facts.rows && !facts.tokens && !facts.seconds))
      continue;
    points.push_back(cost_point(report, result, facts));
    picture.numbers.rows.push_back(
        {{.text = report.tasks[result.task].name},
         {.text = result.metric},
         {.text = label_of(report, result.run)},
         {.text = number_text(result.value), .value = result.value},
         {.text = count_text(facts.rows), .value = as_double(facts.rows)},
         {.text = count_text(facts.tokens), .value = as_double(facts.tokens)},
         {.text = number_text(facts.seconds, 2), .value = facts.seconds}});
  }
  if (points.empty()) picture.absent = "no run says what it took to compute";
  picture.data = {{"points", std::move(points)}};
  return picture;
}

std::vector<Picture> pictures_of(const Report& report, std::span<const MetricResult> results) {
  return {intervals_picture(report, results),
          cost_picture(report, results),
          tradeoff_picture(report),
          reverse_curse_picture(report, results),
          periods_picture(report),
          orders_picture(report),
          scaling_picture(report)};
}

Html pictures_section(std::span<const Picture> pictures) {
  Html content;
  content << tag("h2", {}, "Pictures");
  for (const auto& picture : pictures) content << figure_of(picture);
  return tag("section", {{"id", "pictures"}}, content);
}

Json pictures_json(std::span<const Picture> pictures) {
  Json json = Json::object();
  for (const auto& picture : pictures)
    json[picture.key] = picture.absent.empty() ? picture.data : Json({{"absent", picture.absent}});
  return json;
}

}  // namespace smdm::report
