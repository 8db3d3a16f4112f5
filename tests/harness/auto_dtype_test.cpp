// What --dtype auto takes: the rule as a function of numbers, and what a session and its record
// say.
#include "harness/run/auto_dtype.hpp"

#include <string>
#include <vector>

#include "harness/run/session.hpp"
#include "harness/settings/decide.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

constexpr std::uint64_t kGiga = 1'000'000'000;

ModelConfig llama() {
  ModelConfig config;
  config.family = "llama";
  config.arithmetic = Arithmetic::transformers;
  return config;
}

/// 1.1 billion parameters: 4.4 GB in float32, 2.2 GB in bfloat16.
StoredWeights stored_as(const std::vector<std::string>& dtypes) {
  return {.parameters = 1'100'000'000, .kept_in_float = 0, .dtypes = dtypes};
}

}  // namespace

TEST_CASE("on the CPU auto is float32 where that fits in free memory, else bfloat16") {
  const auto weights = stored_as({"bfloat16"});
  const auto roomy = chosen_dtype(llama(), weights, true, 123 * kGiga / 10);
  CHECK(roomy.compute == ComputeType::f32);
  CHECK(roomy.line == "auto: float32, 4.4 GB of weights, 12.3 GB free");
  CHECK(chosen_dtype(llama(), weights, true, 44 * kGiga / 10).compute == ComputeType::f32);
  const auto tight = chosen_dtype(llama(), weights, true, 44 * kGiga / 10 - 1);
  CHECK(tight.compute == ComputeType::bf16);
  CHECK(tight.line == "auto: bfloat16, 4.4 GB of weights in float32, 4.4 GB free");
  const auto unknown = chosen_dtype(llama(), weights, true, std::nullopt);
  CHECK(unknown.compute == ComputeType::f32);
  CHECK(unknown.line == "auto: float32, 4.4 GB of weights, free memory unknown");
}

TEST_CASE("on a GPU auto is what is stored, if float32 fits") {
  const auto on_gpu = [](const std::vector<std::string>& dtypes, std::uint64_t free) {
    return chosen_dtype(llama(), stored_as(dtypes), false, free).compute;
  };
  CHECK(on_gpu({"bfloat16"}, 80 * kGiga) == ComputeType::bf16);
  CHECK(on_gpu({"float32"}, 80 * kGiga) == ComputeType::f32);
  CHECK(on_gpu({"float16"}, 80 * kGiga) == ComputeType::f32);  // which bfloat16 would round
  CHECK(on_gpu({"bfloat16", "float32"}, 80 * kGiga) == ComputeType::f32);
  CHECK(on_gpu({"float32"}, 4 * kGiga) == ComputeType::bf16);
  CHECK(chosen_dtype(llama(), stored_as({"bfloat16"}), false, 80 * kGiga).line ==
        "auto: bfloat16, 2.2 GB of weights, 80.0 GB free");
}

TEST_CASE("auto of SMDM's models is float32 whatever is stored or free, without a word") {
  for (const bool on_cpu : {true, false}) {
    const auto choice = chosen_dtype(ModelConfig{}, stored_as({"bfloat16"}), on_cpu, 0);
    CHECK(choice.compute == ComputeType::f32);
    CHECK(choice.line.empty());
  }
}

TEST_CASE("sizes are told in units of thousands") {
  CHECK(size_text(0) == "0.0 MB");
  CHECK(size_text(949'000'000) == "949.0 MB");
  CHECK(size_text(950'000'000) == "0.9 GB");
  CHECK(size_text(16 * kGiga) == "16.0 GB");
}

TEST_CASE("settings leave the type open unless one is named") {
  Settings settings;
  settings.model = "somewhere";
  CHECK(!model_settings(settings).compute);
  settings.dtype = "auto";
  CHECK(!model_settings(settings).compute);
  settings.dtype = "bf16";
  CHECK(model_settings(settings).compute == ComputeType::bf16);
  settings.dtype = "f32";
  CHECK(model_settings(settings).compute == ComputeType::f32);
}

TEST_CASE("what was decided is recorded, never auto") {
  const test::TemporaryFolder folder;
  const auto config = test::small_config("arm");
  test::write_checkpoint(folder.path(), config,
                         test::random_tensors(config, test::StoredType::bf16, 3),
                         test::StoredType::bf16);
  Settings settings;
  settings.model = folder.path().string();
  for (const auto& [given, recorded] :
       {std::pair{"auto", "f32"}, {"f32", "f32"}, {"bf16", "bf16"}}) {
    settings.dtype = given;
    const auto session = open_session(model_settings(settings));
    CHECK(session.identity().at("dtype") == recorded);
    CHECK(session.identity().at("storage") == "bfloat16");
    CHECK(session.notes.empty());
  }
}

}  // namespace smdm
