// The matrix product of few rows: against float64, and its bits against everything that they must
// not depend on.
#include "models/cpu/few_rows.hpp"

#include <torch/torch.h>

#include "models/cpu/levels.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

namespace smdm::cpu {
namespace {

struct Case {
  std::int64_t rows, depth, outputs;
};

/// Depths with and without a rest behind full registers, outputs with and without a full tile.
const std::vector<Case> kCases = {{1, 64, 256}, {3, 100, 67}, {4, 7, 5},
                                  {5, 576, 65}, {8, 48, 128}, {17, 33, 1}};

torch::Tensor drawn(std::vector<std::int64_t> shape, at::ScalarType type, std::uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  return at::randn(shape, generator).to(type);
}

}  // namespace

TEST_CASE("a product of few rows is that of float64, rounded once") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& [rows, depth, outputs] : kCases) {
      INFO(rows << " x " << depth << " x " << outputs);
      const auto x = drawn({rows, depth}, type, 1);
      const auto weight = drawn({outputs, depth}, type, 2);
      const auto bias = drawn({outputs}, type, 3);
      const auto exact =
          at::linear(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble));
      const double tolerance = type == at::kFloat ? 1e-5 : 8e-3;
      const auto got = linear_of_few_rows(x, weight, bias);
      CHECK(got.scalar_type() == type);
      CHECK(torch::allclose(got.to(at::kDouble), exact, tolerance, 2e-5));
      const auto without = linear_of_few_rows(x, weight, {});
      CHECK(torch::allclose(without.to(at::kDouble), exact - bias.to(at::kDouble), tolerance,
                            type == at::kFloat ? 2e-5 : 2e-2));
    }
  }
}

TEST_CASE("a row of a product of few rows does not depend on the other rows, or on threads") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& [rows, depth, outputs] : kCases) {
      INFO(rows << " x " << depth << " x " << outputs);
      const auto x = drawn({rows, depth}, type, 4);
      const auto weight = drawn({outputs, depth}, type, 5);
      const auto together = linear_of_few_rows(x, weight, {});
      for (std::int64_t row = 0; row < rows; ++row)
        CHECK(torch::equal(linear_of_few_rows(x.narrow(0, row, 1), weight, {})[0], together[row]));
      const auto turned = linear_of_few_rows(x.flip(0).contiguous(), weight, {});
      CHECK(torch::equal(turned.flip(0), together));
      const test::Threads one(1);
      CHECK(torch::equal(linear_of_few_rows(x, weight, {}), together));
    }
  }
}

TEST_CASE("every level of the processor multiplies few rows alike, to rounding") {
  constexpr std::int64_t kDepth = 100;
  constexpr std::int64_t kOutputs = 9;
  const auto x = drawn({2, kDepth}, at::kFloat, 6);
  const auto weight = drawn({kOutputs, kDepth}, at::kFloat, 7);
  const auto exact = at::linear(x.to(at::kDouble), weight.to(at::kDouble));
  for (const auto& level : levels()) {
    INFO(level.name);
    auto out = torch::empty({2, kOutputs});
    level.loops->few_rows_f32({.x = x.const_data_ptr<float>(),
                               .rows = 2,
                               .depth = kDepth,
                               .weight = weight.const_data_ptr<float>(),
                               .bias = nullptr,
                               .out = out.mutable_data_ptr<float>(),
                               .outputs = kOutputs},
                              0, kOutputs);
    CHECK(torch::allclose(out.to(at::kDouble), exact, 1e-5, 2e-5));
  }
}

}  // namespace smdm::cpu
