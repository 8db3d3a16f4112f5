// A model on a GPU gives what it gives on the CPU, whatever form its rows have.
#include "models/cuda/gpu.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// Says that a case needs a GPU, once this machine has none.
bool no_gpu() {
  if (gpu_count() > 0) return false;
  test::skip("no GPU that this build can use");
  return true;
}

ModelConfig small_config(std::int64_t groups) {
  ModelConfig config;
  config.block_size = 512;
  config.vocab_size = 1000;
  config.padded_vocab_size = 1000;
  config.n_layer = 3;
  config.n_head = 4;
  config.n_embd = 256;
  config.n_query_groups = groups;
  config.intermediate_size = 688;
  return config;
}

/// The same random weights on both devices.
struct Pair {
  std::unique_ptr<LanguageModel> cpu;
  std::unique_ptr<LanguageModel> gpu;
};

Pair models(ModelKind kind, ComputeType compute, std::int64_t groups = 4) {
  const auto config = small_config(groups);
  return {.cpu = random_model(config, kind, compute, torch::kCPU, 5),
          .gpu = random_model(config, kind, compute, find_device("cuda"), 5)};
}

Ids draw(std::mt19937& random, std::int64_t count) {
  Ids ids;
  for (std::int64_t i = 0; i < count; ++i)
    ids.push_back(static_cast<std::int64_t>(random() % 1000));
  return ids;
}

/// Rows of all lengths, several positions of each wanted.
PackedRows some_rows(bool continuing, bool guided, std::int64_t mask) {
  std::mt19937 random(3);
  PackedRows rows;
  for (const std::int64_t length : {1, 30, 17, 200, 31, 5, 17}) {
    const auto row = rows.append(draw(random, length));
    rows.wanted.push_back(rows.offsets[static_cast<std::size_t>(row)] + length / 2);
    if (guided) {
      rows.append(Ids(static_cast<std::size_t>(length), mask));
      rows.unconditional.push_back(rows.wanted.back() + length);
      rows.guidance = 0.7;
    }
    if (!continuing) continue;
    for (const std::int64_t more : {4, 9}) {
      const auto next = rows.append(draw(random, more), row);
      rows.wanted.push_back(rows.offsets[static_cast<std::size_t>(next) + 1] - 1);
    }
  }
  return rows;
}

double tolerance(ComputeType compute) {
  return compute == ComputeType::f32 ? 1e-4 : 5e-2;
}

void check_scores(const TokenScores& got, const TokenScores& wanted, ComputeType compute) {
  REQUIRE(got.log_p.size() == wanted.log_p.size());
  for (std::size_t i = 0; i < got.log_p.size(); ++i) {
    INFO("position " << i);
    CHECK(std::abs(got.log_p[i] - wanted.log_p[i]) <=
          tolerance(compute) * (1.0 + std::abs(wanted.log_p[i])));
  }
  if (compute == ComputeType::f32) CHECK(got.argmax == wanted.argmax);
}

void check_rows(const Pair& pair, const PackedRows& rows) {
  Ids tokens(rows.wanted.size());
  std::iota(tokens.begin(), tokens.end(), std::int64_t{100});
  check_scores(pair.gpu->scores(rows, tokens, WithArgmax::yes),
               pair.cpu->scores(rows, tokens, WithArgmax::yes), pair.cpu->info().compute);
}

std::string name_of(ComputeType compute) {
  return compute == ComputeType::f32 ? "f32" : "bf16";
}

}  // namespace

TEST_CASE("masked diffusion on a GPU: plain and guided rows") {
  if (no_gpu()) return;
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    for (const std::int64_t groups : {4, 2}) {
      INFO(name_of(compute) << ", " << groups << " groups");
      const auto pair = models(ModelKind::mdm, compute, groups);
      check_rows(pair, some_rows(false, false, 1000));
      check_rows(pair, some_rows(false, true, 1000));
    }
  }
}

TEST_CASE("autoregressive on a GPU: plain and continuing rows") {
  if (no_gpu()) return;
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    INFO(name_of(compute));
    const auto pair = models(ModelKind::arm, compute, 2);
    check_rows(pair, some_rows(false, false, 0));
    check_rows(pair, some_rows(true, false, 0));
  }
}

TEST_CASE("masked diffusion on a GPU: rows behind a frozen prefix") {
  if (no_gpu()) return;
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    INFO(name_of(compute));
    const auto pair = models(ModelKind::mdm, compute);
    std::vector<TokenScores> all;
    for (const auto* model : {pair.gpu.get(), pair.cpu.get()}) {
      std::mt19937 random(3);
      PackedRows whole;
      whole.append(draw(random, 50));
      whole.append(draw(random, 23));
      whole.keep = {40, 20};
      whole.wanted = {45};
      const auto kept = model->scores(whole, Ids{7}).prefixes;
      REQUIRE(kept.size() == 2);
      PackedRows rows;
      for (const std::int64_t length : {10, 3, 12}) rows.append(draw(random, length));
      rows.prefixes = {kept[0], kept[1], nullptr};
      rows.wanted = {2, 9, 11, 20};
      all.push_back(model->scores(rows, Ids{1, 2, 3, 4}, WithArgmax::yes));
    }
    check_scores(all[0], all[1], compute);
  }
}

TEST_CASE("masked diffusion on a GPU: rows amid what is kept of others") {
  if (no_gpu()) return;
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    INFO(name_of(compute));
    const auto pair = models(ModelKind::mdm, compute);
    std::vector<TokenScores> all;
    for (const auto* model : {pair.gpu.get(), pair.cpu.get()}) {
      std::mt19937 random(3);
      PackedRows whole;
      whole.append(draw(random, 50));
      whole.append(draw(random, 23));
      whole.keep = {50, 20};
      const auto kept = model->scores(whole, {}).prefixes;
      REQUIRE(kept.size() == 2);
      PackedRows rows;
      for (const std::int64_t length : {10, 3, 12, 8}) rows.append(draw(random, length));
      rows.prefixes = {kept[0], kept[1], nullptr, kept[0]};
      rows.begins = {17, 18, PackedRows::kNone, 0};
      rows.wanted = {2, 9, 11, 20, 30};
      all.push_back(model->scores(rows, Ids{1, 2, 3, 4, 5}, WithArgmax::yes));
    }
    check_scores(all[0], all[1], compute);
  }
}

TEST_CASE("autoregressive on a GPU: decoding with caches") {
  if (no_gpu()) return;
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    INFO(name_of(compute));
    const auto pair = models(ModelKind::arm, compute, 2);
    std::vector<std::vector<torch::Tensor>> seen(2);
    for (std::size_t which = 0; which < 2; ++which) {
      const auto& model = which == 0 ? pair.gpu : pair.cpu;
      std::mt19937 random(4);
      const auto first = model->make_cache(64);
      const auto second = model->make_cache(64);
      const std::vector<KvCache*> caches = {first.get(), second.get()};
      for (const auto& lengths : {std::pair(9, 20), std::pair(1, 1), std::pair(2, 1)}) {
        PackedRows rows;
        rows.append(draw(random, lengths.first));
        rows.append(draw(random, lengths.second));
        rows.wanted = {rows.offsets[1] - 1, rows.offsets[2] - 1};
        model->extend(caches, rows, [&](std::int64_t, const torch::Tensor& logits) {
          seen[which].push_back(logits.to(torch::kCPU, torch::kFloat32).clone());
        });
      }
    }
    REQUIRE(seen[0].size() == seen[1].size());
    for (std::size_t i = 0; i < seen[0].size(); ++i) {
      INFO("step " << i);
      CHECK(torch::allclose(seen[0][i], seen[1][i], tolerance(compute), tolerance(compute)));
    }
  }
}

TEST_CASE("a GPU has a name, and one that is not there is refused") {
  if (no_gpu()) return;
  CHECK(find_device("auto").is_cuda());
  CHECK_FALSE(device_name(find_device("cuda")).empty());
  CHECK_THROWS_AS(find_device("cuda:" + std::to_string(gpu_count())), std::invalid_argument);
}

}  // namespace smdm
