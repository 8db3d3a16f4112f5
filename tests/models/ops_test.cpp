// The element-wise kernels give a row the same bits wherever it stands and on any number of
// threads.
#include "models/ops.hpp"

#include <limits>

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("swiglu gives the same bits on any number of threads") {
  const int before = at::get_num_threads();
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    for (const std::int64_t inner : {96, 260, 1024}) {
      torch::manual_seed(1);
      const auto gate_up = torch::randn({1616, 2 * inner}).to(type);
      at::set_num_threads(1);
      const auto one = swiglu(gate_up);
      const auto parts = gate_up.to(torch::kFloat64).chunk(2, -1);
      const auto wanted = torch::silu(parts[0]) * parts[1];
      const double tolerance = type == torch::kFloat32 ? 1e-6 : 1e-2;
      CHECK(torch::allclose(one.to(torch::kFloat64), wanted, tolerance, tolerance));
      for (const int threads : {2, 3, 5, 7}) {
        at::set_num_threads(threads);
        INFO("inner " << inner << ", threads " << threads);
        CHECK(torch::equal(swiglu(gate_up), one));
        CHECK(torch::equal(swiglu(gate_up.narrow(0, 33, 5)), one.narrow(0, 33, 5)));
      }
    }
  }
  at::set_num_threads(before);
}

TEST_CASE("rows are added alike whether they are few or many") {
  torch::manual_seed(2);
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    for (const auto more_type : {torch::kFloat32, torch::kBFloat16}) {
      const auto x = torch::randn({40, 37}).to(type);
      const auto more = torch::randn({40, 37}).to(more_type);
      const auto wanted = (x.to(torch::kFloat32) + more.to(torch::kFloat32)).to(type);
      for (const std::int64_t rows : {1, 16, 17, 40}) {
        auto sum = x.narrow(0, 0, rows).clone();
        add(sum, more.narrow(0, 0, rows));
        CHECK(torch::equal(sum, wanted.narrow(0, 0, rows)));
      }
    }
  }
}

TEST_CASE("the likeliest tokens are those of argmax") {
  torch::manual_seed(3);
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    auto logits = torch::randn({5, 1000}).to(type);  // bfloat16 has equal ones
    logits.index_put_({2, torch::indexing::Slice()}, 1.0);
    logits.index_put_({3, 70}, std::numeric_limits<double>::infinity());
    logits.index_put_({4, 90}, std::numeric_limits<double>::quiet_NaN());
    CHECK(torch::equal(likeliest_tokens(logits), logits.argmax(-1)));
    const auto parts = logits.narrow(1, 100, 333);  // rows that do not lie end to end
    CHECK(torch::equal(likeliest_tokens(parts), parts.argmax(-1)));
    const auto turned = logits.t();
    CHECK(torch::equal(likeliest_tokens(turned), turned.argmax(-1)));
  }
}

}  // namespace smdm
