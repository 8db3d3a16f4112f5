#include "base/error.hpp"
#include "base/files/json_lines.hpp"
#include "harness/jobs/input_lines.hpp"
#include "harness/jobs/jobs.hpp"
#include "tasks/answers/gsm8k_answer.hpp"

namespace smdm {
namespace {

/// All lines are looked at before the first verdict is written.
void check(const InputLine& line) {
  static_cast<void>(line.text("generation"));
  if (is_empty_answer(line.text("reference"))) {
    throw Error(ErrorKind::data,
                line.where() + ": field \"reference\": wanted a gold answer, got an empty answer");
  }
}

}  // namespace

void rescore(const Settings& settings) {
  if (settings.tasks != std::vector<std::string>{"gsm8k"}) {
    throw Error(ErrorKind::usage,
                "--rescore: wanted --task gsm8k, the only task whose generations are judged");
  }
  const auto lines = read_input_lines(settings.rescore.value());
  for (const auto& line : lines) check(line);
  JsonLinesWriter writer(settings.output.value_or("-"));
  for (const auto& line : lines) {
    const auto verdict = judge_answer(line.text("generation"), line.text("reference"));
    writer.write({{"id", line.id()},
                  {"extracted", verdict.extracted},
                  {"normalized", verdict.normalized},
                  {"equal_string", verdict.equal_string},
                  {"equal_math", verdict.equal_math}});
  }
  writer.finish();
}

}  // namespace smdm
