// Every field of the configuration against a plain dense recomputation (PlainTransformer).
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/plain_transformer.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::int64_t>;
using test::Matrix;
using test::PlainTransformer;
using test::Vector;

std::unique_ptr<LanguageModel> load(const std::filesystem::path& folder) {
  CheckpointOptions options;
  options.model = folder;
  return load_model(find_checkpoint(options), ComputeType::f32, torch::kCPU);
}

PackedRows packed(const std::vector<Ids>& sequences) {
  PackedRows rows;
  for (const auto& ids : sequences) rows.append(ids);
  for (std::int64_t position = 0; position < rows.tokens(); ++position)
    rows.wanted.push_back(position);
  return rows;
}

double worst_error(const torch::Tensor& got, const Matrix& wanted) {
  double worst = 0.0;
  REQUIRE(got.size(0) == static_cast<std::int64_t>(wanted.size()));
  const auto dense = got.contiguous();
  const float* value = dense.const_data_ptr<float>();
  for (const auto& row : wanted) {
    for (const double w : row)
      worst = std::max(worst, std::abs(*value++ - w) / (1.0 + std::abs(w)));
  }
  return worst;
}

/// Sequences of several lengths; an MDM's hold masks.
std::vector<Ids> sequences_for(const Json& config) {
  std::mt19937 random(99);
  const auto ids = config.at("padded_vocab_size").get<std::uint32_t>() +
                   (config.at("x_model_type") == "mdm" ? 1 : 0);
  std::vector<Ids> all;
  for (const std::size_t length : {1, 23, 8, 8, 40}) {
    Ids sequence;
    for (std::size_t i = 0; i < length; ++i) sequence.push_back(random() % ids);
    if (config.at("x_model_type") == "mdm") sequence[length / 2] = ids - 1;
    all.push_back(sequence);
  }
  return all;
}

void check_config(const Json& config, test::StoredType type = test::StoredType::f32) {
  INFO(config.dump());
  const auto tensors = test::random_tensors(config, type, 17);
  const test::TemporaryFolder folder;
  test::write_checkpoint(folder.path(), config, tensors, type);
  const auto model = load(folder.path());
  const auto sequences = sequences_for(config);
  Matrix wanted;
  const PlainTransformer plain(config, tensors);
  for (const auto& ids : sequences) {
    for (auto& row : plain.logits(ids)) wanted.push_back(std::move(row));
  }
  CHECK(worst_error(model->logits(packed(sequences)), wanted) <= 1e-4);
}

}  // namespace

TEST_CASE("logits equal a plain recomputation for every field of the configuration") {
  for (const std::string kind : {"mdm", "arm"}) {
    const auto with = [&](const Json& changes) {
      auto config = test::small_config(kind);
      config.update(changes);
      check_config(config);
    };
    with(Json::object());
    for (const double share : {0.75, 0.5, 0.25, 0.0}) with({{"rotary_percentage", share}});
    with({{"parallel_residual", true}});
    with({{"parallel_residual", true}, {"shared_attention_norm", true}});
    with({{"condense_ratio", 2}});
    with({{"condense_ratio", 3}, {"rope_tables", "f32"}});
    with({{"vocab_size", 35}});
    with({{"n_query_groups", 2}});
    with({{"n_query_groups", 1}});
    with({{"norm_eps", 0.05}});
    with({{"rope_tables", "f32"}});
    with({{"n_layer", 1},
          {"n_head", 2},
          {"n_query_groups", 1},
          {"rotary_percentage", 0.5},
          {"parallel_residual", true},
          {"shared_attention_norm", true},
          {"condense_ratio", 2},
          {"vocab_size", 40}});
  }
}

TEST_CASE("a stored bfloat16 checkpoint computes in float32") {
  for (const std::string kind : {"mdm", "arm"})
    check_config(test::small_config(kind), test::StoredType::bf16);
}

TEST_CASE("guided logits are un + (w + 1) * (cond - un)") {
  const auto config = test::small_config("mdm");
  const test::TemporaryFolder folder;
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 23);
  test::write_checkpoint(folder.path(), config, tensors);
  const auto model = load(folder.path());
  const Ids conditional = {3, 9, 27, 48, 48, 5};
  const Ids unconditional = {48, 48, 48, 48, 48, 5};
  const PlainTransformer plain(config, tensors);
  const auto cond = plain.logits(conditional);
  const auto un = plain.logits(unconditional);
  for (const double w : {0.1, 0.7, 1.6, -0.5}) {
    PackedRows rows;
    rows.append(conditional);
    rows.append(unconditional);
    rows.wanted = {3, 3, 4};
    rows.unconditional = {9, 9, 10};
    rows.guidance = w;
    Matrix wanted;
    for (const std::size_t t : {3, 3, 4}) {
      Vector row;
      for (std::size_t v = 0; v < cond[t].size(); ++v)
        row.push_back(un[t][v] + (w + 1.0) * (cond[t][v] - un[t][v]));
      wanted.push_back(row);
    }
    CHECK(worst_error(model->logits(rows), wanted) <= 3e-4);
  }
}

TEST_CASE("rows amid what another row has left are what a plain recomputation says") {
  for (const Json& changes : {Json::object(), Json{{"n_query_groups", 2}, {"condense_ratio", 2}},
                              Json{{"parallel_residual", true}, {"rotary_percentage", 0.5}}}) {
    auto config = test::small_config("mdm");
    config.update(changes);
    INFO(config.dump());
    const test::TemporaryFolder folder;
    const auto tensors = test::random_tensors(config, test::StoredType::f32, 37);
    test::write_checkpoint(folder.path(), config, tensors);
    const auto model = load(folder.path());
    const PlainTransformer plain(config, tensors);
    const Ids held = {3, 9, 27, 48, 48, 5, 48, 48, 48, 48, 48, 31, 48};
    const Ids now = {3, 9, 27, 11, 48, 5, 48, 40, 48, 12, 48, 31, 7};
    for (const bool all : {false, true}) {
      for (const auto& [begin, end] :
           {std::pair<std::size_t, std::size_t>(3, 10), {0, 4}, {6, 13}, {12, 13}, {0, 13}}) {
        if (!all && (begin == 0 || end < now.size())) continue;  // nothing is held behind
        INFO("positions " << begin << " to " << end << ", all held: " << all);
        auto whole = packed({held});
        whole.keep = {static_cast<std::int64_t>(all ? held.size() : begin)};
        const auto kept = model->visit_logits(whole, [](std::int64_t, const torch::Tensor&) {});
        auto rows = packed({Ids(now.begin() + static_cast<std::ptrdiff_t>(begin),
                                now.begin() + static_cast<std::ptrdiff_t>(end))});
        rows.prefixes = kept;
        rows.begins = {static_cast<std::int64_t>(begin)};
        const auto wanted = plain.logits_over(held, now, begin, end);
        CHECK(worst_error(model->logits(rows),
                          {wanted.begin() + static_cast<std::ptrdiff_t>(begin),
                           wanted.begin() + static_cast<std::ptrdiff_t>(end)}) <= 1e-4);
      }
    }
  }
}

TEST_CASE("rows that continue others score as whole sequences do") {
  auto config = test::small_config("arm");
  config["n_query_groups"] = 2;
  const test::TemporaryFolder folder;
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 29);
  test::write_checkpoint(folder.path(), config, tensors);
  const auto model = load(folder.path());
  const Ids context = {1, 8, 30, 22, 17};
  const std::vector<Ids> choices = {{4, 4, 9}, {11}, {40, 3, 2, 2}};
  PackedRows rows;
  const auto parent = rows.append(context);
  for (const auto& choice : choices) rows.append(choice, parent);
  for (std::int64_t position = 4; position < rows.tokens(); ++position)
    rows.wanted.push_back(position);
  Matrix wanted;
  const PlainTransformer plain(config, tensors);
  wanted.push_back(plain.logits(context).back());
  for (const auto& choice : choices) {
    auto whole = context;
    whole.insert(whole.end(), choice.begin(), choice.end());
    const auto logits = plain.logits(whole);
    wanted.insert(wanted.end(), logits.begin() + 5, logits.end());
  }
  CHECK(worst_error(model->logits(rows), wanted) <= 1e-4);
}

TEST_CASE("scores are log-softmax of the logits, and argmax is the lowest of the best ids") {
  auto config = test::small_config("mdm");
  const test::TemporaryFolder folder;
  auto tensors = test::random_tensors(config, test::StoredType::f32, 31);
  auto& head = tensors.at("lm_head.weight");
  // Ids 10 and 20 are always equally likely, and here the likeliest.
  for (std::size_t e = 0; e < 32; ++e) head.values[20 * 32 + e] = head.values[10 * 32 + e] = 0.0F;
  test::write_checkpoint(folder.path(), config, tensors);
  const auto model = load(folder.path());
  const auto rows = packed({{1, 48, 3, 48}});
  const Ids tokens = {5, 10, 20, 47};
  const auto scores = model->scores(rows, tokens, WithArgmax::yes);
  const auto logits = model->logits(rows).to(torch::kFloat64);
  for (std::size_t w = 0; w < tokens.size(); ++w) {
    const auto row = logits[static_cast<std::int64_t>(w)];
    const double wanted = (row[tokens[w]] - row.logsumexp(0)).item<double>();
    CHECK(std::abs(scores.log_p[w] - wanted) <= 1e-5 * (1.0 + std::abs(wanted)));
    std::int64_t best = 0;
    for (std::int64_t v = 1; v < row.size(0); ++v) {
      if (row[v].item<double>() > row[best].item<double>()) best = v;
    }
    CHECK(scores.argmax[w] == best);
  }
  // All logits equal: the lowest id wins.
  head.values.assign(head.values.size(), 0.0F);
  test::write_checkpoint(folder.path() / "flat", config, tensors);
  const auto flat = load(folder.path() / "flat")->scores(rows, tokens, WithArgmax::yes);
  CHECK(flat.argmax == std::vector<std::int64_t>(4, 0));
  for (const double log_p : flat.log_p) CHECK(std::abs(log_p + std::log(48.0F)) <= 1e-6F);
}

}  // namespace smdm
