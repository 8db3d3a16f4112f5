// What LanguageModel refuses before any model computes.
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using test::contains;

using Ids = std::vector<std::int64_t>;

std::unique_ptr<LanguageModel> small(ModelKind kind, bool shifted = false) {
  ModelConfig config;
  config.shifted_logits = shifted;
  config.block_size = 8;
  config.padded_vocab_size = 20;
  config.n_layer = 1;
  config.n_head = config.n_query_groups = 2;
  config.n_embd = 16;
  config.intermediate_size = 16;
  return random_model(config, kind, ComputeType::f32, torch::kCPU, 1);
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

PackedRows rows_of(const std::vector<Ids>& sequences, const Ids& wanted = {0}) {
  PackedRows rows;
  for (const auto& ids : sequences) rows.append(ids);
  rows.wanted = wanted;
  return rows;
}

}  // namespace

TEST_CASE("rows that break a limit are refused") {
  const auto mdm = small(ModelKind::mdm);
  const auto arm = small(ModelKind::arm);
  const auto refused = [](const LanguageModel& model, const PackedRows& rows) {
    return refusal([&] { (void)model.logits(rows); });
  };
  CHECK(refused(*mdm, rows_of({{0, 19, 20}})).empty());
  CHECK(contains(refused(*mdm, rows_of({{0, 21}})), "id 21 at position 1 is outside 0..20"));
  CHECK(contains(refused(*arm, rows_of({{0, 20}})), "id 20 at position 1 is outside 0..19"));
  CHECK(contains(refused(*arm, rows_of({{-1}})), "id -1"));
  CHECK(contains(refused(*arm, rows_of({{1}, {}})), "row 1 is empty"));
  CHECK(contains(refused(*arm, rows_of({Ids(9, 1)})),
                 "row 0 has 9 tokens, the model reads at most 8"));
  CHECK(refused(*arm, rows_of({Ids(8, 1)})).empty());
  CHECK(contains(refused(*arm, rows_of({{1, 2}}, {2})), "wanted position 0 is outside the rows"));
  CHECK(contains(refused(*arm, rows_of({{1, 2}}, {-1})), "outside the rows"));
  CHECK(contains(refused(*arm, rows_of({{1, 2}}, {1, 0})), "must not decrease"));
  auto rows = rows_of({{1, 2}});
  rows.offsets.back() = 1;
  CHECK(contains(refused(*arm, rows), "wanted offsets that end at 2"));
  rows = rows_of({{1, 2}});
  rows.unconditional = {0, 1};
  CHECK(contains(refused(*arm, rows), "one unconditional position per wanted position"));
  rows = rows_of({{1, 2}});
  rows.unconditional = {5};
  CHECK(contains(refused(*arm, rows), "outside the rows"));
  CHECK(mdm->logits(rows_of({{1}}, {})).size(0) == 0);
  CHECK(mdm->logits(PackedRows{}).size(0) == 0);
}

TEST_CASE("rows may continue only earlier rows that stand alone, of an autoregressive model") {
  const auto arm = small(ModelKind::arm);
  const auto refused = [](const LanguageModel& model, const std::vector<std::int64_t>& parents) {
    PackedRows rows;
    for (const auto parent : parents) rows.append(Ids{1, 2, 3}, parent);
    rows.wanted = {0};
    return refusal([&] { (void)model.logits(rows); });
  };
  CHECK(refused(*arm, {-1, 0, 0}).empty());
  CHECK(contains(refused(*arm, {-1, 1}), "row 1 must continue an earlier row"));
  CHECK(contains(refused(*arm, {1, -1}), "row 0 must continue an earlier row"));
  CHECK(contains(refused(*arm, {-1, 0, 1}), "row 2 continues a row that continues another"));
  CHECK(contains(refused(*small(ModelKind::mdm), {-1, 0}),
                 "only autoregressive rows continue others"));
  PackedRows rows;
  rows.append(Ids(6, 1), rows.append(Ids(3, 1)));
  CHECK(contains(refusal([&] { arm->visit_logits(rows, {}); }), "row 1 has 9 tokens"));
}

TEST_CASE("of a row over a prefix, a shifted model cannot score the first token") {
  const auto shifted = small(ModelKind::mdm, /*shifted=*/true);
  auto whole = rows_of({{1, 2, 3}}, {});
  whole.keep = {2};
  const auto prefix = shifted->scores(whole, {}).prefixes.front();
  const auto refused = [&](const LanguageModel& model, const Ids& wanted,
                           const Ids& unconditional) {
    auto rows = rows_of({{1, 2}, {2, 20, 4}, {2, 20}}, wanted);
    rows.prefixes = {nullptr, prefix, prefix};
    rows.unconditional = unconditional;
    return refusal([&] { (void)model.scores(rows, Ids(wanted.size(), 1)); }) +
           refusal([&] { model.visit_logits(rows, [](std::int64_t, const torch::Tensor&) {}); });
  };
  CHECK(refused(*shifted, {0, 1, 3, 4, 6}, {}).empty());
  CHECK(contains(refused(*shifted, {1, 2}, {}),
                 "the first token of row 1 is wanted, whose shifted logits belong to the last "
                 "token of its prefix"));
  CHECK(contains(refused(*shifted, {0, 6}, {1, 5}), "first token of row 2"));
  CHECK(refused(*small(ModelKind::mdm), {1, 2, 5}, {}).empty());
  // What is no position at all is refused as ever.
  CHECK(contains(refused(*shifted, {8}, {}), "outside the rows"));
  CHECK(contains(refused(*shifted, {3, 1}, {}), "must not decrease"));
}

TEST_CASE("a row begins at one of its prefix's tokens, or behind them") {
  for (const bool shifted : {false, true}) {
    const auto model = small(ModelKind::mdm, shifted);
    auto whole = rows_of({{1, 2, 3, 20}}, {});
    whole.keep = {4};
    const auto prefix =
        model->visit_logits(whole, [](std::int64_t, const torch::Tensor&) {}).front();
    const auto refused = [&](std::int64_t begin, const Ids& ids, std::int64_t wanted = 1) {
      auto rows = rows_of({ids}, {wanted});
      rows.prefixes = {prefix};
      rows.begins = {begin};
      return refusal([&] { (void)model->logits(rows); });
    };
    for (const std::int64_t begin : {0, 2, 4}) CHECK(refused(begin, {5, 20}).empty());
    CHECK(refused(PackedRows::kNone, Ids(4, 1)).empty());
    CHECK(refused(2, Ids(6, 1)).empty());
    CHECK(contains(refused(2, Ids(7, 1)), "row 0 has 9 tokens"));
    CHECK(contains(refused(5, {5, 20}), "row 0 begins at 5, its prefix has 4 tokens"));
    CHECK(contains(refused(-2, {5, 20}), "row 0 begins at -2"));
    // Of the first token of all, shifted logits stand at itself.
    CHECK(refused(0, {5, 20}, 0).empty());
    CHECK(contains(refused(1, {5, 20}, 0), "first token of row 0") == shifted);
    auto alone = rows_of({{1, 2}});
    alone.begins = {0};
    CHECK(contains(refusal([&] { (void)model->logits(alone); }), "within a prefix and has none"));
    alone.begins = {0, 0};
    CHECK(contains(refusal([&] { (void)model->logits(alone); }), "begin at per row"));
  }
}

TEST_CASE("scored tokens must be tokens, one per wanted position") {
  const auto mdm = small(ModelKind::mdm);
  const auto refused = [&](const Ids& tokens) {
    return refusal([&] { (void)mdm->scores(rows_of({{1, 20}}, {0, 1}), tokens); });
  };
  CHECK(refused({1, 19}).empty());
  CHECK(contains(refused({1}), "one token per wanted position"));
  CHECK(contains(refused({1, 20}), "cannot score token 20 of a vocabulary of 20"));
  CHECK(contains(refused({-1, 1}), "cannot score token -1"));
}

TEST_CASE("caches belong to autoregressive models, and to one row each") {
  const auto arm = small(ModelKind::arm);
  CHECK(contains(refusal([] { (void)small(ModelKind::mdm)->make_cache(4); }),
                 "only an autoregressive model"));
  CHECK(
      contains(refusal([&] { (void)arm->make_cache(0); }), "wanted a cache of 1..8 tokens, got 0"));
  CHECK(
      contains(refusal([&] { (void)arm->make_cache(9); }), "wanted a cache of 1..8 tokens, got 9"));
  const auto cache = arm->make_cache(8);
  KvCache* const caches[] = {cache.get()};
  const auto ignore = [](std::int64_t, const torch::Tensor&) {};
  CHECK(contains(refusal([&] { arm->extend(caches, rows_of({{1}, {2}}), ignore); }),
                 "one cache per row"));
  arm->extend(caches, rows_of({{1, 2, 3, 4, 5}}), ignore);
  CHECK(cache->tokens() == 5);
  CHECK(contains(refusal([&] { arm->extend(caches, rows_of({{1, 2, 3, 4}}), ignore); }),
                 "row 0 has 9 tokens"));
  CHECK(cache->tokens() == 5);
  const auto narrow = arm->make_cache(2);
  KvCache* const full[] = {narrow.get()};
  CHECK(contains(refusal([&] { arm->extend(full, rows_of({{1, 2, 3}}), ignore); }), "cache"));
  KvCache* const twice[] = {cache.get(), cache.get()};
  CHECK(contains(refusal([&] { arm->extend(twice, rows_of({{1}, {2}}), ignore); }), "cache"));
}

}  // namespace smdm
