// A fit for a terminal: tables that are Markdown, then what must be known besides, a line each.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "results/scaling/report.hpp"
#include "results/show/table.hpp"

namespace smdm::scaling {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr int kExponentDigits = 4;
constexpr int kLossDigits = 4;

Column right(std::string title) {
  return {.title = std::move(title), .align = Align::right};
}

/// Four significant digits: "1.724e+08".
std::string scientific(double value) {
  constexpr std::size_t kRoom = 32;
  std::string text(kRoom, '\0');
  const int size = std::snprintf(text.data(), text.size(), "%.4g", value);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

template <typename Format>
std::string interval_text(const std::optional<Interval>& interval, Format format) {
  return interval ? format(interval->low) + " .. " + format(interval->high) : "N/A";
}

std::string exponent(double value) {
  return fixed_text(value, kExponentDigits);
}

std::string loss(double value) {
  return fixed_text(value, kLossDigits);
}

std::string ratio(double value) {
  constexpr int kDigits = 2;
  return fixed_text(value, kDigits);
}

std::string table(const std::vector<Column>& columns, const Rows& rows) {
  return rows.empty() ? "" : markdown_table(columns, rows) + "\n";
}

std::string optima_table(const Fit& fit) {
  Rows rows;
  for (const FamilyFit& one : fit.fits) {
    for (const Optimum& optimum : one.optima) {
      rows.push_back({one.family, name_of(one.method), scientific(optimum.flops),
                      scientific(optimum.params),
                      interval_text(optimum.params_interval, scientific), loss(optimum.loss),
                      interval_text(optimum.loss_interval, loss)});
    }
  }
  return table({{.title = "Best of a budget"},
                {.title = "method"},
                right("FLOPs"),
                right("params"),
                right("95 %"),
                right("loss"),
                right("95 %")},
               rows);
}

std::string laws_table(const Fit& fit) {
  Rows rows;
  for (const FamilyFit& one : fit.fits) {
    const auto add = [&](const char* quantity, const std::optional<PowerLaw>& law) {
      if (!law) return;
      rows.push_back({one.family, name_of(one.method), quantity, scientific(law->value()),
                      scientific(law->centre), exponent(law->line.slope),
                      interval_text(law->exponent_interval(), exponent),
                      scientific(law->coefficient())});
    };
    add("loss", one.loss);
    add("params", one.params);
  }
  return table({{.title = "Law value * (C / C_c)^exponent"},
                {.title = "method"},
                {.title = "of"},
                right("value"),
                right("C_c"),
                right("exponent"),
                right("95 %"),
                right("k of k C^exponent")},
               rows);
}

std::string terms_table(const Fit& fit) {
  Rows rows;
  const auto row = [&](const FamilyFit& one, const char* name, auto number) {
    std::vector<double> draws;
    draws.reserve(one.parametric.value().draws.size());
    for (const ThreeTerms& terms : one.parametric.value().draws) draws.push_back(number(terms));
    rows.push_back({one.family, name, scientific(number(one.parametric.value().terms)),
                    interval_text(interval_of(std::move(draws)), scientific)});
  };
  for (const FamilyFit& one : fit.fits) {
    if (!one.parametric) continue;
    row(one, "E", [](const ThreeTerms& t) { return std::exp(t.log_e); });
    row(one, "A", [](const ThreeTerms& t) { return std::exp(t.log_a); });
    row(one, "alpha", [](const ThreeTerms& t) { return t.alpha; });
    row(one, "B", [](const ThreeTerms& t) { return std::exp(t.log_b); });
    row(one, "beta", [](const ThreeTerms& t) { return t.beta; });
    rows.push_back({one.family, "objective", scientific(one.parametric.value().objective), ""});
  }
  return table(
      {{.title = "L = E + A / N^alpha + B / D^beta"}, {.title = ""}, right("value"), right("95 %")},
      rows);
}

/// Where a gap is extrapolated, and how far.
std::string beyond_text(const Gap& gap, const GapPoint& point) {
  std::string text;
  const auto add = [&text](const std::string& family, double times) {
    if (times <= 1.0) return;
    text += (text.empty() ? "" : ", ") + family + " " + fixed_text(times, 1) + " x beyond";
  };
  add(gap.more, point.more_beyond);
  add(gap.less, point.less_beyond);
  return text;
}

std::string gaps_table(const Fit& fit) {
  Rows rows;
  for (const Gap& gap : fit.gaps) {
    for (const GapPoint& point : gap.points) {
      rows.push_back({gap.more + " / " + gap.less, name_of(gap.method), short_text(point.loss),
                      ratio(point.ratio), interval_text(point.interval, ratio),
                      beyond_text(gap, point)});
    }
  }
  return table({{.title = "Compute for the same loss"},
                {.title = "method"},
                right("loss"),
                right("times"),
                right("95 %"),
                {.title = "extrapolated"}},
               rows);
}

std::string exponents_table(const Fit& fit) {
  if (fit.settings.methods.size() < 2) return "";
  std::vector<Column> columns = {{.title = "Exponent of the best params"}};
  for (const Method method : fit.settings.methods) columns.push_back(right(name_of(method)));
  columns.push_back({.title = "disagree"});
  Rows rows;
  for (const Exponents& family : fit.exponents) {
    auto& row = rows.emplace_back();
    row.push_back(family.family);
    for (const Method method : fit.settings.methods) {
      const auto own = std::ranges::find_if(fit.fits, [&](const FamilyFit& one) {
        return one.family == family.family && one.method == method && one.params;
      });
      row.push_back(own == fit.fits.end()
                        ? "N/A"
                        : exponent(own->params.value().line.slope) + " (" +
                              interval_text(own->params.value().exponent_interval(), exponent) +
                              ")");
    }
    std::string disagree;
    for (const auto& text : family.disagreements) disagree += (disagree.empty() ? "" : "; ") + text;
    row.push_back(disagree);
  }
  return table(columns, rows);
}

/// Everything that is said in a sentence.
std::vector<std::string> sentences(const Fit& fit) {
  std::vector<std::string> lines;
  for (const Gap& gap : fit.gaps) {
    const auto begin = gap.more + " / " + gap.less + " by " + name_of(gap.method) + ": ";
    if (gap.slope_p && gap.slope_interval) {
      lines.push_back(begin + "exponents of loss differ by " +
                      signed_text(gap.slope_difference.value(), kExponentDigits) + " (" +
                      interval_text(gap.slope_interval, exponent) +
                      "), p = " + scientific(*gap.slope_p));
    }
    for (const auto& note : gap.notes) lines.push_back(begin + note);
  }
  for (const FamilyFit& one : fit.fits) {
    const auto begin = one.family + " by " + name_of(one.method) + ": ";
    if (one.no_interval) lines.push_back(begin + "no interval: " + *one.no_interval);
    for (const Refusal& refusal : one.refused)
      lines.push_back(begin + "refused " + refusal.what + ": " + refusal.reason);
  }
  for (const Refusal& refusal : fit.refused)
    lines.push_back("refused " + refusal.what + ": " + refusal.reason);
  return lines;
}

}  // namespace

std::string fit_text(const Fit& fit) {
  std::string text = optima_table(fit) + laws_table(fit) + terms_table(fit) + exponents_table(fit) +
                     gaps_table(fit);
  for (const auto& line : sentences(fit)) text += visible(line) + "\n";
  return text;
}

}  // namespace smdm::scaling
