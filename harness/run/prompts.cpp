#include <iostream>

#include "base/files/json_lines.hpp"
#include "harness/cli/jobs.hpp"
#include "harness/run/generate.hpp"
#include "harness/run/input_lines.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decide.hpp"

namespace smdm {
namespace {

Json answer(const Session& session,
            const InputLine& line,
            const Generation& generation,
            std::size_t prompt_tokens) {
  Json text;  // null without a tokenizer
  if (session.tokenizer)
    text = session.tokenizer->decode(std::span(generation.output_ids).subspan(prompt_tokens));
  return {{"id", line.id()},
          {"output_ids", generation.output_ids},
          {"text", text},
          {"forwards", generation.forwards}};
}

}  // namespace

void run_prompts(const Settings& settings) {
  const auto lines = read_input_lines(settings.prompts.value());
  const auto session = open_session(settings);
  std::vector<std::string> notes;
  const auto evaluation = decide(settings, "", Work::generation, session.checkpoint.kind, notes);
  for (const auto& note : notes) std::cerr << note << "\n";
  std::vector<std::vector<std::int64_t>> prompts;
  prompts.reserve(lines.size());
  for (const auto& line : lines) {
    prompts.push_back(line.has("prompt_ids") ? line.ids("prompt_ids")
                                             : session.text().encode(line.text("prompt")));
  }
  JsonLinesWriter writer(settings.output.value_or("-"));
  const auto where = [&](std::size_t index) { return lines[index].where(); };
  const auto generations = generate(session, prompts, evaluation, settings, "prompts", where);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    writer.write(answer(session, lines[i], generations[i], prompts[i].size()));
  }
  writer.finish();
}

}  // namespace smdm
