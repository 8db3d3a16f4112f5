#include "evaluators/generation/schedule.hpp"

#include <fstream>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include "tests/support/catch.hpp"
#include "tests/support/golden_cases.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::golden_cases;

TEST_CASE("times are those the reference recorded") {
  for (const auto& recorded : golden_cases("sampler.json")) {
    const auto times = diffusion_times(recorded.at("steps"));
    const auto wanted = recorded.at("timesteps").get<std::vector<double>>();
    REQUIRE(times.size() == wanted.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
      // Nine digits were recorded: enough to tell all float32 values apart.
      CHECK(times[i] == static_cast<float>(wanted[i]));
    }
  }
}

TEST_CASE("times are torch.linspace to the last bit where its kernels are vectorised") {
  // Torch's plain build of the kernel rounds twice; nothing to compare with there.
  const auto probe = torch::linspace(1.0, 1e-5, 8, torch::kFloat32);
  if (probe[4].item<float>() != diffusion_times(7)[4]) {
    test::skip("torch.linspace rounds twice on this CPU");
    return;
  }
  for (const std::int64_t steps : {1, 2, 3, 5, 7, 16, 31, 32, 64, 100, 255, 256, 257, 512, 1024}) {
    const auto times = diffusion_times(steps);
    const auto linspace = torch::linspace(1.0, 1e-5, steps + 1, torch::kFloat32);
    for (std::int64_t i = 0; i <= steps; ++i) {
      REQUIRE(times[static_cast<std::size_t>(i)] == linspace[i].item<float>());
    }
  }
}

TEST_CASE("counts per step are those the reference recorded") {
  for (const auto& recorded : golden_cases("schedule.json")) {
    const auto times = diffusion_times(recorded.at("steps"));
    auto masked =
        recorded.at("masked").get<std::int64_t>() * recorded.at("batch").get<std::int64_t>();
    std::vector<std::int64_t> counts;
    for (std::int64_t step = 0; step < recorded.at("steps").get<std::int64_t>(); ++step) {
      counts.push_back(revealed_count(masked, revealed_share(times, step)));
      masked -= counts.back();
    }
    CHECK(counts == recorded.at("transferred").get<std::vector<std::int64_t>>());
    CHECK(masked == 0);
  }
}

TEST_CASE("the last step reveals everything, whatever the numbers") {
  for (std::int64_t steps = 1; steps <= 40; ++steps) {
    const auto times = diffusion_times(steps);
    for (std::int64_t masked = 1; masked <= 40; ++masked) {
      auto left = masked;
      for (std::int64_t step = 0; step < steps; ++step) {
        const auto count = revealed_count(left, revealed_share(times, step));
        REQUIRE(count >= 0);
        REQUIRE(count <= left);
        left -= count;
      }
      REQUIRE(left == 0);
    }
  }
}

TEST_CASE("a schedule has at least one step") {
  CHECK_THROWS_AS(diffusion_times(0), std::invalid_argument);
}

}  // namespace
}  // namespace smdm
