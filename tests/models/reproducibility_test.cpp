// What comes back for a row is the same to the last bit whatever else is in the batch, in whatever
// order, and on however many threads.
#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/families.hpp"
#include "tests/support/threads.hpp"

namespace smdm {
namespace {

using test::Threads;

using Ids = std::vector<std::int64_t>;

/// A row, and what stands before it.
struct Unit {
  Ids context;
  Ids ids;
};

enum class Form : std::uint8_t {
  plain,       ///< one row: context, then ids
  guided,      ///< that row, and one with the context masked
  continuing,  ///< ids in a row that continues a row of the context, shared between neighbours
};

struct Case {
  std::string name;
  std::int64_t width, heads, groups, inner, layers, vocabulary;
};

ModelConfig config_of(const Case& given) {
  ModelConfig config;
  config.block_size = 1024;
  config.vocab_size = given.vocabulary;
  config.padded_vocab_size = given.vocabulary;
  config.n_layer = given.layers;
  config.n_head = given.heads;
  config.n_embd = given.width;
  config.n_query_groups = given.groups;
  config.intermediate_size = given.inner;
  return config;
}

Ids draw(std::mt19937& random, std::int64_t count, std::int64_t vocabulary) {
  Ids ids;
  for (std::int64_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<std::int64_t>(random()) % vocabulary);
  }
  return ids;
}

/// Units, every two neighbours with the same context. @param longest  tokens of one of them
std::vector<Unit> units_of(std::int64_t vocabulary, std::size_t count, std::int64_t longest) {
  constexpr std::int64_t kLongest = 20;
  std::mt19937 random(7);
  std::vector<Unit> units;
  while (units.size() < count) {
    const auto context =
        draw(random, 1 + static_cast<std::int64_t>(random()) % kLongest, vocabulary);
    for (int choice = 0; choice < 2; ++choice) {
      const auto length = 1 + static_cast<std::int64_t>(random()) % kLongest;
      units.push_back({.context = context, .ids = draw(random, length, vocabulary)});
    }
  }
  // Lengths at which attention picks other block sizes.
  units[4].context = units[5].context = draw(random, 50, vocabulary);
  units[4].ids = draw(random, 63, vocabulary);
  units[9].ids = draw(random, longest, vocabulary);
  return units;
}

void want_row(PackedRows& rows, std::int64_t row) {
  const auto at = static_cast<std::size_t>(row);
  const auto begin = rows.offsets[at];
  const auto end = rows.offsets[at + 1];
  const auto step = std::max<std::int64_t>(1, (end - begin) / 5);
  for (auto position = begin; position < end; position += step) rows.wanted.push_back(position);
}

/// One call's input, and how many positions are wanted of each unit.
struct Packed {
  PackedRows rows;
  std::vector<std::int64_t> counts;
};

Packed pack(const std::vector<Unit>& units, Form form, std::int64_t mask) {
  Packed packed;
  auto& rows = packed.rows;
  const Ids* shared = nullptr;
  std::int64_t parent = PackedRows::kNone;
  for (const auto& unit : units) {
    const auto before = rows.wanted.size();
    if (form == Form::continuing) {
      if (shared == nullptr || *shared != unit.context) parent = rows.append(unit.context);
      shared = &unit.context;
      want_row(rows, rows.append(unit.ids, parent));
    } else {
      auto whole = unit.context;
      whole.insert(whole.end(), unit.ids.begin(), unit.ids.end());
      const auto row = static_cast<std::size_t>(rows.append(whole));
      want_row(rows, static_cast<std::int64_t>(row));
      if (form == Form::guided) {
        std::fill_n(whole.begin(), unit.context.size(), mask);
        rows.append(whole);
        const auto shift = rows.offsets[row + 1] - rows.offsets[row];
        for (auto w = before; w < rows.wanted.size(); ++w) {
          rows.unconditional.push_back(rows.wanted[w] + shift);
        }
        rows.guidance = 0.7;
      }
    }
    packed.counts.push_back(static_cast<std::int64_t>(rows.wanted.size() - before));
  }
  return packed;
}

/// Per unit: its logits, and log-probabilities of some tokens.
struct Answer {
  torch::Tensor logits;
  std::vector<double> log_p;
  std::vector<std::int64_t> argmax;

  [[nodiscard]] bool operator==(const Answer& other) const {
    return torch::equal(logits, other.logits) && log_p == other.log_p && argmax == other.argmax;
  }
};

std::vector<Answer> answers(const LanguageModel& model, const std::vector<Unit>& units, Form form) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&model.info().objective);
  const auto packed = pack(units, form, diffusion == nullptr ? 0 : diffusion->mask_id);
  Ids tokens;
  for (const auto count : packed.counts) {
    for (std::int64_t i = 0; i < count; ++i) tokens.push_back(i * 31 % model.info().vocab_tokens);
  }
  // Scores alone elsewhere, to save time: they are computed from the same logits.
  const auto logits =
      form == Form::plain ? model.logits(packed.rows) : torch::zeros({std::ssize(tokens), 1});
  const auto scores = model.scores(packed.rows, tokens, WithArgmax::yes);
  std::vector<Answer> all;
  std::int64_t first = 0;
  for (const auto count : packed.counts) {
    const auto part = [&](const auto& list) {
      return std::remove_cvref_t<decltype(list)>(list.begin() + first,
                                                 list.begin() + first + count);
    };
    all.push_back({logits.narrow(0, first, count), part(scores.log_p), part(scores.argmax)});
    first += count;
  }
  return all;
}

std::string text(Form form) {
  if (form == Form::plain) return "plain";
  return form == Form::guided ? "guided" : "continuing";
}

void check_alone(const LanguageModel& model,
                 Form form,
                 const std::vector<Unit>& units,
                 const std::vector<Answer>& all) {
  for (std::size_t u = 1; u < units.size(); u += 9) {
    INFO("unit " << u << " alone");
    CHECK(answers(model, {units[u]}, form).front() == all[u]);
  }
  const auto seven = answers(model, {units.begin() + 3, units.begin() + 10}, form);
  for (std::size_t i = 0; i < seven.size(); ++i) {
    INFO("unit " << i + 3 << " among seven");
    CHECK(seven[i] == all[i + 3]);
  }
}

void check_shuffled(const LanguageModel& model,
                    Form form,
                    const std::vector<Unit>& units,
                    const std::vector<Answer>& all) {
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  std::vector<Unit> shuffled;
  for (const auto u : order) shuffled.push_back(units[u]);
  const auto got = answers(model, shuffled, form);
  for (std::size_t i = 0; i < order.size(); ++i) {
    INFO("unit " << order[i] << " shuffled");
    CHECK(got[i] == all[order[i]]);
  }
}

void check_all_batches(const LanguageModel& model, Form form) {
  INFO(text(form));
  const bool small = model.info().parameters < 4'000'000;
  const bool longer = small && model.info().max_tokens > 900;
  const auto units = units_of(model.info().vocab_tokens, small ? 64 : 24, longer ? 800 : 80);
  const auto all = [&] {
    const Threads threads(2);
    return answers(model, units, form);
  }();
  check_alone(model, form, units, all);
  check_shuffled(model, form, units, all);
  const Threads threads(1);
  check_alone(model, form, units, all);
  for (const int count : {1, 3}) {
    if (count == 3 && !small) continue;
    at::set_num_threads(count);
    const auto got = answers(model, units, form);
    for (std::size_t u = 0; u < units.size(); ++u) {
      INFO("unit " << u << " on " << count << " threads");
      CHECK(got[u] == all[u]);
    }
  }
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {.name = "64",
       .width = 64,
       .heads = 4,
       .groups = 4,
       .inner = 176,
       .layers = 2,
       .vocabulary = 320},
      {.name = "96",
       .width = 96,
       .heads = 3,
       .groups = 1,
       .inner = 260,
       .layers = 2,
       .vocabulary = 333},
      {.name = "256",
       .width = 256,
       .heads = 4,
       .groups = 2,
       .inner = 1024,
       .layers = 3,
       .vocabulary = 1000},
      {.name = "768",
       .width = 768,
       .heads = 12,
       .groups = 12,
       .inner = 3072,
       .layers = 2,
       .vocabulary = 512},
      {.name = "32 with a large vocabulary",
       .width = 32,
       .heads = 4,
       .groups = 4,
       .inner = 96,
       .layers = 2,
       .vocabulary = 32000},
  };
  return all;
}

std::unique_ptr<LanguageModel> model_of(const Case& given, ModelKind kind, ComputeType compute) {
  return random_model(config_of(given), kind, compute, torch::kCPU, 5);
}

}  // namespace

TEST_CASE("a masked diffusion row has the same bits in every batch") {
  for (const auto& given : cases()) {
    for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
      const std::string type = compute == ComputeType::f32 ? ", f32" : ", bf16";
      INFO("width " << given.name << type);
      const auto model = model_of(given, ModelKind::mdm, compute);
      check_all_batches(*model, Form::plain);
      check_all_batches(*model, Form::guided);
    }
  }
}

TEST_CASE("an autoregressive row has the same bits in every batch") {
  for (const auto& given : cases()) {
    for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
      const std::string type = compute == ComputeType::f32 ? ", f32" : ", bf16";
      INFO("width " << given.name << type);
      const auto model = model_of(given, ModelKind::arm, compute);
      check_all_batches(*model, Form::plain);
      check_all_batches(*model, Form::continuing);
    }
  }
}

namespace {

/// The sizes at which kernels are chosen otherwise than at a tiny checkpoint's.
ModelConfig widened(ModelConfig config) {
  config.block_size = 1024;
  config.n_embd = 256;
  config.n_head = 4;
  config.n_query_groups = config.n_query_groups < 4 ? 2 : 4;
  config.head_dim = config.qk_norm ? 96 : 64;  // Qwen3's heads are wider than width / heads
  config.intermediate_size = 640;
  config.vocab_size = config.padded_vocab_size = 1000;
  if (config.mask_id) config.mask_id = 999;
  return config;
}

void check_family(const LanguageModel& model) {
  check_all_batches(model, Form::plain);
  const bool diffusion = std::holds_alternative<MaskedDiffusion>(model.info().objective);
  check_all_batches(model, diffusion ? Form::guided : Form::continuing);
}

}  // namespace

TEST_CASE("a row of every family has the same bits in every batch") {
  for (const auto& family : test::family_names()) {
    CheckpointOptions options;
    options.model = test::family_folder(family);
    auto checkpoint = find_checkpoint(options);
    const auto wide = widened(checkpoint.config);
    if (!checkpoint.config.learned_positions) checkpoint.config.block_size = 1024;
    for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
      INFO(family << (compute == ComputeType::f32 ? ", f32" : ", bf16"));
      check_family(*load_model(checkpoint, compute, torch::kCPU));
      check_family(*random_model(wide, checkpoint.kind, compute, torch::kCPU, 5));
    }
  }
}

namespace {

/// Feeds each sequence in pieces of 1 to 3 tokens to its own cache, all sequences together.
/// @return  per sequence the logits [T, V]
std::vector<torch::Tensor> decode(const LanguageModel& model, const std::vector<Ids>& sequences) {
  std::vector<std::unique_ptr<KvCache>> caches;
  std::vector<std::vector<torch::Tensor>> seen(sequences.size());
  for (const auto& sequence : sequences) {
    caches.push_back(model.make_cache(static_cast<std::int64_t>(sequence.size())));
  }
  for (std::size_t round = 0;; ++round) {
    PackedRows rows;
    std::vector<KvCache*> used;
    std::vector<std::size_t> owner;
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      const auto done = static_cast<std::size_t>(caches[s]->tokens());
      const auto count = std::min(sequences[s].size() - done, round == 0 ? 9 : 1 + (s + round) % 3);
      if (count == 0) continue;
      rows.append(std::span(sequences[s]).subspan(done, count));
      used.push_back(caches[s].get());
      owner.insert(owner.end(), count, s);
    }
    if (used.empty()) break;
    rows.wanted.resize(rows.ids.size());
    std::iota(rows.wanted.begin(), rows.wanted.end(), std::int64_t{0});
    model.extend(used, rows, [&](std::int64_t first, const torch::Tensor& logits) {
      for (std::int64_t i = 0; i < logits.size(0); ++i) {
        seen[owner[static_cast<std::size_t>(first + i)]].push_back(
            logits[i].to(torch::kFloat32).clone());
      }
    });
  }
  std::vector<torch::Tensor> all;
  for (const auto& logits : seen) all.push_back(torch::stack(logits));
  return all;
}

}  // namespace

TEST_CASE(
    "decoding with a cache gives the logits of the whole sequence, whatever is decoded beside it") {
  std::mt19937 random(11);
  for (const auto& given : cases()) {
    if (given.vocabulary > 10000) continue;
    for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
      INFO("width " << given.name << (compute == ComputeType::f32 ? ", f32" : ", bf16"));
      const auto model = model_of(given, ModelKind::arm, compute);
      std::vector<Ids> sequences;
      for (const std::int64_t length : {1, 30, 17, 44, 9})
        sequences.push_back(draw(random, length, given.vocabulary));
      const auto together = decode(*model, sequences);
      for (std::size_t s = 0; s < sequences.size(); ++s) {
        // The pieces must be cut alike, so the sequence keeps its place among empty ones.
        std::vector<Ids> alone(sequences.size(), Ids{1});
        alone[s] = sequences[s];
        CHECK(torch::equal(decode(*model, alone)[s], together[s]));
        const Threads threads(1);
        CHECK(torch::equal(decode(*model, alone)[s], together[s]));
        if (compute == ComputeType::bf16) continue;
        const auto whole = model->dense_logits(torch::tensor(sequences[s]).unsqueeze(0))[0];
        CHECK(torch::allclose(together[s], whole, 1e-4, 1e-4));
      }
    }
  }
}

}  // namespace smdm
