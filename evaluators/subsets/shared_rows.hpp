/// The rows of a question: requests that show_the_same() and whose targets are hidden in part.
/// Equal rows are computed once, whichever requests, folds or looks of a race ask for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/estimators.hpp"

namespace smdm {

/// What the rows of a question have in common.
struct QuestionRows {
  std::span<const TokenRequest> requests;  ///< that show_the_same(); outlive the table
  std::int64_t mask_id = 0;
  double cfg = 0.0;             ///< see guidance.hpp
  std::int64_t max_tokens = 0;  ///< longest row of the model
  bool shifted = false;         ///< see MaskedDiffusion::shifted
};

/// Those of one question for a model.
/// @param info      of a masked diffusion model
/// @param requests  that show_the_same(); outlive what comes back
[[nodiscard]] QuestionRows question_rows(const ModelInfo& info,
                                         std::span<const TokenRequest> requests,
                                         double cfg);

/// Gathers what is asked for, gives it out as groups, and keeps the answers.
///
/// A row over a frozen prompt sees keys and values of a prefill: the prompt followed by as many
/// masks as the target's length rounded up to a power of two (fewer where the model's context ends
/// before) and by the suffix, which the row itself reads behind its target. Requests that agree in
/// that length share the prefill, which depends on nothing else.
///
/// Where logits are shifted, those of the first target token stand at the prompt's last token,
/// which is therefore not frozen: rows begin with it, as the mask in the unconditional branch. A
/// prompt that has nothing to freeze then, of one token or none, is read by every row.
class RowTable {
 public:
  explicit RowTable(QuestionRows question);

  /// Where an answer will be found.
  struct Place {
    std::size_t row;
    std::size_t variant;
  };

  /// Asks for the losses of a request's hidden tokens.
  [[nodiscard]] Place ask(std::size_t request, const WantedRow& row_wanted);

  /// The next group to compute, or nothing: none left, or none before results are known.
  [[nodiscard]] std::optional<RowGroup> next();
  /// The results of the oldest group not yet answered.
  void take(const Scores& scores);

  [[nodiscard]] bool known(const Place& place) const;
  [[nodiscard]] RowLosses losses(const Place& place) const;

  /// Whether ranks came with the answers, and those of the row.
  [[nodiscard]] bool has_ranks(const Place& place) const;
  [[nodiscard]] RowRanks ranks(const Place& place) const;

  /// What was computed for a request; what several share is counted for the first that asked.
  [[nodiscard]] const RowCost& cost(std::size_t request) const { return costs_[request]; }

 private:
  struct Row {
    std::size_t request;  ///< the first that asked
    WantedRow wanted;
    std::vector<std::vector<std::int64_t>> variants;  ///< hidden tokens that are scored
    bool given_out = false;
    std::vector<double> log_p;  ///< [hidden, variants]; empty until known
    PositionRanks ranks;        ///< likewise, where they are asked for
  };
  struct Prefill {
    std::size_t request;
    bool known = false;
    std::shared_ptr<const Prefix> conditional;
    std::shared_ptr<const Prefix> unconditional;
    std::vector<std::size_t> waiting;  ///< rows that need it
  };
  struct Item {
    bool is_prefill;
    std::size_t key;  ///< index of a row, or length of a prefill's target
  };

  [[nodiscard]] std::size_t prefill_length(std::size_t request) const;
  [[nodiscard]] std::size_t unfrozen(std::size_t request) const;
  [[nodiscard]] bool freezes(std::size_t request) const;
  void put_in_line(std::size_t row);
  [[nodiscard]] RowGroup prefill_group(std::size_t length) const;
  [[nodiscard]] RowGroup row_group(const Row& row) const;
  [[nodiscard]] RowGroup full_group(const Row& row,
                                    std::span<const std::int64_t> masked_target) const;
  [[nodiscard]] RowGroup frozen_group(const Row& row,
                                      std::span<const std::int64_t> masked_target) const;
  void count(std::size_t request, const RowGroup& group);

  QuestionRows question_;
  std::vector<Row> rows_;
  std::map<std::pair<bool, std::vector<std::int64_t>>, std::vector<std::size_t>> rows_of_;
  std::map<std::size_t, Prefill> prefills_;  ///< by the length of their target
  std::deque<Item> line_;
  std::deque<Item> given_out_;
  std::vector<RowCost> costs_;
};

}  // namespace smdm
