// The element-wise kernels give a row the same bits wherever it stands and on any number of
// threads.
#include "models/ops.hpp"

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

}  // namespace smdm
