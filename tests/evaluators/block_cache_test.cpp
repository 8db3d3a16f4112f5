// Caches of keys and values between steps, against a second statement of their rule: a model that
// is asked without a cache, and answers each step by what a cached one would see.
#include "evaluators/generation/block_cache.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/generation/unmask.hpp"
#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/golden_model.hpp"
#include "tests/support/plain_transformer.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::FakeModel;
using test::Ids;

/// What a step sees at one branch of a document.
struct Seen {
  Ids now;
  Ids held;  ///< how the row stood when everything was read last; empty in a step that does so
  PositionRange read;
};

/// The logits [V] that a model gives at every position that a step reads.
using LogitsOf = std::function<std::vector<std::vector<float>>(const Seen& seen)>;

/// A document's cache, by its definition. It recognises steps by their rows.
class Rule {
 public:
  /// @param start  the document's row before the first step, which shows something
  /// @param block  length, 0: all is one
  Rule(const KvCacheConfig& config, Ids start, std::size_t block, const MaskedDiffusion& model)
      : config_(config), start_(std::move(start)), model_(model) {
    std::vector<std::size_t> hidden;
    for (std::size_t i = 0; i < start_.size(); ++i) {
      if (start_[i] == model.mask_id) hidden.push_back(i);
    }
    const auto step = block == 0 ? hidden.size() : block;
    for (std::size_t i = 0; i < hidden.size(); i += step)
      blocks_.emplace_back(
          hidden.begin() + static_cast<std::ptrdiff_t>(i),
          hidden.begin() + static_cast<std::ptrdiff_t>(std::min(i + step, hidden.size())));
    while (start_[shown_] == model.mask_id) ++shown_;
  }

  /// Logits at a position of a row, conditional or not.
  std::vector<float> logits(std::span<const std::int64_t> row,
                            std::size_t position,
                            const LogitsOf& of) {
    const Ids ids(row.begin(), row.end());
    auto& [conditional, twin] = branches_;
    auto& branch = row[shown_] == model_.mask_id ? twin : conditional;
    const bool is_new =
        &branch == &twin ? twin.steps < conditional.steps : ids != conditional.seen.now;
    if (is_new) {
      if (&branch == &conditional) block_ = current(ids);
      advance(branch, ids);
      branch.logits = of(branch.seen);
    }
    return branch.logits.at(position);
  }

  [[nodiscard]] std::int64_t tokens() const { return tokens_; }
  [[nodiscard]] std::int64_t steps() const { return branches_[0].steps; }

 private:
  struct Branch {
    Seen seen;
    std::size_t block = 0;   ///< of the step before
    std::int64_t since = 0;  ///< steps since everything was read
    std::int64_t steps = 0;
    Ids read_last;  ///< the row when everything was
    std::vector<std::vector<float>> logits;
  };

  /// The first block with a mask.
  [[nodiscard]] std::size_t current(const Ids& ids) const {
    std::size_t block = 0;
    const auto open = [&](std::size_t i) { return ids[i] == model_.mask_id; };
    while (std::ranges::none_of(blocks_[block], open)) ++block;
    return block;
  }

  void advance(Branch& branch, const Ids& ids) {
    auto first = blocks_[block_].front();
    if (model_.shifted && first > 0) --first;
    const auto last = config_.caching == KvCaching::dual ? blocks_[block_].back() : ids.size() - 1;
    const bool fresh = branch.steps == 0 || block_ != branch.block ||
                       (config_.refresh > 0 && branch.since == config_.refresh) ||
                       (first == 0 && last + 1 == ids.size());
    branch.since = fresh ? 1 : branch.since + 1;
    branch.block = block_;
    ++branch.steps;
    if (fresh) branch.read_last = ids;
    branch.seen = {.now = ids,
                   .held = fresh ? Ids() : branch.read_last,
                   .read = {.begin = fresh ? 0 : first, .end = fresh ? ids.size() : last + 1}};
    tokens_ += static_cast<std::int64_t>(branch.seen.read.end - branch.seen.read.begin);
  }

  KvCacheConfig config_;
  Ids start_;
  MaskedDiffusion model_;
  std::vector<std::vector<std::size_t>> blocks_;
  std::size_t shown_ = 0;  ///< a position that the unconditional branch hides
  std::size_t block_ = 0;
  std::array<Branch, 2> branches_;
  std::int64_t tokens_ = 0;
};

struct Written {
  Generation generation;
  std::vector<std::vector<Candidate>> steps;
};

/// Writes one document.
Written write(const LanguageModel& model, const Ids& prompt, bool canvas, UnmaskingConfig config) {
  Written written;
  bool given = false;
  const NextPrompt next = [&]() -> std::optional<UnmaskingPrompt> {
    if (std::exchange(given, true)) return std::nullopt;
    return UnmaskingPrompt{.index = 0,
                           .ids = prompt,
                           .draws = unmasking_draws(config.seed, prompt, model.info().vocab_tokens),
                           .cfg = config.cfg,
                           .trace =
                               [&](std::int64_t, std::span<const Candidate> revealed) {
                                 written.steps.emplace_back(revealed.begin(), revealed.end());
                               },
                           .canvas = canvas};
  };
  unmask(model, next, config,
         [&](std::size_t, const Generation& one) { written.generation = one; });
  return written;
}

/// The same by a model without a cache that answers as the rule says.
struct ByRule {
  Written written;
  std::int64_t tokens = 0;
};

ByRule write_by_rule(const ModelInfo& info,
                     const LogitsOf& logits,
                     const Ids& prompt,
                     bool canvas,
                     UnmaskingConfig config) {
  const auto& diffusion = std::get<MaskedDiffusion>(info.objective);
  auto start = prompt;
  if (!canvas) start.resize(static_cast<std::size_t>(config.total_length), diffusion.mask_id);
  const bool blocks = entry_of(config.policy.sampler).blocks;
  Rule rule(config.kv_cache, start,
            blocks ? static_cast<std::size_t>(config.policy.block_length) : 0, diffusion);
  const FakeModel model(info, [&](std::span<const std::int64_t> ids, std::size_t position) {
    return rule.logits(ids, position, logits);
  });
  config.kv_cache = {};
  auto written = write(model, prompt, canvas, config);
  CHECK(rule.steps() == written.generation.forwards);
  return {.written = std::move(written), .tokens = rule.tokens()};
}

void check_same(const Written& got, const Written& wanted, double tolerance) {
  CHECK(got.generation.output_ids == wanted.generation.output_ids);
  CHECK(got.generation.forwards == wanted.generation.forwards);
  CHECK(got.generation.rows == wanted.generation.rows);
  REQUIRE(got.steps.size() == wanted.steps.size());
  for (std::size_t step = 0; step < got.steps.size(); ++step) {
    const auto& a = got.steps[step];
    const auto& b = wanted.steps[step];
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].position == b[i].position);
      CHECK(a[i].token == b[i].token);
      CHECK(std::abs(a[i].log_confidence - b[i].log_confidence) <= tolerance);
    }
  }
}

constexpr std::int64_t kFakeMask = 7;

/// What fakes give for what they see: see FakeModel about prefixes.
LogitsOf fake_logits(const FakeModel::Logits& logits) {
  return [logits](const Seen& seen) {
    auto ids = seen.now;
    if (!seen.held.empty()) {
      const auto length = std::ssize(ids);
      std::copy_n(seen.held.begin(), seen.read.begin, ids.begin());
      std::copy(seen.held.begin() + static_cast<std::ptrdiff_t>(seen.read.end), seen.held.end(),
                ids.begin() + static_cast<std::ptrdiff_t>(seen.read.end));
      if (seen.read.begin > 0) ids.front() = (ids.front() + length) % kFakeMask;
    }
    std::vector<std::vector<float>> all;
    for (std::size_t i = 0; i < ids.size(); ++i) all.push_back(logits(ids, i));
    return all;
  };
}

ModelInfo fake_info(bool shifted) {
  auto info = test::fake_masked_diffusion();
  std::get<MaskedDiffusion>(info.objective).shifted = shifted;
  return info;
}

constexpr std::array kCachings = {KvCaching::prefix, KvCaching::dual};

/// Checks one way to cache, over prompts or a canvas.
/// @return  whether any text is another than without a cache
bool check_rule(const FakeModel& model, const UnmaskingConfig& config) {
  const auto logits = fake_logits(test::scrambled_logits(2.0));
  const std::vector<std::pair<Ids, bool>> prompts = {{{3}, false},
                                                     {{1, 2, 3, 4, 5}, false},
                                                     {{1, 7, 3, 6, 2, 2}, false},
                                                     {{7, 7, 2, 7, 7, 7, 7, 1, 0, 7, 7, 4}, true},
                                                     {{5, 7, 7, 7, 1, 7, 7, 7, 7}, true}};
  bool differs = false;
  for (const auto& [prompt, canvas] : prompts) {
    INFO("prompt of " << prompt.size() << ", canvas " << canvas);
    const auto got = write(model, prompt, canvas, config);
    const auto wanted = write_by_rule(model.info(), logits, prompt, canvas, config);
    check_same(got, wanted.written, 0.0);
    CHECK(got.generation.tokens == wanted.tokens);
    auto plain = config;
    plain.kv_cache = {};
    const auto without = write(model, prompt, canvas, plain).generation;
    differs = differs || got.generation.output_ids != without.output_ids;
    CHECK(got.generation.tokens <= without.tokens * got.generation.forwards / without.forwards);
  }
  return differs;
}

}  // namespace

TEST_CASE("a cached step sees what was kept of the row, and what it reads as it stands") {
  for (const bool shifted : {false, true}) {
    const FakeModel model(fake_info(shifted), test::scrambled_logits(2.0));
    for (const auto& entry : kAllSamplers) {
      for (const auto caching : kCachings) {
        bool differs = false;
        for (const std::int64_t refresh : {0, 1, 2, 3}) {
          for (const double cfg : {0.0, 0.7}) {
            INFO(entry.name << ", " << name_of(kAllKvCachings, caching) << ", refresh " << refresh
                            << ", cfg " << cfg << ", shifted " << shifted);
            const UnmaskingConfig config{
                .policy = {.sampler = entry.value, .steps = 12, .block_length = 4},
                .total_length = 19,
                .temperature = cfg,
                .cfg = cfg,
                .seed = 6,
                .kv_cache = {.caching = caching, .refresh = refresh}};
            const bool other = check_rule(model, config);
            CHECK((refresh != 1 || !other));
            differs = differs || other;
          }
        }
        CHECK(differs);
      }
    }
  }
}

TEST_CASE("under chance positions come as they do without a cache") {
  const FakeModel model(fake_info(false), test::scrambled_logits(2.0));
  for (const auto caching : kCachings) {
    const UnmaskingConfig config{.policy = {.sampler = Sampler::llada,
                                            .steps = 12,
                                            .block_length = 5,
                                            .remasking = Remasking::random},
                                 .total_length = 22,
                                 .seed = 2,
                                 .kv_cache = {.caching = caching}};
    CHECK(check_rule(model, config));
  }
}

TEST_CASE("cached texts of a transformer are those of a plain recomputation with stale keys") {
  auto small = test::small_config("mdm");
  small["n_query_groups"] = 2;
  const auto tensors = test::random_tensors(small, test::StoredType::f32, 41, 0.5F);
  const test::TemporaryFolder folder;
  test::write_checkpoint(folder.path(), small, tensors);
  CheckpointOptions options;
  options.model = folder.path();
  const auto model = load_model(find_checkpoint(options), ComputeType::f32, at::kCPU);
  const test::PlainTransformer plain(small, tensors);
  const LogitsOf logits = [&](const Seen& seen) {
    const auto all = seen.held.empty()
                         ? plain.logits(seen.now)
                         : plain.logits_over(seen.held, seen.now, seen.read.begin, seen.read.end);
    std::vector<std::vector<float>> floats;
    for (const auto& row : all) floats.emplace_back(row.begin(), row.end());
    return floats;
  };
  const Ids prompt = {3, 9, 27, 40, 5};
  const Ids canvas = {4, 48, 48, 48, 8, 48, 48, 48, 48, 11, 12, 48, 48};
  int first_steps_alike = 0;
  for (const auto sampler : {Sampler::threshold, Sampler::margin, Sampler::dream}) {
    for (const auto caching : kCachings) {
      for (const double cfg : {0.0, 0.6}) {
        INFO(entry_of(sampler).name << ", " << name_of(kAllKvCachings, caching) << ", cfg " << cfg);
        UnmaskingConfig config{.policy = {.sampler = sampler, .steps = 12, .block_length = 4},
                               .total_length = 17,
                               .cfg = cfg,
                               .kv_cache = {.caching = caching}};
        for (const bool infills : {false, true}) {
          const auto& ids = infills ? canvas : prompt;
          const auto got = write(*model, ids, infills, config);
          const auto wanted = write_by_rule(model->info(), logits, ids, infills, config);
          check_same(got, wanted.written, 1e-3);
          CHECK(got.generation.tokens == wanted.tokens);
          auto without = config;
          without.kv_cache = {};
          const auto plainly = write(*model, ids, infills, without);
          const bool alike = plainly.steps.front().front().log_confidence ==
                             got.steps.front().front().log_confidence;
          first_steps_alike += alike ? 1 : 0;
        }
      }
    }
  }
  CHECK(first_steps_alike == 24);  // a first step reads everything
}

TEST_CASE(
    "where every step reads everything, and where none follows a block's first, texts are "
    "those without a cache") {
  for (const auto* checkpoint : {"mdm-tiny", "mdm-gqa"}) {
    const auto model = test::golden_model(checkpoint);
    for (const auto& entry : kAllSamplers) {
      for (const double cfg : {0.0, 0.5}) {
        UnmaskingConfig config{.policy = {.sampler = entry.value, .steps = 8},
                               .total_length = 21,
                               .temperature = 0.5,
                               .cfg = cfg,
                               .seed = 3};
        for (const std::int64_t block : {16, 4}) {  // the answer, and a part of it
          config.policy.block_length = block;
          config.kv_cache = {};
          const auto wanted = write(*model, {5, 4, 3, 2, 1}, false, config);
          for (const auto caching : kCachings) {
            INFO(checkpoint << ", " << entry.name << ", block " << block);
            config.kv_cache = {.caching = caching, .refresh = 1};
            const auto got = write(*model, {5, 4, 3, 2, 1}, false, config);
            check_same(got, wanted, 0.0);
            CHECK(got.generation.tokens == wanted.generation.tokens);
          }
        }
      }
    }
    UnmaskingConfig config{
        .policy = {.sampler = Sampler::threshold, .block_length = 4, .threshold = 1e-9},
        .total_length = 21};
    const auto wanted = write(*model, {5, 4, 3, 2, 1}, false, config);
    CHECK(wanted.generation.forwards == 4);
    config.kv_cache = {.caching = KvCaching::dual};
    check_same(write(*model, {5, 4, 3, 2, 1}, false, config), wanted, 0.0);
  }
}

TEST_CASE("tokens are those that were computed") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  // 6 of prompt and 12 hidden in 3 blocks, a token a step.
  UnmaskingConfig config{.policy = {.sampler = Sampler::margin, .steps = 12, .block_length = 4},
                         .total_length = 18};
  const Ids prompt = {1, 2, 3, 4, 5, 6};
  const auto tokens = [&](KvCacheConfig cache) {
    config.kv_cache = cache;
    return write(model, prompt, false, config).generation.tokens;
  };
  CHECK(tokens({}) == 12 * 18);
  CHECK(tokens({.caching = KvCaching::dual}) == 3 * (18 + 3 * 4));
  CHECK(tokens({.caching = KvCaching::prefix}) == 3 * 18 + 3 * (12 + 8 + 4));
  CHECK(tokens({.caching = KvCaching::dual, .refresh = 2}) == 3 * 2 * (18 + 4));
  config.cfg = 1.0;
  CHECK(tokens({.caching = KvCaching::dual}) == 2 * 3 * (18 + 3 * 4));
  const auto before = model.work().tokens;
  const auto counted = tokens({.caching = KvCaching::prefix});
  CHECK(counted == model.work().tokens - before);
}

TEST_CASE("documents under way, whose caches stand at once, are as many as a forward has rows") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const UnmaskingConfig config{.policy = {.sampler = Sampler::threshold, .block_length = 4},
                               .total_length = 20,
                               .kv_cache = {.caching = KvCaching::dual},
                               .packing = {.rows_per_forward = 6, .tokens_per_forward = 50}};
  std::size_t opened = 0;
  std::size_t done = 0;
  std::size_t most = 0;
  const NextPrompt next = [&]() -> std::optional<UnmaskingPrompt> {
    if (opened == 100) return std::nullopt;
    ++opened;
    most = std::max(most, opened - done);
    const Ids prompt(1 + opened % 9, static_cast<std::int64_t>(opened % 7));
    return UnmaskingPrompt{
        .index = opened - 1, .ids = prompt, .draws = unmasking_draws(0, prompt, 7)};
  };
  unmask(model, next, config, [&](std::size_t, const Generation&) { ++done; });
  CHECK(done == 100);
  CHECK(most <= 7);
  CHECK(most > 2);
}

TEST_CASE("masks that were drawn in earlier blocks are read with the block that asks for them") {
  constexpr std::int64_t kMask = 3;  // a token of the vocabulary
  auto info = test::fake_masked_diffusion();
  std::get<MaskedDiffusion>(info.objective).mask_id = kMask;
  const auto usual = test::scrambled_logits(2.0);
  const FakeModel model(info, [&](std::span<const std::int64_t> ids, std::size_t position) {
    auto logits = usual(ids, position);
    logits[kMask] = position == 4 && std::ranges::count(ids, kMask) > 5 ? 9.0F : -9.0F;
    return logits;
  });
  for (const auto caching : kCachings) {
    const UnmaskingConfig config{
        .policy = {.sampler = Sampler::llada, .steps = 6, .block_length = 4},
        .total_length = 14,
        .keeps_mask = true,
        .kv_cache = {.caching = caching}};
    const auto got = write(model, {1, 2}, false, config);
    REQUIRE(got.steps.size() == 6);  // two a block, which reveal two positions each
    Ids ids(14, kMask);
    ids[0] = ids[1] = 1;
    std::int64_t tokens = 0;
    for (std::size_t step = 0; step < 6; ++step) {
      const auto block_begin = 2 + step / 2 * 4;
      const auto hidden = static_cast<std::size_t>(std::ranges::find(ids, kMask) - ids.begin());
      CHECK((hidden < block_begin) == (step > 1));
      const auto begin = std::min(block_begin, hidden);
      const auto end = caching == KvCaching::dual ? block_begin + 4 : 14;
      tokens += step % 2 == 0 ? 14 : static_cast<std::int64_t>(end - begin);
      for (const auto& candidate : got.steps[step]) ids[candidate.position] = candidate.token;
    }
    CHECK(got.generation.tokens == tokens);
  }
}

TEST_CASE("a negative number of steps between refreshes is refused") {
  const FakeModel model(test::fake_masked_diffusion(), test::uniform_logits());
  UnmaskingConfig config{.total_length = 8, .kv_cache = {.refresh = -1}};
  CHECK_THROWS_AS(write(model, {1}, false, config), std::invalid_argument);
}

}  // namespace smdm
