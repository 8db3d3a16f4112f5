// A plan for a terminal: tables that are Markdown, then what must be known besides, a line each.
#include <algorithm>
#include <cmath>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "results/scaling/plan_report.hpp"
#include "results/show/table.hpp"

namespace smdm::scaling {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr double kMinute = 60.0;
constexpr double kHour = 3600.0;
constexpr double kPercent = 100.0;
constexpr std::size_t kFewestBudgets = 4;  // that an interval wants

Column right(std::string title) {
  return {.title = std::move(title), .align = Align::right};
}

std::string time_text(double seconds) {
  if (seconds < kMinute) return fixed_text(seconds, 1) + " s";
  if (seconds < kHour) return fixed_text(seconds / kMinute, 1) + " min";
  return fixed_text(seconds / kHour, 1) + " h";
}

std::string shape_text(const Shape& shape) {
  return std::to_string(shape.layers) + " x " + std::to_string(shape.width) + ", " +
         std::to_string(shape.heads);
}

std::string sizes_table(const PlanReport& report) {
  std::vector<Column> columns = {{.title = "Trainings"}, right("FLOPs"),
                                 right("params"),        {.title = "layers x width, heads"},
                                 right("tokens"),        right("steps"),
                                 right("learning rate")};
  if (!report.seconds.empty()) columns.push_back(right("time"));
  Rows rows;
  for (std::size_t i = 0; i < report.plan.sizes.size(); ++i) {
    const PlannedSize& size = report.plan.sizes[i];
    auto& row = rows.emplace_back();
    row = {size.backend,
           short_text(size.budget),
           short_text(size.shape.params()),
           shape_text(size.shape),
           short_text(size.tokens),
           fixed_text(size.steps, 0),
           short_text(size.learning_rate)};
    if (!report.seconds.empty()) row.push_back(time_text(report.seconds[i]));
  }
  return markdown_table(columns, rows) + "\n";
}

std::string rates_table(const PlanReport& report) {
  if (report.rates.empty()) return "";
  constexpr double kGiga = 1e9;
  Rows rows;
  auto rates = report.rates;
  std::ranges::stable_sort(rates, {}, [](const Rates::Measured& one) {
    return std::pair{one.backend, one.shape.params()};
  });
  rows.reserve(rates.size());
  for (const auto& one : rates)
    rows.push_back({one.backend, short_text(one.shape.params()), shape_text(one.shape),
                    fixed_text(one.flops_per_second / kGiga, 2)});
  return markdown_table(std::vector<Column>{{.title = "Measured here"},
                                            right("params"),
                                            {.title = "layers x width, heads"},
                                            right("GFLOP/s (6 N D)")},
                        rows) +
         "\n";
}

std::string total_line(const PlanReport& report) {
  auto line = std::to_string(report.plan.trainings()) + " trainings";
  if (report.plan.seeds > 1)
    line += " (" + std::to_string(report.plan.seeds) + " seeds of each size)";
  line += ", " + short_text(report.flops()) + " FLOPs";
  if (!report.seconds.empty()) line += ", " + time_text(report.all_seconds());
  return line;
}

std::vector<std::string> sentences(const PlanReport& report) {
  std::vector<std::string> lines = {total_line(report)};
  auto tokens = "the longest training takes " + short_text(report.most_tokens()) + " tokens";
  if (report.corpus_tokens) {
    tokens += ", the corpus has " + short_text(*report.corpus_tokens);
    if (*report.corpus_tokens < report.most_tokens())
      tokens += ": tokens will be seen up to " +
                fixed_text(report.most_tokens() / *report.corpus_tokens, 1) + " times";
  } else {
    tokens += ": a shorter corpus is seen more than once";
  }
  lines.push_back(tokens);
  for (const PlannedFamily& family : report.request.families)
    lines.push_back(family.backend + ": best sizes expected from " + family.sizes.source);
  if (report.plan.budgets.size() < kFewestBudgets)
    lines.emplace_back("fewer than four budgets give laws without intervals");
  return lines;
}

std::string interval_text(const Interval& interval) {
  constexpr int kDigits = 2;
  return fixed_text(interval.low, kDigits) + " .. " + fixed_text(interval.high, kDigits);
}

std::string runs_table(const Further& gap) {
  const double best = gap.runs.front().narrower_per_flop();
  Rows rows;
  rows.reserve(gap.runs.size());
  for (const FurtherRun& run : gap.runs) {
    rows.push_back({run.family, name_of(run.addition), short_text(run.budget),
                    std::to_string(run.params.size()), short_text(run.flops()),
                    interval_text(run.interval), fixed_text(kPercent * run.narrower, 1) + " %",
                    best > 0.0 ? fixed_text(run.narrower_per_flop() / best, 3) : "N/A"});
  }
  return markdown_table(std::vector<Column>{{.title = "Further trainings"},
                                            {.title = "what"},
                                            right("FLOPs each"),
                                            right("trainings"),
                                            right("FLOPs"),
                                            right("95 % then"),
                                            right("narrower by"),
                                            right("per FLOP (best: 1)")},
                        rows);
}

std::string words_of(const FurtherRun& run) {
  return run.family + ", " + name_of(run.addition) + " (" + short_text(run.budget) + " FLOPs each)";
}

}  // namespace

double PlanReport::flops() const {
  return cost_of(plan, &PlannedSize::flops);
}

double PlanReport::all_seconds() const {
  double sum = 0.0;
  for (const double one : seconds) sum += one;
  return static_cast<double>(plan.seeds) * sum;
}

double PlanReport::most_tokens() const {
  return std::ranges::max(plan.sizes, {}, &PlannedSize::tokens).tokens;
}

std::string plan_text(const PlanReport& report) {
  std::string text = sizes_table(report) + rates_table(report);
  for (const auto& line : sentences(report)) text += visible(line) + "\n";
  return text;
}

std::string further_text(std::span<const Further> gaps) {
  std::string text;
  for (const Further& gap : gaps) {
    text += visible("compute of " + gap.more + " over that of " + gap.less + " at loss " +
                    short_text(gap.loss) + ": " + fixed_text(gap.ratio, 2));
    if (gap.interval) text += " (" + interval_text(*gap.interval) + ")";
    text += '\n';
    if (gap.none) text += visible("what would narrow it is not known: " + *gap.none) + "\n\n";
    if (gap.runs.empty()) continue;
    const auto& most = *std::ranges::max_element(gap.runs, {}, &FurtherRun::narrower);
    text += "\n" + runs_table(gap) + "\n" +
            visible("most for its FLOPs: " + words_of(gap.runs.front())) + "\n" +
            visible("most of all: " + words_of(most)) + "\n\n";
  }
  return text;
}

}  // namespace smdm::scaling
