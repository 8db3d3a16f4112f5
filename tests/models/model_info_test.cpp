// What is said of a model without its weights is what the loaded one says.
#include "models/model_info.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <variant>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "models/formats/smdm.hpp"
#include "models/weight_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

Checkpoint found(const std::filesystem::path& folder) {
  CheckpointOptions options;
  options.model = folder;
  return find_checkpoint(options);
}

TensorEntry entry(const std::string& dtype, std::vector<std::int64_t> shape) {
  return {.dtype = dtype, .shape = std::move(shape)};
}

constexpr std::array kNames = {
    TensorName{.role = TensorRole::embedding, .name = "wte.weight"},
    TensorName{.role = TensorRole::norm_f, .name = "ln_f.weight"},
    TensorName{.role = TensorRole::down, .name = "h.{layer}.down.weight"},
    TensorName{.role = TensorRole::head, .name = "lm_head.weight"}};
constexpr std::array<std::string_view, 1> kSkipped = {"h.{layer}.attn.bias"};

ModelFormat made_format() {
  auto format = smdm_format();
  format.tensors = kNames;
  format.optional_prefix = "transformer.";
  format.skipped = kSkipped;
  return format;
}

}  // namespace

TEST_CASE("an unloaded model has the info of the loaded one") {
  for (const auto* kind : {"mdm", "arm"}) {
    const test::TemporaryFolder folder;
    const auto config = test::small_config(kind);
    test::write_checkpoint(folder.path(), config,
                           test::random_tensors(config, test::StoredType::f32, 3));
    const auto checkpoint = found(folder.path());
    const auto stored = stored_weights(*checkpoint.format, checkpoint.config,
                                       WeightFiles(checkpoint.weights).entries());
    const auto loaded = load_model(checkpoint, ComputeType::bf16, torch::kCPU)->info();
    const auto info =
        model_info(checkpoint.config, checkpoint.kind, ComputeType::bf16, stored.parameters);
    CHECK(info.parameters == loaded.parameters);
    CHECK(info.vocab_tokens == loaded.vocab_tokens);
    CHECK(info.max_tokens == loaded.max_tokens);
    CHECK(info.compute == loaded.compute);
    CHECK(info.objective.index() == loaded.objective.index());
    const auto* mask = std::get_if<MaskedDiffusion>(&info.objective);
    if (mask != nullptr)
      CHECK(mask->mask_id == std::get<MaskedDiffusion>(loaded.objective).mask_id);
    const auto model = unloaded_model(info);
    CHECK(model->info().parameters == info.parameters);
    CHECK_THROWS_AS(model->dense_logits(torch::zeros({1, 2}, torch::kInt64)), std::logic_error);
  }
}

TEST_CASE("what a configuration says of masks and logits is part of the info") {
  ModelConfig config;
  config.padded_vocab_size = 10;
  config.mask_id = 4;
  config.shifted_logits = true;
  config.excludes_mask = true;
  config.arithmetic = Arithmetic::transformers;
  const auto info = model_info(config, ModelKind::mdm, ComputeType::f32, 7);
  const auto& mask = std::get<MaskedDiffusion>(info.objective);
  CHECK(mask.mask_id == 4);
  CHECK(mask.shifted);
  CHECK(mask.excludes_mask);
  CHECK(info.arithmetic == Arithmetic::transformers);
  CHECK(std::holds_alternative<Autoregressive>(
      model_info(config, ModelKind::arm, ComputeType::f32, 7).objective));
}

TEST_CASE("buffers that are skipped and the copy of a tied head are no weights") {
  ModelConfig config;
  config.arithmetic = Arithmetic::transformers;
  const TensorEntries entries = {{"transformer.wte.weight", entry("BF16", {10, 4})},
                                 {"transformer.h.0.down.weight", entry("BF16", {4, 8})},
                                 {"transformer.h.0.attn.bias", entry("BOOL", {1, 1, 16, 16})},
                                 {"transformer.ln_f.weight", entry("F32", {4})},
                                 {"lm_head.weight", entry("F16", {10, 4})}};
  const auto untied = stored_weights(made_format(), config, entries);
  CHECK(untied.parameters == 40 + 32 + 4 + 40);
  CHECK(untied.storage() == "bfloat16, float16, float32");
  config.tied_head = true;
  const auto tied = stored_weights(made_format(), config, entries);
  CHECK(tied.parameters == 40 + 32 + 4);
  CHECK(tied.storage() == "bfloat16, float32");
  CHECK(tied.bytes(ComputeType::f32) == 4 * 76);
  CHECK(tied.bytes(ComputeType::bf16) == 2 * 76);
  config.arithmetic = Arithmetic::smdm;  // embedding and norms stay float32
  CHECK(stored_weights(made_format(), config, entries).bytes(ComputeType::bf16) ==
        2 * 32 + 4 * (40 + 4));
}

TEST_CASE("parameters of the layers are those of their matrices") {
  ModelConfig config;
  config.n_layer = 2;
  config.n_embd = 8;
  config.n_head = 4;
  config.n_query_groups = 2;
  config.intermediate_size = 16;
  CHECK(layer_parameters(config) == 2 * (8 * 8 + 2 * 4 * 8 + 8 * 8 + 3 * 16 * 8));
  config.feed_forward = FeedForward::gelu;
  config.head_dim = 4;
  CHECK(layer_parameters(config) == 2 * (16 * 8 + 2 * 8 * 8 + 8 * 16 + 2 * 16 * 8));
}

}  // namespace smdm
