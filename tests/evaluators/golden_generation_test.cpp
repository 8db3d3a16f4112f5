// Samplers and decoding against the reference's recorded runs in tests/golden, with the reference's
// own random draws. Cases with several prompts are coupled: the reference takes its most confident
// positions over the whole batch. The product does not do that; a driver here replays them.
#include <algorithm>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "evaluators/generation/decode.hpp"
#include "evaluators/generation/schedule.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/rows/masked_sequence.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_model.hpp"

namespace smdm {
namespace {

using nlohmann::json;
using test::golden_cases;
using test::golden_model_of;
using test::Ids;

/// A place in a batch: row and position.
using Place = std::pair<std::size_t, std::size_t>;

/// Places that hold the mask, row by row.
std::vector<Place> masked_places(const std::vector<MaskedSequence>& batch) {
  std::vector<Place> places;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    for (const auto position : batch[row].masked()) places.emplace_back(row, position);
  }
  return places;
}

std::vector<MaskedSequence> batch_of(const json& recorded) {
  std::vector<MaskedSequence> batch;
  for (const auto& prompt : recorded.at("prompt")) {
    MaskedSequence sequence{.ids = prompt,
                            .given = {{.begin = 0, .end = prompt.size()}},
                            .mask_id = recorded.at("mask_id"),
                            .cfg = recorded.at("cfg_scale")};
    sequence.ids.resize(recorded.at("context_length"), sequence.mask_id);
    batch.push_back(std::move(sequence));
  }
  return batch;
}

bool is_ancestral(const json& recorded) {
  return recorded.at("alg") == "origin";
}

/// What a step commits, as [row, position, token] in the order of the rows.
json committed(std::vector<std::pair<Place, std::int64_t>> filled) {
  std::sort(filled.begin(), filled.end());
  json list = json::array();
  for (const auto& [place, token] : filled) list.push_back({place.first, place.second, token});
  return list;
}

/// The tokens chosen at `wanted` places, with their confidences; positions index into `wanted`.
std::vector<Candidate> candidates_at(const LanguageModel& model,
                                     const std::vector<MaskedSequence>& batch,
                                     const std::vector<Place>& wanted,
                                     double temperature,
                                     const json& gumbel_uniforms) {
  RowGroup group;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    std::vector<std::size_t> positions;
    for (const auto& [at, position] : wanted) {
      if (at == row) positions.push_back(position);
    }
    if (!positions.empty()) append(group, batch[row].ask(positions));
  }
  const TokenDraws draws{.uniforms = [&](std::int64_t row, std::span<const std::int64_t> tokens,
                                         std::span<double> out) {
    const auto& recorded = gumbel_uniforms.at(static_cast<std::size_t>(row));
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      out[i] = recorded.at(static_cast<std::size_t>(tokens[i]));
    }
  }};
  const auto logits = model.logits(group.rows);
  const auto tokens = choose_tokens(logits, temperature, draws);
  const auto confidences = log_confidences(logits, tokens);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < tokens.size(); ++i)
    candidates.push_back({i, tokens[i], confidences[i]});
  return candidates;
}

/// One step over the coupled batch. @return what it commits
json take_step(const LanguageModel& model,
               std::vector<MaskedSequence>& batch,
               float share,
               const json& recorded,
               const json& trace) {
  const auto masked = masked_places(batch);
  auto wanted = masked;
  auto count = static_cast<std::size_t>(revealed_count(std::ssize(masked), share));
  if (is_ancestral(recorded)) {
    wanted.clear();
    for (std::size_t i = 0; i < masked.size(); ++i) {
      const float uniform = trace.at("uniforms_masked_rowmajor").at(i);
      if (uniform < share) wanted.push_back(masked[i]);
    }
    count = wanted.size();
  }
  std::vector<std::pair<Place, std::int64_t>> filled;
  if (count > 0) {
    const auto gumbel = trace.value("gumbel_uniforms", json::array());
    const auto candidates = candidates_at(model, batch, wanted, recorded.at("temperature"), gumbel);
    for (const auto& chosen : most_confident(candidates, count)) {
      const auto place = wanted[chosen.position];
      batch[place.first].ids[place.second] = chosen.token;
      filled.emplace_back(place, chosen.token);
    }
  }
  return committed(std::move(filled));
}

TEST_CASE("sampler.json: every step of every case, coupled batches included") {
  for (const auto& recorded : golden_cases("sampler.json")) {
    INFO(recorded.at("alg") << ", " << recorded.at("note"));
    const auto model = golden_model_of(recorded);
    const auto times = diffusion_times(recorded.at("steps"));
    auto batch = batch_of(recorded);
    for (std::int64_t step = 0; step + 1 < std::ssize(times); ++step) {
      const auto at = static_cast<std::size_t>(step);
      const bool traced = recorded.contains("steps_trace");
      const auto trace = traced ? recorded.at("steps_trace").at(at) : json::object();
      const auto before = masked_places(batch).size();
      const auto filled = take_step(*model, batch, revealed_share(times, step), recorded, trace);
      if (traced) {
        CHECK(before == trace.at("masked_before"));
        CHECK(filled == trace.at("filled"));
      } else {
        CHECK(before == recorded.at("steps_masked_and_transferred").at(at).at(0));
        CHECK(filled.size() == recorded.at("steps_masked_and_transferred").at(at).at(1));
      }
    }
    for (std::size_t row = 0; row < batch.size(); ++row) {
      CHECK(batch[row].ids == recorded.at("output").at(row).get<Ids>());
    }
  }
}

/// The row of a step's recorded draws that belongs to a position: the rank of the position among
/// those masked before the step, or for an ancestral step's noise among those it fills.
std::size_t rank_in_step(const json& recorded,
                         std::size_t step,
                         std::size_t position,
                         bool among_filled) {
  std::vector<std::size_t> positions;
  const auto& traces = recorded.at("steps_trace");
  for (auto at = step; at < traces.size(); ++at) {
    if (among_filled && at > step) break;
    for (const auto& filled : traces.at(at).at("filled")) positions.push_back(filled.at(1));
  }
  return static_cast<std::size_t>(std::count_if(positions.begin(), positions.end(),
                                                [&](auto other) { return other < position; }));
}

UnmaskingDraws recorded_draws(const json& recorded) {
  const auto trace_of = [&recorded](std::int64_t step) {
    return recorded.at("steps_trace").at(static_cast<std::size_t>(step));
  };
  return {.choice =
              [&recorded, trace_of](std::int64_t step, std::size_t position) {
                const auto rank =
                    rank_in_step(recorded, static_cast<std::size_t>(step), position, false);
                return trace_of(step).at("uniforms_masked_rowmajor").at(rank).template get<float>();
              },
          .noise =
              [&recorded, trace_of](std::int64_t step, std::size_t position,
                                    std::span<const std::int64_t> tokens, std::span<double> out) {
                const auto rank = rank_in_step(recorded, static_cast<std::size_t>(step), position,
                                               is_ancestral(recorded));
                const auto row = trace_of(step).at("gumbel_uniforms").at(rank);
                for (std::size_t i = 0; i < tokens.size(); ++i) {
                  out[i] = row.at(static_cast<std::size_t>(tokens[i]));
                }
              },
          .margin = 0.0};
}

TEST_CASE("sampler.json: the product's samplers give every case with one prompt") {
  std::size_t cases = 0;
  for (const auto& recorded : golden_cases("sampler.json")) {
    if (recorded.at("prompt").size() != 1) continue;
    ++cases;
    INFO(recorded.at("alg") << ", " << recorded.at("note"));
    const auto model = golden_model_of(recorded);
    const auto prompts = recorded.at("prompt").get<std::vector<Ids>>();
    const UnmaskingConfig config{
        .policy = {.sampler = is_ancestral(recorded) ? Sampler::ancestral : Sampler::confidence,
                   .steps = recorded.at("steps")},
        .total_length = recorded.at("context_length"),
        .temperature = recorded.at("temperature"),
        .cfg = recorded.at("cfg_scale")};
    Generation generation;
    unmask(
        *model, prompts, config, [&](std::size_t) { return recorded_draws(recorded); },
        [&](std::size_t, const Generation& result) { generation = result; });
    CHECK(generation.output_ids == recorded.at("output").at(0).get<Ids>());
    if (!recorded.contains("steps_trace")) continue;
    const auto& traces = recorded.at("steps_trace");
    CHECK(generation.forwards == std::count_if(traces.begin(), traces.end(), [](const json& trace) {
            return !trace.at("filled").empty();
          }));
  }
  CHECK(cases == 16);
}

TEST_CASE("arm.json: decoded texts") {
  for (const auto& recorded : golden_cases("arm.json")) {
    if (recorded.at("kind") != "generate") continue;
    INFO(recorded.at("checkpoint") << ", " << recorded.at("note"));
    const auto model = golden_model_of(recorded);
    const auto prompts = recorded.at("prompt").get<std::vector<Ids>>();
    const auto prompt_length = prompts.front().size();
    const DecodingConfig config{.total_length = recorded.at("context_length"),
                                .temperature = recorded.at("temperature"),
                                .eos_ids = {recorded.at("eos_token_id").get<std::int64_t>()}};
    const DecodingDraws draws{
        .noise =
            [&](std::size_t position, std::span<const std::int64_t> tokens, std::span<double> out) {
              const auto& row =
                  recorded.at("gumbel_uniforms_per_step").at(position - prompt_length);
              for (std::size_t i = 0; i < tokens.size(); ++i) {
                out[i] = row.at(static_cast<std::size_t>(tokens[i]));
              }
            },
        .margin = 0.0};
    Generation generation;
    decode(
        *model, prompts, config, [&](std::size_t) { return draws; },
        [&](std::size_t, const Generation& result) { generation = result; });
    CHECK(generation.output_ids == recorded.at("output").at(0).get<Ids>());
    CHECK(generation.forwards == std::ssize(generation.output_ids) - std::ssize(prompts.front()));
  }
}

}  // namespace
}  // namespace smdm
