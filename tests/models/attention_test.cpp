// The gathered form of attention, which devices other than the CPU use, against the CPU's loops.
#include "models/attention.hpp"

#include <random>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/cpu/attention.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

struct Case {
  std::string name;
  std::vector<std::int64_t> lengths;
  std::vector<std::int64_t> parents;      ///< of each row, or empty
  std::vector<std::int64_t> before;       ///< tokens held for each row, or empty
  std::vector<std::int64_t> begins = {};  ///< as in PackedRows
};

const std::vector<Case>& cases() {
  constexpr auto kNone = PackedRows::kNone;
  static const std::vector<Case> all = {
      {.name = "one row", .lengths = {7}, .parents = {}, .before = {}},
      {.name = "equal rows", .lengths = {5, 5, 5}, .parents = {}, .before = {}},
      {.name = "one token each", .lengths = {1, 1}, .parents = {}, .before = {}},
      {.name = "all lengths", .lengths = {3, 40, 17, 1, 64, 18, 2}, .parents = {}, .before = {}},
      {.name = "rows that continue others",
       .lengths = {9, 2, 6, 4, 30, 3},
       .parents = {kNone, 0, 0, kNone, kNone, 3},
       .before = {}},
      {.name = "rows behind a past",
       .lengths = {4, 3, 1, 12, 1},
       .parents = {},
       .before = {10, 0, 33, 2, 10}},
      {.name = "equal rows behind equal pasts",
       .lengths = {6, 6},
       .parents = {},
       .before = {10, 10}},
      {.name = "rows amid what is held",
       .lengths = {4, 3, 1, 12, 5, 6},
       .parents = {},
       .before = {10, 20, 33, 2, 5, 0},
       .begins = {3, 0, 32, 2, 0, kNone}},
      {.name = "equal rows amid as many held tokens",
       .lengths = {4, 4, 4},
       .parents = {},
       .before = {11, 11, 11},
       .begins = {0, 3, 7}},
  };
  return all;
}

struct Shape {
  std::int64_t heads, groups, size;
};

void check_case(const Case& given, const Shape& shape, bool causal, torch::Dtype type) {
  PackedRows rows;
  for (std::size_t row = 0; row < given.lengths.size(); ++row) {
    const std::vector<std::int64_t> ids(static_cast<std::size_t>(given.lengths[row]), 1);
    rows.append(ids, given.parents.empty() ? PackedRows::kNone : given.parents[row]);
  }
  rows.begins = given.begins;
  const auto drawn = [&](std::int64_t tokens, std::int64_t heads) {
    return torch::randn({tokens, heads, shape.size}).to(type);
  };
  std::vector<Past> past;
  for (const auto tokens : given.before) {
    constexpr std::int64_t kFree = 2;  // a cache has room for more than it holds
    past.push_back(tokens == 0 ? Past{}
                               : Past{.key = drawn(tokens + kFree, shape.groups),
                                      .value = drawn(tokens + kFree, shape.groups),
                                      .tokens = tokens});
  }
  constexpr std::int64_t kPadding = 3;  // as the transformer pads its batches
  const auto tokens = rows.tokens() + kPadding;
  const Projections projections{.query = drawn(tokens, shape.heads),
                                .key = drawn(tokens, shape.groups),
                                .value = drawn(tokens, shape.groups)};
  const auto empty = torch::zeros({tokens, shape.heads * shape.size}, type);
  auto wanted = empty.clone();
  cpu::attend(projections, rows, past, causal, wanted);
  auto got = empty.clone();
  GatheredAttention(rows, given.before, causal, torch::kCPU).attend(projections, past, got);
  const double tolerance = type == torch::kFloat32 ? 1e-5 : 2e-2;
  CHECK(torch::allclose(got, wanted, tolerance, tolerance));
  CHECK(wanted.abs().max().item<double>() > 0.1);
}

}  // namespace

TEST_CASE("gathered attention gives what the loops of the CPU give") {
  torch::manual_seed(1);
  for (const auto& given : cases()) {
    for (const auto& shape : {Shape{4, 4, 8}, Shape{6, 2, 16}, Shape{2, 1, 12}}) {
      for (const bool causal : {false, true}) {
        if (causal && !given.begins.empty()) continue;  // nothing stands behind a causal row
        for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
          INFO(given.name << ", " << shape.heads << " heads in " << shape.groups << " groups"
                          << (causal ? ", causal" : "")
                          << (type == torch::kFloat32 ? ", f32" : ", bf16"));
          check_case(given, shape, causal, type);
        }
      }
    }
  }
}

TEST_CASE("what is wrong in one row of a gathered batch stays there") {
  torch::manual_seed(2);
  PackedRows rows;
  for (const std::size_t length : {4, 7, 6}) rows.append(std::vector<std::int64_t>(length, 1));
  const auto drawn = [] { return torch::randn({17, 2, 8}); };
  Projections projections{.query = drawn(), .key = drawn(), .value = drawn()};
  projections.value.narrow(0, 0, 4).fill_(std::numeric_limits<float>::infinity());
  for (const bool causal : {false, true}) {
    auto out = torch::zeros({17, 16});
    GatheredAttention(rows, {}, causal, torch::kCPU).attend(projections, {}, out);
    CHECK(out.narrow(0, 4, 13).isfinite().all().item<bool>());
    CHECK_FALSE(out.narrow(0, 0, 4).isfinite().any().item<bool>());
  }
}

}  // namespace smdm
