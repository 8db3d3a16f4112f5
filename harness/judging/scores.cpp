// Means and errors are those of results/statistics, so that a table here, a results file and
// `compare` say the same of the same judgments.
#include "harness/judging/scores.hpp"

#include <algorithm>
#include <array>

#include "base/metrics/judge_score.hpp"
#include "base/text/numbers.hpp"
#include "results/show/table.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm::judging {
namespace {

constexpr std::array<std::optional<int>, 3> kTurns = {1, 2, std::nullopt};

std::vector<std::string> categories_of(const Plan& plan) {
  std::vector<std::string> categories;
  for (const auto& asked : plan.asked) {
    if (std::ranges::find(categories, asked.category) == categories.end())
      categories.push_back(asked.category);
  }
  return categories;
}

Score score_of(const Plan& plan,
               std::span<const std::optional<Judgment>> judgments,
               const std::optional<std::string>& category,
               const std::optional<int>& turn) {
  Score score{.category = category, .turn = turn};
  std::vector<double> values;
  std::vector<std::string> questions;
  for (std::size_t i = 0; i < judgments.size(); ++i) {
    const auto& asked = plan.asked[i];
    const auto& judgment = judgments[i];
    const bool counts =
        (!category || asked.category == *category) && (!turn || asked.turn == *turn);
    if (!judgment || !counts) continue;
    if (judgment->score) {
      values.push_back(*judgment->score);
      questions.push_back(id_text(asked.question_id));
    } else {
      ++score.failed;
    }
  }
  score.judged = values.size();
  if (values.empty()) return score;
  const auto summary = summarize(metrics::judge_score(), values, dense_clusters(questions));
  score.mean = summary.value;
  score.standard_error = summary.clustered_error;
  score.questions = summary.clusters;
  return score;
}

std::string cell(const Score& score) {
  if (!score.mean) return "N/A";
  std::string text = fixed_text(*score.mean, 2);
  if (score.standard_error) text += " ± " + fixed_text(*score.standard_error, 2);
  return text;
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

std::vector<Score> scores_of(const Plan& plan, std::span<const std::optional<Judgment>> judgments) {
  std::vector<Score> scores;
  const auto add = [&](const std::optional<std::string>& category) {
    for (const auto& turn : kTurns) scores.push_back(score_of(plan, judgments, category, turn));
  };
  for (const auto& category : categories_of(plan)) add(category);
  add(std::nullopt);
  return scores;
}

std::string scores_table(std::span<const Score> scores) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Category"},
                                       {.title = "Turn 1", .align = right},
                                       {.title = "Turn 2", .align = right},
                                       {.title = "Both", .align = right},
                                       {.title = "Judged", .align = right},
                                       {.title = "Failed", .align = right}};
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i + 2 < scores.size(); i += kTurns.size()) {
    const auto& both = scores[i + 2];
    rows.push_back({both.category.value_or("all"), cell(scores[i]), cell(scores[i + 1]), cell(both),
                    std::to_string(both.judged), std::to_string(both.failed)});
  }
  return markdown_table(columns, rows);
}

Json scores_json(std::span<const Score> scores) {
  Json list = Json::array();
  for (const auto& score : scores) {
    list.push_back({{"category", score.category ? Json(*score.category) : Json(nullptr)},
                    {"turn", score.turn ? Json(*score.turn) : Json(nullptr)},
                    {"judged", score.judged},
                    {"failed", score.failed},
                    {"questions", score.questions},
                    {"score", or_null(score.mean)},
                    {"stderr", or_null(score.standard_error)}});
  }
  return list;
}

}  // namespace smdm::judging
