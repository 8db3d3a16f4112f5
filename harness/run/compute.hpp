/// compute: from Items to Answers, with the model. The one place where answers come from, for every
/// kind of work.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// Called once per Item, in any order, as soon as its Answer is known. What it throws ends the work
/// and reaches the caller.
using AnswerDone = std::function<void(std::size_t item, Answer answer)>;

/// Computes Items. An Answer and what it costs depend on its own Item, the settings and the model:
/// not on the other Items, their order or how many there are, so that any part of a task may be
/// computed by itself.
/// @param items    that check_item() accepts
/// @param decided  whose kind of work fits them
/// @throws Error(checkpoint)  naming the Item, if the model gives numbers that are not finite
void compute(const Session& session,
             std::span<const Item> items,
             const Decided& decided,
             const AnswerDone& done);

/// compute() of some Items of a list.
/// @param which  their indices, which `done` is called with
void compute_some(const Session& session,
                  std::span<const Item> items,
                  std::span<const std::size_t> which,
                  const Decided& decided,
                  const AnswerDone& done);

/// The Item that follows from another's answer, if one does: under a protocol of two passes the
/// text of the first is the prompt of the second (SMDM's GSM8K); where it does not fit any more,
/// the first stays. Of a conversation it is the next turn, see next_turn().
/// @param answer  with the passes so far
[[nodiscard]] std::optional<Item> next(const Item& item,
                                       const Answer& answer,
                                       const GenerationSettings& settings,
                                       const Session& session);

/// What estimates of Items would cost, counted without a model, see count_work().
[[nodiscard]] AnswerCost count_cost(const ModelInfo& info,
                                    std::span<const Item> items,
                                    const LikelihoodConfig& config);

/// What compute() would compute for Items of likelihoods, without a model; nothing where that
/// depends on the answers (races, target errors, greedy verdicts of a masked diffusion model) or is
/// a generation.
[[nodiscard]] std::optional<AnswerCost> counted(const Session& session,
                                                std::span<const Item> items,
                                                const Decided& decided);

/// The rows that races' cap of rows a choice would have cost without a race: counted as those of a
/// race are, whatever is shared, reused or guided.
[[nodiscard]] std::int64_t rows_without_race(const Session& session,
                                             std::span<const Item> items,
                                             const LikelihoodSettings& settings);

}  // namespace smdm
