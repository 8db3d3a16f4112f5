#include "evaluators/rows/packing.hpp"

#include <numeric>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

/// Rows of `length` ids; each asks for its last position.
RowGroup some_rows(std::size_t rows, std::size_t length, std::int64_t first_id) {
  RowGroup group;
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::int64_t> ids(length);
    std::iota(ids.begin(), ids.end(), first_id + static_cast<std::int64_t>(100 * r));
    group.rows.append(ids);
    group.rows.wanted.push_back(group.rows.tokens() - 1);
    group.tokens.push_back(first_id);
  }
  return group;
}

/// Gives `groups` groups; with `one_by_one` only after the one before was answered.
struct Script {
  std::size_t groups;
  std::size_t rows;
  std::size_t length;
  bool one_by_one;
  std::int64_t first_id;
  std::vector<std::int64_t>* finished;
  std::size_t given = 0;
  std::size_t answered = 0;

  std::optional<RowGroup> next() {
    if (given == groups || (one_by_one && answered < given)) return std::nullopt;
    ++given;
    return some_rows(rows, length, first_id);
  }
  void finish() const { finished->push_back(first_id); }
};

struct Run {
  std::vector<std::size_t> rows;  // per forward
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> finished;
  std::size_t most_open = 0;
};

/// Runs scripts to their end and checks that every part of a batch holds what its source gave.
Run run_all(std::vector<Script> scripts, const PackingLimits& limits) {
  Run run;
  std::size_t opened = 0;
  for (auto& script : scripts) script.finished = &run.finished;
  Packer<Script> packer(
      [&]() -> std::unique_ptr<Script> {
        if (opened == scripts.size()) return nullptr;
        return std::make_unique<Script>(scripts[opened++]);
      },
      limits);
  while (true) {
    const auto batch = packer.next();
    if (batch.parts.empty()) return run;
    run.most_open = std::max(run.most_open, opened - run.finished.size());
    run.rows.push_back(batch.rows.rows.rows());
    run.tokens.push_back(batch.rows.rows.tokens());
    std::size_t wanted = 0;
    for (const auto& part : batch.parts) {
      REQUIRE(part.first == wanted);
      REQUIRE(part.wanted == part.source->rows);
      for (std::size_t w = 0; w < part.wanted; ++w) {
        const auto at = static_cast<std::size_t>(batch.rows.rows.wanted[wanted + w]);
        REQUIRE(batch.rows.rows.ids[at] ==
                part.source->first_id +
                    static_cast<std::int64_t>(100 * w + part.source->length - 1));
        REQUIRE(batch.rows.tokens[wanted + w] == part.source->first_id);
      }
      wanted += part.wanted;
      part.source->answered += 1;
    }
    REQUIRE(wanted == batch.rows.rows.wanted.size());
  }
}

std::vector<Script> copies(std::size_t count, const Script& script) {
  std::vector<Script> scripts(count, script);
  for (std::size_t i = 0; i < count; ++i) scripts[i].first_id = static_cast<std::int64_t>(1000 * i);
  return scripts;
}

TEST_CASE("rows that keep a prefix want nothing and join guided forwards") {
  RowGroup prefill;
  prefill.rows.append(std::vector<std::int64_t>{1, 2, 3});
  prefill.rows.keep = {2};
  RowGroup guided;
  guided.rows.append(std::vector<std::int64_t>{4, 5});
  guided.rows.wanted = {1};
  guided.rows.unconditional = {0};
  guided.rows.guidance = 0.7;
  guided.tokens = {5};
  for (const bool prefill_first : {true, false}) {
    RowGroup batch;
    append(batch, RowGroup(prefill_first ? prefill : guided));
    append(batch, RowGroup(prefill_first ? guided : prefill));
    CHECK(batch.rows.guidance == 0.7);
    CHECK(batch.rows.wanted == std::vector<std::int64_t>{prefill_first ? 4 : 1});
    CHECK(batch.rows.keep ==
          (prefill_first ? std::vector<std::int64_t>{2, 0} : std::vector<std::int64_t>{0, 2}));
    CHECK(batch.rows.prefixes.empty());
  }
}

TEST_CASE("rows that do not say where they begin get no place among others that do") {
  constexpr auto kNone = PackedRows::kNone;
  RowGroup within;
  within.rows.append(std::vector<std::int64_t>{4, 5});
  within.rows.prefixes = {nullptr};
  within.rows.begins = {3};
  const auto plain = some_rows(2, 4, 0);
  for (const bool within_first : {true, false}) {
    RowGroup batch;
    append(batch, RowGroup(within_first ? within : plain));
    append(batch, RowGroup(within_first ? plain : within));
    CHECK(batch.rows.begins == (within_first ? std::vector<std::int64_t>{3, kNone, kNone}
                                             : std::vector<std::int64_t>{kNone, kNone, 3}));
    CHECK(batch.rows.prefixes.size() == 3);
  }
}

TEST_CASE("forwards are filled up to the limits") {
  const Script script{5, 1, 4, false, 0, nullptr};
  const auto by_rows = run_all(copies(4, script), {.rows_per_forward = 8});
  CHECK(by_rows.rows == std::vector<std::size_t>{8, 8, 4});
  const auto by_tokens =
      run_all(copies(4, script), {.rows_per_forward = 99, .tokens_per_forward = 27});
  CHECK(by_tokens.tokens == std::vector<std::int64_t>{24, 24, 24, 8});
  CHECK(by_tokens.finished == std::vector<std::int64_t>{0, 1000, 2000, 3000});
}

TEST_CASE("a group is never torn apart, and one beyond the limits goes alone") {
  const auto pairs = run_all(copies(3, {1, 2, 4, false, 0, nullptr}), {.rows_per_forward = 3});
  CHECK(pairs.rows == std::vector<std::size_t>{2, 2, 2});
  const auto large = run_all(copies(2, {2, 5, 4, false, 0, nullptr}), {.rows_per_forward = 3});
  CHECK(large.rows == std::vector<std::size_t>{5, 5, 5, 5});
}

TEST_CASE("sources that wait for results share forwards") {
  const auto run = run_all(copies(6, {3, 1, 2, true, 0, nullptr}), {.rows_per_forward = 4});
  CHECK(run.rows == std::vector<std::size_t>{4, 4, 4, 2, 2, 2});
  CHECK(run.finished.size() == 6);
}

TEST_CASE("sources are opened only as forwards need them") {
  const auto run = run_all(copies(1000, {3, 1, 2, false, 0, nullptr}), {.rows_per_forward = 4});
  CHECK(run.finished.size() == 1000);
  CHECK(run.most_open <= 3);
}

TEST_CASE("a source without groups is finished, too") {
  const auto run = run_all(copies(3, {0, 1, 2, false, 0, nullptr}), {});
  CHECK(run.rows.empty());
  CHECK(run.finished.size() == 3);
}

TEST_CASE("appending shifts parents, wanted and unconditional positions") {
  RowGroup one;
  one.rows.append(std::vector<std::int64_t>{1, 2});
  one.rows.append(std::vector<std::int64_t>{3}, 0);
  one.rows.wanted = {1, 2};
  one.rows.unconditional = {0, 1};
  one.rows.guidance = 0.5;
  RowGroup batch;
  append(batch, RowGroup(one));
  append(batch, RowGroup(one));
  CHECK(batch.rows.ids == std::vector<std::int64_t>{1, 2, 3, 1, 2, 3});
  CHECK(batch.rows.offsets == std::vector<std::int64_t>{0, 2, 3, 5, 6});
  CHECK(batch.rows.continues ==
        std::vector<std::int64_t>{PackedRows::kNone, 0, PackedRows::kNone, 2});
  CHECK(batch.rows.wanted == std::vector<std::int64_t>{1, 2, 4, 5});
  CHECK(batch.rows.unconditional == std::vector<std::int64_t>{0, 1, 3, 4});
  CHECK(batch.rows.guidance == 0.5);
  RowGroup plain;
  plain.rows.append(std::vector<std::int64_t>{1});
  plain.rows.wanted = {0};
  CHECK_THROWS_AS(append(batch, std::move(plain)), std::logic_error);
}

TEST_CASE("limits below one are refused") {
  CHECK_THROWS_AS(check_limits({.rows_per_forward = 0}), std::invalid_argument);
  CHECK_THROWS_AS(check_limits({.tokens_per_forward = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace smdm
