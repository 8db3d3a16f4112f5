// --prompts: JSON lines of prompts to JSON lines of answers, one or several for each.
#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/files/json_lines.hpp"
#include "base/text/visible.hpp"
#include "harness/jobs/input_lines.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/jobs/lines_run.hpp"
#include "harness/run/canvas.hpp"
#include "harness/run/encode.hpp"
#include "harness/run/generation_ends.hpp"
#include "harness/run/trace_file.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

bool has_parts(const InputLine& line) {
  if (!line.has("parts")) return false;
  for (const auto* other : {"prompt", "prompt_ids"}) {
    if (!line.has(other)) continue;
    throw Error(ErrorKind::data,
                line.where() + ": wanted \"" + other + "\" or \"parts\", got both");
  }
  return true;
}

Item item_of(const Session& session, const InputLine& line) {
  Item item{.name = line.where(), .document = {}, .asked = Prompt{}, .ids = {}};
  if (has_parts(line)) {
    item.ids = encode_parts(line.parts(), session, line.where());
  } else if (line.has("prompt_ids")) {
    item.ids.prompt = line.ids("prompt_ids");
  } else {
    item.ids.prompt = session.text().prompt(line.text("prompt"));
  }
  return item;
}

/// A canvas has a length of its own: only prompts have use for one that is asked.
void check_lengths(const Settings& asked,
                   const std::vector<InputLine>& lines,
                   const Decided& decided,
                   const ModelInfo& info) {
  if (!std::ranges::all_of(lines, has_parts)) {
    check_total_length(decided, info, "prompts");
    return;
  }
  for (const auto& [name, length] : {std::pair("--gen-length", asked.gen_length),
                                     std::pair("--total-length", asked.total_length)}) {
    if (length)
      refuse(name, "lines with a \"prompt\", as \"parts\" have their own length",
             "\"parts\" alone");
  }
}

/// The items of all answers: those of a prompt stand side by side.
std::vector<Item> items_of(const Session& session,
                           const std::vector<InputLine>& lines,
                           std::int64_t samples) {
  std::vector<Item> items;
  items.reserve(lines.size() * static_cast<std::size_t>(samples));
  for (const auto& line : lines) {
    auto item = item_of(session, line);
    for (item.sample = 0; item.sample < samples; ++item.sample) items.push_back(item);
  }
  return items;
}

Json answer_line(const Session& session,
                 const InputLine& line,
                 const Item& item,
                 const Generation& generation,
                 const GenerationSettings& settings) {
  Json text;  // null without a tokenizer
  Json middles;
  if (session.tokenizer && item.ids.canvas) {
    const auto filled =
        filled_text(item.ids.prompt, generation.output_ids, settings.ends.stop, session);
    text = filled.text;
    middles = filled.middles;
  } else if (session.tokenizer) {
    text = answer_text(generation.output_ids, item.ids.prompt.size(), settings.ends.stop,
                       *session.tokenizer);
  }
  Json json = {{"id", line.id()}, {"output_ids", generation.output_ids}, {"text", text}};
  if (item.ids.canvas) json["middles"] = std::move(middles);
  json["forwards"] = generation.forwards;
  json["rows"] = generation.rows;
  json["tokens"] = generation.tokens;
  json["new_tokens"] = generation.new_tokens;
  if (settings.is_approximate()) json["approximate"] = true;
  if (settings.samples > 1) json["sample"] = item.sample;
  return json;
}

}  // namespace

void run_prompts(const Settings& settings, ranks::Group* group) {
  const auto lines = read_input_lines(settings.prompts.value());
  LinesRun run(settings, "prompts", group);
  const auto& session = run.session();
  std::vector<std::string> notes;
  const DecisionFor what{
      .task = "", .work = Work::generation, .family = session.checkpoint.config.family};
  const auto decided = decide(settings, what, session.checkpoint.kind, notes);
  const auto& generation = std::get<GenerationSettings>(decided.work);
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  if (settings.trace && !is_traced(decided))
    refuse("--trace", "a masked diffusion model", "an autoregressive one");
  const auto items = items_of(session, lines, generation.samples);
  check_lengths(settings, lines, decided, session.model->info());
  for (const auto& item : items) check_item(item, {item.name}, decided, session.model->info());
  if (!run.leads()) return run.answer(items, decided, "documents", {});
  JsonLinesWriter writer(settings.output.value_or("-"), run.existing());
  TraceFile trace(settings.trace, run.existing());
  std::vector<Answer> answers(items.size());
  run.answer(items, decided, "documents",
             [&](std::size_t i, Answer answer) { answers[i] = std::move(answer); });
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& line = lines[i / static_cast<std::size_t>(generation.samples)];
    const auto& passes = std::get<Passes>(answers[i].value);
    writer.write(answer_line(session, line, items[i], passes.back(), generation));
    trace.add({{"id", line.id()}, {"sample", items[i].sample}, {"seed", decided.seed}}, answers[i],
              session.tokenizer.get());
  }
  run.complete([&] {
    trace.finish();
    writer.finish();
  });
}

}  // namespace smdm
