// Configurations: each bad field is named, the family's sizes are what their names say, and the
// kind of a model is told from its files.
#include <cmath>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "models/checkpoint.hpp"
#include "models/formats/list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

using Json = nlohmann::json;

std::string refusal(const std::string& content) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  test::write_file(path, content);
  const auto error = test::error_text<ErrorKind::checkpoint>([&] { (void)read_config(path); });
  if (!error.empty()) CHECK(error.find(path.string()) == 0);
  CHECK(error.find('\n') == std::string::npos);
  return error;
}

std::string refusal_of(const std::string& field, const Json& value) {
  auto config = test::small_config("mdm");
  config[field] = value;
  return refusal(config.dump());
}

/// Parameters of a masked diffusion model outside embedding and head.
double inner_parameters(const ModelConfig& c) {
  const auto attention =
      c.n_embd * (c.n_head + 2 * c.n_query_groups) * c.head_size() + c.n_embd * c.n_embd;
  return static_cast<double>(
      c.n_layer * (attention + 3 * c.n_embd * c.intermediate_size + 2 * c.n_embd) + c.n_embd);
}

}  // namespace

TEST_CASE("a bad field of a configuration is named with what was wanted and what came") {
  CHECK(refusal(test::small_config("arm").dump()).empty());
  CHECK(contains(refusal(""), "not valid JSON"));
  CHECK(contains(refusal("{"), "not valid JSON"));
  CHECK(contains(refusal("[1]"), "wanted a JSON object"));
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK(contains(refusal("{\"block_size\": " + deep + "}"), "got a list or an object"));
  for (const std::string field :
       {"block_size", "n_layer", "n_head", "n_embd", "intermediate_size"}) {
    auto config = test::small_config("mdm");
    config.erase(field);
    CHECK(contains(refusal(config.dump()),
                   "field \"" + field + "\": wanted a positive integer, got nothing"));
    for (const Json& bad :
         {Json(0), Json(-3), Json(2.5), Json("8"), Json(true), Json(std::int64_t{1} << 40)}) {
      CHECK(contains(refusal_of(field, bad),
                     "field \"" + field + "\": wanted a positive integer, got " + bad.dump()));
    }
  }
  CHECK(contains(refusal_of("n_embd", 30), "\"n_embd\": wanted a multiple of n_head, got 30"));
  CHECK(contains(refusal_of("n_query_groups", 3),
                 "\"n_query_groups\": wanted a divisor of n_head, got 3"));
  CHECK(contains(refusal_of("padded_vocab_size", 47),
                 "\"padded_vocab_size\": wanted at least vocab_size, got 47"));
  CHECK(contains(refusal_of("rotary_percentage", 1.5),
                 "\"rotary_percentage\": wanted a share between 0 and 1, got 1.5"));
  CHECK(contains(refusal_of("rotary_percentage", "all"), "\"rotary_percentage\": wanted a number"));
  CHECK(contains(refusal_of("rotary_percentage", 0.125), "even number of rotating dimensions"));
  CHECK(contains(refusal_of("norm_eps", -1), "\"norm_eps\": wanted a number >= 0, got -1"));
  CHECK(contains(refusal_of("parallel_residual", 1),
                 "\"parallel_residual\": wanted true or false, got 1"));
  CHECK(contains(refusal_of("shared_attention_norm", true),
                 "false where parallel_residual is false"));
  CHECK(contains(refusal_of("condense_ratio", 0),
                 "\"condense_ratio\": wanted a positive integer, got 0"));
  CHECK(contains(refusal_of("bias", true), "\"bias\": wanted false"));
  CHECK(contains(refusal_of("_norm_class", "LayerNorm"),
                 "\"_norm_class\": wanted RMSNorm or FusedRMSNorm"));
  CHECK(contains(refusal_of("_mlp_class", "GptNeoxMLP"),
                 "\"_mlp_class\": wanted LLaMAMLP, got \"GptNeoxMLP\""));
  CHECK(contains(refusal_of("x_model_type", "bert"),
                 "\"x_model_type\": wanted \"mdm\" or \"arm\", got \"bert\""));
  CHECK(contains(refusal_of("rope_tables", "f16"),
                 "\"rope_tables\": wanted \"bf16\" or \"f32\", got \"f16\""));
}

TEST_CASE("fields that are absent have the reference's defaults") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  test::write_file(
      path,
      R"({"block_size": 8, "vocab_size": 1000, "n_layer": 1, "n_head": 2, "n_embd": 16, "intermediate_size": 4})");
  const auto config = read_config(path);
  CHECK(config.padded_vocab_size == 1024);
  CHECK(config.n_query_groups == 2);
  CHECK(config.rotary_elements() == 8);
  CHECK(config.norm_eps == 1e-5);
  CHECK(config.condense_ratio == 1);
  CHECK_FALSE(config.parallel_residual);
  CHECK_FALSE(config.kind.has_value());
  CHECK(config.rope_tables == RopeTables::bf16);
}

TEST_CASE("every size of the family has about as many parameters as its name says") {
  CHECK(family_sizes().size() == 30);
  CHECK(family_sizes().front() == 6);
  CHECK(family_sizes().back() == 2121);
  for (const auto size : family_sizes()) {
    const auto config = family_config(size);
    INFO(size << ": " << inner_parameters(config));
    CHECK(std::abs(inner_parameters(config) / 1e6 / static_cast<double>(size) - 1.0) < 0.1);
    CHECK(config.padded_vocab_size == 32000);
    CHECK(config.block_size == 2048);
    CHECK(config.n_embd % config.n_head == 0);
  }
  const auto error = test::error_text<ErrorKind::checkpoint>([] { (void)family_config(1000); });
  CHECK(contains(error, "model size 1000: wanted one of 6, 19,"));
  CHECK(contains(error, "1028"));
}

TEST_CASE("the kind of a model is told by its configuration, else by its rows, else by --backend") {
  const auto kind = [](Json config, bool has_type, std::optional<ModelKind> asked) {
    const auto tensors = test::random_tensors(config, test::StoredType::f32, 1);
    if (!has_type) config.erase("x_model_type");
    const test::TemporaryFolder folder;
    test::write_checkpoint(folder.path(), config, tensors);
    CheckpointOptions options;
    options.model = folder.path();
    options.backend = asked;
    return find_checkpoint(options).kind;
  };
  for (const bool has_type : {true, false}) {
    for (const auto model : {ModelKind::mdm, ModelKind::arm}) {
      const auto other = model == ModelKind::mdm ? ModelKind::arm : ModelKind::mdm;
      const auto config = test::small_config(to_string(model));
      CHECK(kind(config, has_type, std::nullopt) == model);
      CHECK(kind(config, has_type, model) == model);
      const auto error =
          test::error_text<ErrorKind::checkpoint>([&] { (void)kind(config, has_type, other); });
      CHECK(contains(error, "--backend " + to_string(other) +
                                " contradicts the checkpoint, which is \"" + to_string(model) +
                                "\""));
    }
  }
}

TEST_CASE("a checkpoint whose files are missing is refused with the file that was wanted") {
  const test::TemporaryFolder folder;
  const auto find = [](const std::filesystem::path& model, std::optional<std::int64_t> size = {}) {
    return test::error_text<ErrorKind::checkpoint>([&] {
      CheckpointOptions options;
      options.model = model;
      options.model_size = size;
      (void)find_checkpoint(options);
    });
  };
  CHECK(contains(find(folder.path() / "none"), "found nothing there"));
  CHECK(contains(find(folder.path()), "model.safetensors: wanted the model's weights"));
  test::write_safetensors(folder.path() / "model.safetensors", {}, test::StoredType::f32);
  CHECK(contains(find(folder.path()), "config.json: wanted the model's configuration"));
  CHECK(contains(find(folder.path() / "model.safetensors"),
                 "model.config.json: wanted the model's configuration"));
  CHECK(contains(find(folder.path(), 5), "model size 5: wanted one of"));
  CHECK(contains(find(folder.path(), 6), "give --backend mdm or --backend arm"));
}

}  // namespace smdm
