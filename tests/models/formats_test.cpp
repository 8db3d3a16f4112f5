// Formats of checkpoints: which configuration is of which, and that nothing but the configuration
// says where the mask is and how positions turn.
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "models/formats/list.hpp"
#include "models/formats/smdm.hpp"
#include "models/rotary.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

ModelConfig tiny_config() {
  ModelConfig config;
  config.block_size = 8;
  config.vocab_size = config.padded_vocab_size = 11;
  config.n_layer = 1;
  config.n_head = config.n_query_groups = 2;
  config.n_embd = 16;
  config.intermediate_size = 8;
  return config;
}

ModelInfo info_of(const ModelConfig& config) {
  return random_model(config, ModelKind::mdm, ComputeType::f32, torch::kCPU, 1)->info();
}

}  // namespace

TEST_CASE("a configuration of no known format is refused with the formats there are") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  const auto refusal = [&](const std::string& content) {
    test::write_file(path, content);
    return test::error_text<ErrorKind::checkpoint>([&] { return recognise_config(path); });
  };
  for (const std::string content :
       {"{}", R"({"hidden_size": 8})", R"({"model_type": "nobody_knows", "hidden_size": 8})"}) {
    const auto error = refusal(content);
    CHECK(error.find(path.string()) == 0);
    CHECK(contains(error, "field \"model_type\": wanted one of \"llama\", \"mistral\", "));
    CHECK(contains(error, ", or the fields of SMDM (block_size, n_layer, "));
    CHECK(error.size() < path.string().size() + 350);
  }
  // A field of its own tells a configuration whose other fields are wrong.
  CHECK(contains(refusal(R"({"n_embd": 8})"), "field \"block_size\": wanted a positive integer"));
  auto whole = test::small_config("mdm");
  whole["model_type"] = "anything";
  CHECK(refusal(whole.dump()).empty());
  CHECK(recognise_config(path).format->name == "SMDM");
}

TEST_CASE("SMDM's table has a name for every tensor") {
  CHECK(tensor_name(smdm_tensors(), TensorRole::embedding) == "transformer.wte.weight");
  CHECK(tensor_name(smdm_tensors(), TensorRole::up, 12) == "transformer.h.12.mlp.swiglu.w2.weight");
  CHECK_THROWS_AS(tensor_name(smdm_tensors().first(1), TensorRole::head), std::invalid_argument);
}

TEST_CASE("a configuration written as SMDM's is read as the same, or not written") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  auto config = tiny_config();
  config.kind = ModelKind::arm;
  config.rotary_percentage = 0.5;
  config.rope_tables = RopeTables::f32;
  test::write_file(path, smdm_config_text(config));
  const auto read = read_config(path);
  CHECK(smdm_config_text(read) == smdm_config_text(config));
  CHECK(read.rotary_base == 10000.0);
  CHECK(read.mask() == 11);
  CHECK_FALSE(read.shifted_logits);
  CHECK(read.bos_in_front);
}

TEST_CASE("a configuration that SMDM's format has no words for is not written") {
  using Change = void (*)(ModelConfig&);
  const std::vector<Change> changes = {
      [](ModelConfig& c) { c.family = "llama"; },
      [](ModelConfig& c) { c.head_dim = 4; },
      [](ModelConfig& c) { c.rotary_base = 5e5; },
      [](ModelConfig& c) { c.rope_scaling = RopeScaling{}; },
      [](ModelConfig& c) { c.learned_positions = true; },
      [](ModelConfig& c) { c.norm = NormKind::layer; },
      [](ModelConfig& c) { c.norm_bias = true; },
      [](ModelConfig& c) { c.qk_norm = true; },
      [](ModelConfig& c) { c.feed_forward = FeedForward::gelu; },
      [](ModelConfig& c) { c.qkv_bias = true; },
      [](ModelConfig& c) { c.proj_bias = true; },
      [](ModelConfig& c) { c.feed_forward_bias = true; },
      [](ModelConfig& c) { c.head_bias = true; },
      [](ModelConfig& c) { c.tied_head = true; },
      [](ModelConfig& c) { c.cond_dim = 16; },
      [](ModelConfig& c) { c.arithmetic = Arithmetic::transformers; },
      [](ModelConfig& c) { c.rope_full_precision = true; },
      [](ModelConfig& c) { c.mask_id = 3; },
      [](ModelConfig& c) { c.shifted_logits = true; },
      [](ModelConfig& c) { c.shift_is_open = true; },
      [](ModelConfig& c) { c.excludes_mask = true; },
      [](ModelConfig& c) { c.window = 8; },
      [](ModelConfig& c) { c.bos_id = 1; },
      [](ModelConfig& c) { c.eos_ids = {2}; },
      [](ModelConfig& c) { c.pad_id = 0; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    auto config = tiny_config();
    CHECK_FALSE(smdm_config_text(config).empty());
    changes[i](config);
    CHECK_THROWS_AS(smdm_config_text(config), std::invalid_argument);
  }
  auto said = tiny_config();
  said.head_dim = 8;
  said.mask_id = 11;
  CHECK_FALSE(smdm_config_text(said).empty());
}

TEST_CASE("the mask is where the configuration says, else behind the vocabulary") {
  auto config = tiny_config();
  CHECK(config.embedding_rows(ModelKind::mdm) == 12);
  CHECK(config.embedding_rows(ModelKind::arm) == 11);
  CHECK(std::get<MaskedDiffusion>(info_of(config).objective).mask_id == 11);
  const auto parameters = info_of(config).parameters;
  config.mask_id = 5;
  CHECK(config.embedding_rows(ModelKind::mdm) == 11);
  CHECK(std::get<MaskedDiffusion>(info_of(config).objective).mask_id == 5);
  CHECK(info_of(config).parameters == parameters - config.n_embd);
  config.shifted_logits = true;
  CHECK(std::get<MaskedDiffusion>(info_of(config).objective).shifted);
}

TEST_CASE("positions turn by the configuration's base") {
  auto config = tiny_config();
  config.rope_tables = RopeTables::f32;
  for (const double base : {10000.0, 500000.0}) {
    config.rotary_base = base;
    const auto cosine = rotary_tables(config, torch::kCPU).cosine;
    for (std::int64_t pair = 0; pair < 4; ++pair) {
      const double angle = 3.0 * std::pow(base, -2.0 * static_cast<double>(pair) / 8.0);
      CHECK(std::abs(cosine[3][pair].item<double>() - std::cos(angle)) < 1e-6);
    }
  }
}

}  // namespace smdm
