// The JSON is the description; the tables show what stands in it. Numbers that people compare have
// units of thousands, those that programs read have none.
#include "harness/describe/report.hpp"

#include <array>
#include <utility>
#include <vector>

#include "base/files/size.hpp"
#include "base/text/numbers.hpp"
#include "harness/run/auto_dtype.hpp"
#include "harness/settings/choices.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// What the configuration says, else the tokenizer.
Json special_ids(const Session& session) {
  const auto& config = session.checkpoint.config;
  Json ids = {{"mask", nullptr},
              {"bos", or_null(config.bos_id)},
              {"eos", config.eos_ids},
              {"pad", or_null(config.pad_id)}};
  if (session.checkpoint.kind == ModelKind::mdm) ids["mask"] = config.mask();
  if (!session.tokenizer) return ids;
  const auto& tokenizer = *session.tokenizer;
  if (!config.bos_id && tokenizer.bos_id() >= 0) ids["bos"] = tokenizer.bos_id();
  if (config.eos_ids.empty() && tokenizer.eos_id() >= 0)
    ids["eos"] = Json::array({tokenizer.eos_id()});
  return ids;
}

Json storage(const Session& session) {
  auto files = Json::array();
  std::uint64_t bytes = 0;
  for (const auto& file : session.checkpoint.weights.files) {
    const auto size = file_bytes(file, ErrorKind::checkpoint);
    bytes += size;
    files.push_back({{"name", file.filename().string()}, {"bytes", size}});
  }
  return {{"files", files}, {"bytes", bytes}, {"dtypes", session.stored.storage()}};
}

Json memory(const Session& session) {
  const auto free = free_memory_of(session.device);
  const auto choice = chosen_dtype(session.checkpoint.config, session.stored, session.device);
  return {{"device", session.device.str()},
          {"f32_bytes", session.stored.bytes(ComputeType::f32)},
          {"bf16_bytes", session.stored.bytes(ComputeType::bf16)},
          {"free_bytes", or_null(free)},
          {"auto", name_of(kAllComputeTypes, choice.compute)}};
}

Json tokenizer(const Session& session) {
  if (!session.tokenizer) return nullptr;
  return {{"file", session.checkpoint.tokenizer.value().string()},
          {"pieces", session.tokenizer->pieces()},
          {"bos", to_string(session.text_rule().bos)}};
}

const char* words_of(Extent extent) {
  switch (extent) {
    case Extent::exact:
      return "exact";
    case Extent::at_least:
      return "at least";
    case Extent::at_most:
      return "at most";
  }
  return "";
}

Json work_json(const Session& session, const Estimated& estimated) {
  auto all = Json::array();
  for (const auto& work : estimated.work) {
    all.push_back({{"name", work.name},
                   {"documents", work.documents},
                   {"requests", work.requests},
                   {"rows", or_null(work.rows)},
                   {"forwards", or_null(work.forwards)},
                   {"tokens", work.tokens},
                   {"counted", words_of(work.extent)},
                   {"hours", hours_of(work.tokens, session.checkpoint.config, estimated.flops)}});
  }
  return all;
}

std::string plain(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& one : value) text += (text.empty() ? "" : ", ") + one.dump();
  return text.empty() ? "-" : text;
}

std::string size_of(const Json& bytes) {
  return bytes.is_null() ? "unknown" : size_text(bytes.get<std::uint64_t>());
}

using Lines = std::vector<std::vector<std::string>>;

void add_storage(const Json& storage, Lines& lines) {
  const auto count = storage.at("files").size();
  lines.push_back({"stored", size_of(storage.at("bytes")) + " of " + plain(storage.at("dtypes")) +
                                 " in " + std::to_string(count) +
                                 (count == 1 ? " file" : " files")});
}

void add_memory(const Json& memory, Lines& lines) {
  lines.push_back({"memory for weights", size_of(memory.at("f32_bytes")) + " in f32, " +
                                             size_of(memory.at("bf16_bytes")) + " in bf16; " +
                                             size_of(memory.at("free_bytes")) + " free on " +
                                             plain(memory.at("device"))});
  lines.push_back({"--dtype auto", plain(memory.at("auto"))});
}

std::string work_table(const Json& work) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Would run"},
                                       {.title = "Documents", .align = right},
                                       {.title = "Requests", .align = right},
                                       {.title = "Rows", .align = right},
                                       {.title = "Forwards", .align = right},
                                       {.title = "Tokens", .align = right},
                                       {.title = "Counted"},
                                       {.title = "Hours", .align = right}};
  Lines cells;
  cells.reserve(work.size());
  for (const auto& one : work) {
    auto& cell = cells.emplace_back();
    for (const auto* key :
         {"name", "documents", "requests", "rows", "forwards", "tokens", "counted"})
      cell.push_back(plain(one.at(key)));
    cell.push_back("~" + short_text(one.at("hours").get<double>()));
  }
  return markdown_table(columns, cells);
}

}  // namespace

Json description(const Session& session, const std::optional<Estimated>& estimated) {
  const auto& config = session.checkpoint.config;
  Json json = {{"model", session.checkpoint.weights.name()},
               {"family", config.family},
               {"kind", to_string(session.checkpoint.kind)},
               {"layers", config.n_layer},
               {"width", config.n_embd},
               {"heads", config.n_head},
               {"key_heads", config.n_query_groups},
               {"head_size", config.head_size()},
               {"feed_forward", config.intermediate_size},
               {"vocabulary", config.padded_vocab_size},
               {"context", config.block_size},
               {"window", or_null(config.window)},
               {"parameters", session.stored.parameters},
               {"ids", special_ids(session)},
               {"shifted_logits", config.shifted_logits},
               {"storage", storage(session)},
               {"memory", memory(session)},
               {"dtype", name_of(kAllComputeTypes, session.model->info().compute)},
               {"tokenizer", tokenizer(session)}};
  if (estimated) {
    json["work"] = work_json(session, *estimated);
    json["flops_per_second"] = estimated->flops;
  }
  return json;
}

std::string description_text(const Json& description) {
  constexpr std::array<std::pair<const char*, const char*>, 13> kFields = {
      {{"family", "family"},
       {"kind", "kind"},
       {"layers", "layers"},
       {"width", "width"},
       {"heads", "heads"},
       {"key_heads", "key heads"},
       {"head_size", "head size"},
       {"feed_forward", "feed-forward"},
       {"vocabulary", "vocabulary"},
       {"context", "context"},
       {"window", "window"},
       {"parameters", "parameters"},
       {"shifted_logits", "logits are shifted"}}};
  Lines lines;
  lines.reserve(kFields.size() + 8);
  for (const auto& [key, title] : kFields) lines.push_back({title, plain(description.at(key))});
  for (const auto& [key, value] : description.at("ids").items())
    lines.push_back({key + " id", plain(value)});
  add_storage(description.at("storage"), lines);
  add_memory(description.at("memory"), lines);
  const auto& tokenizer = description.at("tokenizer");
  lines.push_back({"tokenizer", tokenizer.is_null()
                                    ? "-"
                                    : plain(tokenizer.at("file")) + ", " +
                                          plain(tokenizer.at("pieces")) +
                                          " pieces, BOS: " + plain(tokenizer.at("bos"))});
  const std::vector<Column> columns = {{.title = "Checkpoint"},
                                       {.title = plain(description.at("model"))}};
  auto text = markdown_table(columns, lines);
  if (!description.contains("work")) return text;
  constexpr double kGiga = 1e9;
  const auto flops = description.at("flops_per_second").get<double>();
  return text + "\n" + work_table(description.at("work")) +
         "Hours are an estimate: 2 operations for each token and parameter of the layers, at the " +
         fixed_text(flops / kGiga, 0) +
         " GFLOP/s of a matrix product of the model's width, measured just now in " +
         plain(description.at("dtype")) + ".\n";
}

}  // namespace smdm
