#include "harness/jobs/answer_files.hpp"

#include <string>
#include <variant>
#include <vector>

#include "base/fastchat/answers.hpp"
#include "base/text/json_text.hpp"
#include "results/run/model_name.hpp"

namespace smdm {
namespace {

FastChatAnswer answer_of(const SampleRecord& sample, const RunRecord& run) {
  FastChatAnswer answer{.question_id = sample.doc.at("question_id"),
                        .answer_id = {},
                        .model_id = short_model_name(run.model.name),
                        .choices = {sample.extra.at("answers").get<std::vector<std::string>>()},
                        .tstamp = run.start_s};
  answer.answer_id = answer_id_of(answer);
  return answer;
}

}  // namespace

void add_answer_files(std::span<const ReadyTask> tasks, RunRecord& run) {
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    if (!std::holds_alternative<Conversation>(tasks[t].task)) continue;
    auto& task = run.tasks[t];
    std::string lines;
    for (const auto& sample : task.samples)
      lines += json_text(answer_json(answer_of(sample, run))) + "\n";
    task.files.push_back({.name = "model_answer", .lines = std::move(lines)});
  }
}

}  // namespace smdm
