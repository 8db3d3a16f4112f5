// Rows over what earlier rows have left: as long as nothing has changed since, they have the bits
// of the rows themselves, in every family, wherever they begin and whatever is computed beside
// them.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/families.hpp"
#include "tests/support/threads.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// A part of a row that is read again.
struct Part {
  std::size_t row;
  std::int64_t begin;
  std::int64_t end;
};

std::vector<Ids> drawn_rows(const ModelInfo& info) {
  std::mt19937 random(5);
  const auto mask = std::get<MaskedDiffusion>(info.objective).mask_id;
  std::vector<Ids> rows;
  for (const auto length : {30, 17, 44}) {
    auto& ids = rows.emplace_back();
    for (int i = 0; i < length; ++i) {
      const auto id = static_cast<std::int64_t>(random()) % info.vocab_tokens;
      ids.push_back(random() % 2 == 0 ? mask : id);
    }
  }
  return rows;
}

const std::vector<Part>& parts() {
  static const std::vector<Part> all = {
      {.row = 0, .begin = 8, .end = 16},  {.row = 1, .begin = 0, .end = 5},
      {.row = 2, .begin = 43, .end = 44}, {.row = 2, .begin = 20, .end = 44},
      {.row = 0, .begin = 0, .end = 30},  {.row = 1, .begin = 1, .end = 17}};
  return all;
}

/// Shifted models cannot tell the logits of a part's first token.
std::int64_t first_wanted(const ModelInfo& info, const Part& part) {
  return std::get<MaskedDiffusion>(info.objective).shifted && part.begin > 0 ? 1 : 0;
}

struct Whole {
  std::vector<torch::Tensor> logits;  ///< [T, V] of each row
  Prefixes kept;
};

/// All rows, of which everything is kept.
Whole computed(const LanguageModel& model, const std::vector<Ids>& sequences) {
  PackedRows rows;
  for (const auto& ids : sequences) rows.append(ids);
  for (std::int64_t i = 0; i < rows.tokens(); ++i) rows.wanted.push_back(i);
  for (const auto& ids : sequences) rows.keep.push_back(std::ssize(ids));
  std::vector<torch::Tensor> blocks;
  Whole whole;
  whole.kept = model.visit_logits(
      rows, [&](std::int64_t, const torch::Tensor& logits) { blocks.push_back(logits.clone()); });
  const auto all = torch::cat(blocks);
  for (std::size_t row = 0; row < rows.rows(); ++row)
    whole.logits.push_back(all.narrow(0, rows.offsets[row], rows.length(row)));
  return whole;
}

/// Logits of parts, computed together.
std::vector<torch::Tensor> read_again(const LanguageModel& model,
                                      const std::vector<Ids>& sequences,
                                      const Prefixes& kept,
                                      const std::vector<Part>& wanted) {
  PackedRows rows;
  for (const auto& part : wanted) {
    const std::span ids(sequences[part.row]);
    const auto row = rows.append(ids.subspan(static_cast<std::size_t>(part.begin),
                                             static_cast<std::size_t>(part.end - part.begin)));
    rows.prefixes.push_back(kept[part.row]);
    rows.begins.push_back(part.begin);
    const auto at = static_cast<std::size_t>(row);
    for (auto i = rows.offsets[at] + first_wanted(model.info(), part); i < rows.offsets[at + 1];
         ++i)
      rows.wanted.push_back(i);
  }
  std::vector<torch::Tensor> blocks;
  model.visit_logits(
      rows, [&](std::int64_t, const torch::Tensor& logits) { blocks.push_back(logits.clone()); });
  std::vector<torch::Tensor> all;
  const auto logits = blocks.empty() ? torch::Tensor() : torch::cat(blocks);
  std::int64_t first = 0;
  for (const auto& part : wanted) {
    const auto count = part.end - part.begin - first_wanted(model.info(), part);
    all.push_back(count == 0 ? torch::empty({0, model.info().vocab_tokens})
                             : logits.narrow(0, first, count));
    first += count;
  }
  return all;
}

void check_parts(const LanguageModel& model) {
  const auto sequences = drawn_rows(model.info());
  const auto whole = computed(model, sequences);
  const auto together = read_again(model, sequences, whole.kept, parts());
  for (std::size_t i = 0; i < parts().size(); ++i) {
    const auto& part = parts()[i];
    INFO("row " << part.row << ", " << part.begin << " to " << part.end);
    const auto skipped = first_wanted(model.info(), part);
    const auto& logits = whole.logits[part.row];
    CHECK(torch::equal(together[i],
                       logits.narrow(0, part.begin + skipped, part.end - part.begin - skipped)));
    const test::Threads threads(1);
    CHECK(torch::equal(read_again(model, sequences, whole.kept, {part}).front(), together[i]));
  }
}

std::string text(ComputeType compute) {
  return compute == ComputeType::f32 ? "f32" : "bf16";
}

}  // namespace

TEST_CASE("what is read again amid fresh keys and values has the bits of its row") {
  int checked = 0;
  for (const auto& family : test::family_names()) {
    for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
      const auto model = test::family_model(family, compute);
      if (std::holds_alternative<Autoregressive>(model->info().objective)) continue;
      if (model->info().max_tokens < 44) continue;
      INFO(family << ", " << text(compute));
      check_parts(*model);
      ++checked;
    }
  }
  CHECK(checked >= 6);
}

TEST_CASE("so it has with learned positions, grouped heads and shifted logits") {
  ModelConfig config;
  config.block_size = 64;
  config.vocab_size = config.padded_vocab_size = 333;
  config.n_layer = 3;
  config.n_head = 6;
  config.n_embd = 96;
  config.n_query_groups = 2;
  config.intermediate_size = 200;
  for (const bool learned : {false, true}) {
    for (const bool shifted : {false, true}) {
      for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
        INFO("learned " << learned << ", shifted " << shifted << ", " << text(compute));
        config.learned_positions = learned;
        config.shifted_logits = shifted;
        check_parts(*random_model(config, ModelKind::mdm, compute, torch::kCPU, 5));
      }
    }
  }
}

}  // namespace smdm
