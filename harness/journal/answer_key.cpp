// Identities are JSON, so that a journal can say in which of its members two runs differ.
// Structured bindings name every member of a config: one that gets another member no longer
// compiles here, so that no setting is left out of the keys.
#include "harness/journal/answer_key.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <sstream>
#include <type_traits>
#include <utility>
#include <variant>

#include <ATen/Version.h>

#include "base/files/digest.hpp"
#include "base/files/read.hpp"
#include "harness/journal/build_digest.hpp"
#include "harness/run/generation_ends.hpp"
#include "models/cpu/levels.hpp"

namespace smdm {
namespace {

/// The first line of /proc/cpuinfo with this name; null where the system has none.
Json fact_in(const std::string& info, std::string_view name) {
  std::istringstream lines(info);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with(name) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return nullptr;
}

/// Instructions by which the libraries choose kernels, above the level of our own loops.
Json instructions_of(const std::string& info) {
  const auto flags = fact_in(info, "flags");
  if (!flags.is_string()) return Json::array();
  Json found = Json::array();
  std::istringstream words(flags.get<std::string>());
  for (std::string word; words >> word;) {
    if (word.starts_with("avx") || word.starts_with("amx") || word == "fma") found.push_back(word);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Variables that are not set are not there.
Json environment() {
  Json set = Json::object();
  for (const char* name :
       {"MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS",
        "MKL_DEBUG_CPU_TYPE", "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE",
        "ATEN_CPU_CAPABILITY", "NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
        "CUBLAS_WORKSPACE_CONFIG"}) {
    if (const char* value = std::getenv(name)) set[name] = value;
  }
  return set;
}

Json json_of(const TokenRule& rule) {
  const auto& [temperature, top_p, top_k, keeps_mask] = rule;
  return {
      {"temperature", temperature}, {"top_p", top_p}, {"top_k", top_k}, {"keeps_mask", keeps_mask}};
}

Json json_of(const PolicyConfig& policy) {
  const auto& [sampler, steps, block_length, threshold, factor, entropy_bound, remasking, end_time,
               algorithm, algorithm_temperature, takes_last_candidate] = policy;
  return {{"sampler", entry_of(sampler).name},
          {"steps", steps},
          {"block_length", block_length},
          {"threshold", threshold},
          {"factor", factor},
          {"entropy_bound", entropy_bound},
          {"remasking", static_cast<int>(remasking)},
          {"end_time", end_time},
          {"algorithm", static_cast<int>(algorithm)},
          {"algorithm_temperature", algorithm_temperature},
          {"takes_last_candidate", takes_last_candidate}};
}

Json optional_json(const auto& value) {
  return value ? Json(*value) : Json();
}

struct OfEstimator {
  Json operator()(const MonteCarlo& config) const {
    const auto& [samples, strata, lowest_rate, draws_of] = config;
    return {{"samples", samples},
            {"strata", strata},
            {"lowest_rate", lowest_rate},
            {"draws_of", static_cast<int>(draws_of)}};
  }
  Json operator()(const ChainRule& /*config*/) const {
    static_assert(std::is_empty_v<ChainRule>);
    return Json::object();
  }
  Json operator()(const TeacherForcing& config) const {
    const auto& [one_bfloat16] = config;
    return {{"one_bfloat16", one_bfloat16}};
  }
  Json operator()(const ExactSum& config) const {
    const auto& [max_rows] = config;  // only says which targets are refused
    static_cast<void>(max_rows);
    return Json::object();
  }
  Json operator()(const FixedCount& config) const {
    const auto& [rows] = config;
    return {{"rows", rows}};
  }
  Json operator()(const Balanced& config) const {
    const auto& [rows, target_error, max_rows, prompt_reuse, exact_over_full_rows] = config;
    return {{"rows", rows},
            {"target_error", optional_json(target_error)},
            {"max_rows", target_error ? Json(max_rows) : Json()},
            {"prompt_reuse", static_cast<int>(prompt_reuse)},
            {"exact_over_full_rows", exact_over_full_rows}};
  }
  Json operator()(const Orders& config) const {
    const auto& [orders, max_rows] = config;
    return {{"orders", optional_json(orders)}, {"max_rows", orders ? Json() : Json(max_rows)}};
  }
  Json operator()(const Duel& config) const {
    const auto& [policy, tokens] = config;
    return {{"policy", json_of(policy)}, {"tokens", json_of(tokens)}};
  }
  Json operator()(const RankingScore& config) const {
    const auto& [kind] = config;
    return {{"kind", name_of(kAllScoreKinds, kind)}};
  }
};

Json json_of(const LikelihoodConfig& config) {
  const auto& [estimator, cfg, seed, greedy, packing] = config;
  static_cast<void>(packing);  // changes only the speed
  return {
      {"estimator", std::visit([](const auto& own) { return std::string(own.kName); }, estimator)},
      {"index", estimator.index()},
      {"config", std::visit(OfEstimator(), estimator)},
      {"cfg", cfg},
      {"seed", seed},
      {"greedy", greedy}};
}

Json json_of(const SpecialTokens& special) {
  const auto& [barred, unranked] = special;
  return {{"barred", barred}, {"unranked", unranked}};
}

Json json_of(const KvCacheConfig& cache) {
  const auto& [caching, refresh] = cache;
  return {{"caching", name_of(kAllKvCachings, caching)}, {"refresh", refresh}};
}

/// @param config  with its ends; stop texts are told apart
Json json_of(const UnmaskingConfig& config) {
  const auto& [policy, total_length, temperature, cfg, seed, gen_length, top_p, top_k, keeps_mask,
               special, ending, kv_cache, packing] = config;
  const auto& [eos, eos_ids, stop] = ending;
  static_cast<void>(stop);
  static_cast<void>(packing);
  return {{"policy", json_of(policy)},
          {"total_length", gen_length ? Json() : Json(total_length)},
          {"temperature", temperature},
          {"cfg", cfg},
          {"seed", seed},
          {"gen_length", optional_json(gen_length)},
          {"top_p", top_p},
          {"top_k", top_k},
          {"keeps_mask", keeps_mask},
          {"special", json_of(special)},
          {"eos", static_cast<int>(eos)},
          {"eos_ids", eos_ids},
          {"kv_cache", json_of(kv_cache)}};
}

Json json_of(const DecodingConfig& config) {
  const auto& [total_length, temperature, eos_ids, seed, gen_length, stop, packing] = config;
  static_cast<void>(stop);
  static_cast<void>(packing);
  return {{"total_length", gen_length ? Json() : Json(total_length)},
          {"temperature", temperature},
          {"eos_ids", eos_ids},
          {"seed", seed},
          {"gen_length", optional_json(gen_length)}};
}

Json work_of(const LikelihoodSettings& work, const Session& /*session*/) {
  const auto& [config, racing, suffix] = work;
  static_cast<void>(suffix);  // part of every request
  Json json = {{"likelihood", json_of(config)}};
  if (racing) {
    const auto& [error, prompt_reuse] = *racing;
    json["racing"] = {
        {"error", error}, {"prompt_reuse", static_cast<int>(prompt_reuse)}, {"rows", kRaceRows}};
  }
  return json;
}

/// Of texts that may be no UTF-8, which JSON cannot hold.
Json digests_of(const std::vector<std::string>& texts) {
  auto digests = Json::array();
  for (const auto& text : texts) digests.push_back(sha256(text));
  return digests;
}

/// One with the same texts is the same, whatever it is called.
Json json_of(const ChatTemplate& chat) {
  const auto& [name, begin, system, before_question, behind_question, before_answer, behind_answer,
               stops, special, strips] = chat;
  static_cast<void>(name);
  return {{"texts", digests_of({begin, system, before_question, behind_question, before_answer,
                                behind_answer})},
          {"stops", digests_of(stops)},
          {"special", digests_of(special)},
          {"strips", strips}};
}

Json work_of(const GenerationSettings& work, const Session& session) {
  const auto& [generator, second_cfg, ends, samples, traced, chat] = work;
  static_cast<void>(samples);  // each is an Item
  auto json = std::visit(
      [&](const auto& config) { return json_of(with_ends(config, ends, session)); }, generator);
  return {{"generation", std::move(json)},
          {"decodes", std::holds_alternative<DecodingConfig>(generator)},
          {"second_cfg", optional_json(second_cfg)},
          {"stop", digests_of(ends.stop)},
          {"as_published", ends.as_published},
          {"traced", traced},
          {"chat", chat ? json_of(*chat) : Json()}};
}

Json work_of(const CorpusSettings& work, const Session& /*session*/) {
  const auto& [config, packing] = work;
  static_cast<void>(packing);  // says which texts there are
  return {{"likelihood", json_of(config)}};
}

/// Bytes that no other sequence of numbers has.
void append(std::string& bytes, std::int64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
}

void append(std::string& bytes, std::span<const std::int64_t> values) {
  append(bytes, static_cast<std::int64_t>(values.size()));
  for (const auto value : values) append(bytes, value);
}

void append_text(std::string& bytes, const std::string& text) {
  append(bytes, static_cast<std::int64_t>(text.size()));
  bytes += text;
}

void append(std::string& bytes, const RaceVerdict& verdict) {
  const auto& [metric, divisors] = verdict;
  append_text(bytes, metric);
  append(bytes, static_cast<std::int64_t>(divisors.size()));
  for (const double divisor : divisors) append(bytes, std::bit_cast<std::int64_t>(divisor));
}

std::string bytes_of(const Item& item) {
  const auto& [requests, prompt, canvas, length, later_turns, verdicts, text_bytes] = item.ids;
  static_cast<void>(text_bytes);  // for the metrics alone
  std::string bytes;
  append(bytes, static_cast<std::int64_t>(requests.size()));
  for (const auto& request : requests) {
    const auto& [context, continuation, suffix] = request;
    append(bytes, context);
    append(bytes, continuation);
    append(bytes, suffix);
  }
  append(bytes, prompt);
  append(bytes, static_cast<std::int64_t>(canvas));
  append(bytes, length.value_or(0));
  append(bytes, static_cast<std::int64_t>(later_turns.size()));
  for (const auto& turn : later_turns) append_text(bytes, turn);
  append(bytes, static_cast<std::int64_t>(verdicts.size()));
  for (const auto& verdict : verdicts) append(bytes, verdict);
  append(bytes, item.sample);
  return bytes;
}

/// 64 hexadecimal digits as 32 bytes.
std::string packed(const std::string& digits) {
  const auto nibble = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(nibble(digits[i]) * 16 + nibble(digits[i + 1]));
  return bytes;
}

std::string processor_info() {
  return read_file_if_there("/proc/cpuinfo", ErrorKind::failure).value_or("");
}

}  // namespace

Json processor_name() {
  return fact_in(processor_info(), "model name");
}

Json machine_of(const Session& session) {
  if (session.device.is_cuda())
    return {{"gpu", device_name(session.device)}, {"environment", environment()}};
  const auto info = processor_info();
  return {
      {"processor", processor_name()},         {"family", fact_in(info, "cpu family")},
      {"model", fact_in(info, "model\t")},     {"level", std::string(cpu::levels().back().name)},
      {"instructions", instructions_of(info)}, {"environment", environment()}};
}

Json program_identity() {
  return {{"build", kBuildDigest}, {"libtorch", sha256(at::show_config())}};
}

Json model_identity(const Json& identity) {
  auto json = identity;
  for (const char* place :
       {"tokenizer", "weights", "weights_files", "evaluation_sha256", "storage", "training_flops"})
    json.erase(place);
  return json;
}

Json work_identity(const Decided& decided, const Session& session) {
  return std::visit([&](const auto& work) { return work_of(work, session); }, decided.work);
}

WorkKey::WorkKey(const Json& machine, const Json& program, const Json& model, const Json& work)
    : digest_(packed(sha256(
          Json{{"machine", machine}, {"program", program}, {"model", model}, {"work", work}}.dump(
              -1, ' ', false, Json::error_handler_t::replace)))) {}

std::string WorkKey::of(const Item& item) const {
  return packed(sha256(digest_ + bytes_of(item)));
}

std::string digest_of(std::span<const Item> items) {
  Sha256 digest;
  for (const auto& item : items) digest.update(sha256(bytes_of(item)));
  return digest.finish();
}

}  // namespace smdm
