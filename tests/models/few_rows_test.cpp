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

TEST_CASE("layers on the same few rows give what each gives alone") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    const auto x = drawn({3, 100}, type, 8);
    const std::vector<at::Tensor> weights = {drawn({130, 100}, type, 9), drawn({1, 100}, type, 10),
                                             drawn({67, 100}, type, 11)};
    const auto bias = drawn({67}, type, 12);
    const at::Tensor none;
    const std::vector<LinearLayer> layers = {{.weight = weights[0], .bias = none},
                                             {.weight = weights[1], .bias = none},
                                             {.weight = weights[2], .bias = bias}};
    for (const int threads : {1, 2, 5}) {
      const test::Threads some(threads);
      const auto together = linear_of_few_rows(x, layers);
      REQUIRE(together.size() == layers.size());
      for (std::size_t i = 0; i < layers.size(); ++i)
        CHECK(torch::equal(together[i], linear_of_few_rows(x, layers[i].weight, layers[i].bias)));
    }
  }
}

namespace {

/// A layer's outputs from one level's loops.
at::Tensor multiplied(const Loops& loops, const at::Tensor& x, const at::Tensor& weight) {
  const auto wide = x.to(at::kFloat);
  auto out = torch::empty({x.size(0), weight.size(0)}, x.options());
  const auto layer = [&]<typename T>(const T* from, T* to) {
    return FewRows<T>{.x = wide.const_data_ptr<float>(),
                      .rows = x.size(0),
                      .depth = x.size(1),
                      .weight = from,
                      .bias = nullptr,
                      .out = to,
                      .outputs = weight.size(0)};
  };
  if (x.scalar_type() == at::kFloat) {
    loops.few_rows_f32(layer(weight.const_data_ptr<float>(), out.mutable_data_ptr<float>()), 0,
                       weight.size(0));
  } else {
    const auto* from = reinterpret_cast<const Bf16*>(weight.const_data_ptr<at::BFloat16>());
    loops.few_rows_bf16(layer(from, reinterpret_cast<Bf16*>(out.mutable_data_ptr<at::BFloat16>())),
                        0, weight.size(0));
  }
  return out;
}

}  // namespace

TEST_CASE("every level of the processor multiplies few rows alike, to rounding") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& [rows, depth, outputs] : kCases) {
      const auto x = drawn({rows, depth}, type, 6);
      const auto weight = drawn({outputs, depth}, type, 7);
      const auto exact = at::linear(x.to(at::kDouble), weight.to(at::kDouble));
      const double tolerance = type == at::kFloat ? 1e-5 : 8e-3;
      for (const auto& level : levels()) {
        INFO(level.name << ": " << rows << " x " << depth << " x " << outputs);
        CHECK(torch::allclose(multiplied(*level.loops, x, weight).to(at::kDouble), exact, tolerance,
                              2e-5));
      }
    }
  }
}

}  // namespace smdm::cpu
