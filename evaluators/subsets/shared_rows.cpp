// Rows are looked up by what the model would see, the context (one for all) and the target with its
// masks, so that choices which differ only in hidden tokens share a row and read their own tokens
// off it. What has to be computed first, a prefill for rows over a frozen prompt, stands in the
// same queue before the rows that wait for it.
#include "evaluators/subsets/shared_rows.hpp"

#include <algorithm>
#include <bit>

namespace smdm {
namespace {

std::vector<std::int64_t> masked(const TokenRequest& request,
                                 const Subset& hidden,
                                 std::int64_t mask_id) {
  auto target = request.continuation;
  for (const auto i : hidden) target[i] = mask_id;
  return target;
}

std::vector<std::int64_t> tokens_at(const TokenRequest& request, const Subset& hidden) {
  std::vector<std::int64_t> tokens;
  tokens.reserve(hidden.size());
  for (const auto i : hidden) tokens.push_back(request.continuation[i]);
  return tokens;
}

}  // namespace

QuestionRows question_rows(const ModelInfo& info,
                           std::span<const TokenRequest> requests,
                           double cfg) {
  const auto& diffusion = std::get<MaskedDiffusion>(info.objective);
  return {.requests = requests,
          .mask_id = diffusion.mask_id,
          .cfg = cfg,
          .max_tokens = info.max_tokens,
          .shifted = diffusion.shifted};
}

RowTable::RowTable(QuestionRows question) : question_(question), costs_(question.requests.size()) {}

RowTable::Place RowTable::ask(std::size_t request, const WantedRow& row_wanted) {
  const auto& asking = question_.requests[request];
  auto wanted = row_wanted;
  wanted.frozen_prompt = wanted.frozen_prompt && freezes(request);
  const auto tokens = tokens_at(asking, wanted.hidden);
  auto& alike = rows_of_[{wanted.frozen_prompt, masked(asking, wanted.hidden, question_.mask_id)}];
  for (const auto index : alike) {
    auto& row = rows_[index];
    const auto variant = std::ranges::find(row.variants, tokens);
    const auto place = static_cast<std::size_t>(variant - row.variants.begin());
    if (variant != row.variants.end()) return {.row = index, .variant = place};
    // Its forward is on its way and does not score these tokens: they need a row of their own.
    if (row.given_out) continue;
    row.variants.push_back(tokens);
    return {.row = index, .variant = place};
  }
  alike.push_back(rows_.size());
  rows_.push_back({.request = request,
                   .wanted = std::move(wanted),
                   .variants = {tokens},
                   .given_out = false,
                   .log_p = {},
                   .ranks = {}});
  put_in_line(rows_.size() - 1);
  return {.row = rows_.size() - 1, .variant = 0};
}

std::size_t RowTable::prefill_length(std::size_t request) const {
  const auto& asking = question_.requests[request];
  const auto given = asking.context.size() + asking.suffix.size();
  const auto room = static_cast<std::size_t>(question_.max_tokens) - given;
  return std::min(std::bit_ceil(asking.continuation.size()), room);
}

/// Tokens at the end of the prompt that a row over a frozen prompt begins with.
std::size_t RowTable::unfrozen(std::size_t request) const {
  const auto prompt = question_.requests[request].context.size();
  return question_.shifted ? std::min<std::size_t>(prompt, 1) : 0;
}

/// Whether a row over a frozen prompt is another than the full row.
bool RowTable::freezes(std::size_t request) const {
  return question_.requests[request].context.size() > unfrozen(request);
}

void RowTable::put_in_line(std::size_t row) {
  if (rows_[row].wanted.frozen_prompt) {
    const auto length = prefill_length(rows_[row].request);
    const auto [found, is_new] = prefills_.try_emplace(length);
    auto& prefill = found->second;
    if (is_new) {
      prefill.request = rows_[row].request;
      line_.push_back({.is_prefill = true, .key = length});
    }
    if (!prefill.known) {
      prefill.waiting.push_back(row);
      return;
    }
  }
  line_.push_back({.is_prefill = false, .key = row});
}

std::optional<RowGroup> RowTable::next() {
  if (line_.empty()) return std::nullopt;
  const auto item = line_.front();
  line_.pop_front();
  given_out_.push_back(item);
  if (item.is_prefill) {
    auto group = prefill_group(item.key);
    count(prefills_.at(item.key).request, group);
    return group;
  }
  auto& row = rows_[item.key];
  row.given_out = true;
  auto group = row_group(row);
  count(row.request, group);
  return group;
}

void RowTable::count(std::size_t request, const RowGroup& group) {
  costs_[request].rows += static_cast<std::int64_t>(group.rows.rows());
  costs_[request].tokens += group.rows.tokens();
}

// A prefill wants no logits: it is computed for the keys and values that it keeps.
RowGroup RowTable::prefill_group(std::size_t length) const {
  const auto& [context, target, suffix] = question_.requests.front();
  std::vector<std::int64_t> ids(context);
  ids.insert(ids.end(), length, question_.mask_id);
  ids.insert(ids.end(), suffix.begin(), suffix.end());
  RowGroup group;
  group.rows.append(ids);
  const auto kept = static_cast<std::int64_t>(context.size() - unfrozen(0));
  group.rows.keep = {kept};
  if (question_.cfg != 0.0) {
    std::ranges::fill(ids, question_.mask_id);
    group.rows.append(ids);
    group.rows.keep.push_back(kept);
  }
  return group;
}

RowGroup RowTable::row_group(const Row& row) const {
  const auto& request = question_.requests[row.request];
  const auto target = masked(request, row.wanted.hidden, question_.mask_id);
  auto group = row.wanted.frozen_prompt ? frozen_group(row, target) : full_group(row, target);
  for (std::size_t k = 0; k < row.wanted.hidden.size(); ++k) {
    for (const auto& tokens : row.variants) group.tokens.push_back(tokens[k]);
  }
  return group;
}

RowGroup RowTable::full_group(const Row& row, std::span<const std::int64_t> masked_target) const {
  const auto& request = question_.requests[row.request];
  const auto& context = request.context;
  std::vector<std::int64_t> ids(context);
  ids.insert(ids.end(), masked_target.begin(), masked_target.end());
  ids.insert(ids.end(), request.suffix.begin(), request.suffix.end());
  std::vector<std::size_t> positions;
  for (const auto i : row.wanted.hidden) {
    positions.insert(positions.end(), row.variants.size(), context.size() + i);
  }
  return guided_row(ids, given_of(request), positions, question_.mask_id, question_.cfg);
}

RowGroup RowTable::frozen_group(const Row& row, std::span<const std::int64_t> masked_target) const {
  const auto& prefill = prefills_.at(prefill_length(row.request));
  const auto read = unfrozen(row.request);
  const auto& [context, target, suffix] = question_.requests[row.request];
  std::vector<std::int64_t> ids(context.end() - static_cast<std::ptrdiff_t>(read), context.end());
  ids.insert(ids.end(), masked_target.begin(), masked_target.end());
  ids.insert(ids.end(), suffix.begin(), suffix.end());
  RowGroup group;
  group.rows.append(ids);
  group.rows.prefixes = {prefill.conditional};
  for (const auto i : row.wanted.hidden) {
    group.rows.wanted.insert(group.rows.wanted.end(), row.variants.size(),
                             static_cast<std::int64_t>(read + i));
  }
  if (question_.cfg == 0.0) return group;
  std::fill_n(ids.begin(), read, question_.mask_id);
  std::fill_n(ids.rbegin(), suffix.size(), question_.mask_id);
  group.rows.append(ids);
  group.rows.prefixes.push_back(prefill.unconditional);
  group.rows.guidance = question_.cfg;
  group.rows.unconditional = group.rows.wanted;
  const auto behind = std::ssize(ids);
  for (auto& position : group.rows.unconditional) position += behind;
  return group;
}

void RowTable::take(const Scores& scores) {
  // Results come in the order in which groups were given out, prefills among them.
  const auto item = given_out_.front();
  given_out_.pop_front();
  if (!item.is_prefill) {
    rows_[item.key].log_p.assign(scores.log_p.begin(), scores.log_p.end());
    rows_[item.key].ranks = scores.ranks;
    return;
  }
  auto& prefill = prefills_.at(item.key);
  prefill.known = true;
  prefill.conditional = scores.prefixes.front();
  if (question_.cfg != 0.0) prefill.unconditional = scores.prefixes.back();
  for (const auto row : prefill.waiting) line_.push_back({.is_prefill = false, .key = row});
  prefill.waiting.clear();
}

bool RowTable::known(const Place& place) const {
  return !rows_[place.row].log_p.empty();
}

bool RowTable::has_ranks(const Place& place) const {
  return !rows_[place.row].ranks.confidence.empty();
}

RowRanks RowTable::ranks(const Place& place) const {
  const auto& row = rows_[place.row];
  RowRanks ranks;
  for (std::size_t k = 0; k < row.wanted.hidden.size(); ++k) {
    // Every variant of a position has the same distribution.
    const auto at = k * row.variants.size() + place.variant;
    ranks.confidence.push_back(row.ranks.confidence[at]);
    ranks.margin.push_back(row.ranks.margin[at]);
    ranks.entropy.push_back(row.ranks.entropy[at]);
  }
  return ranks;
}

RowLosses RowTable::losses(const Place& place) const {
  const auto& row = rows_[place.row];
  RowLosses losses;
  losses.reserve(row.wanted.hidden.size());
  for (std::size_t k = 0; k < row.wanted.hidden.size(); ++k) {
    losses.push_back(0.0 - row.log_p[k * row.variants.size() + place.variant]);
  }
  return losses;
}

}  // namespace smdm
