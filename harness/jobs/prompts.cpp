#include <iostream>
#include <string>
#include <vector>

#include "base/files/json_lines.hpp"
#include "base/text/visible.hpp"
#include "harness/jobs/input_lines.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/run/compute.hpp"
#include "harness/run/encode.hpp"
#include "harness/run/progress.hpp"
#include "harness/settings/decide.hpp"

namespace smdm {
namespace {

Item item_of(const Session& session, const InputLine& line) {
  Item item{.name = line.where(), .document = {}, .asked = Prompt{}, .ids = {}};
  item.ids.prompt =
      line.has("prompt_ids") ? line.ids("prompt_ids") : session.text().prompt(line.text("prompt"));
  return item;
}

Json answer_line(const Session& session,
                 const InputLine& line,
                 const Item& item,
                 const Generation& generation) {
  Json text;  // null without a tokenizer
  if (session.tokenizer) {
    const auto shown = item.ids.prompt.size();
    text = session.tokenizer->decode(std::span(generation.output_ids).subspan(shown));
  }
  return {{"id", line.id()},
          {"output_ids", generation.output_ids},
          {"text", text},
          {"forwards", generation.forwards}};
}

}  // namespace

void run_prompts(const Settings& settings) {
  const auto lines = read_input_lines(settings.prompts.value());
  const auto session = open_session(model_settings(settings));
  print_notes(session);
  std::vector<std::string> notes;
  const auto decided =
      decide(settings, {.task = "", .work = Work::generation}, session.checkpoint.kind, notes);
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  std::vector<Item> items;
  items.reserve(lines.size());
  for (const auto& line : lines) items.push_back(item_of(session, line));
  check_total_length(decided, session.model->info(), "prompts");
  for (const auto& item : items) check_item(item, {item.name}, decided, session.model->info());
  JsonLinesWriter writer(settings.output.value_or("-"));
  std::vector<Answer> answers(items.size());
  Progress progress("prompts", items.size(), "documents");
  compute(session, items, decided, [&](std::size_t i, Answer answer) {
    answers[i] = std::move(answer);
    progress.advance();
  });
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& generation = std::get<Passes>(answers[i].value).back();
    writer.write(answer_line(session, lines[i], items[i], generation));
  }
  writer.finish();
}

}  // namespace smdm
