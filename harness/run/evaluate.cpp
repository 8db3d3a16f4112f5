#include "harness/run/evaluate.hpp"

#include <chrono>
#include <span>
#include <utility>

#include "harness/run/judge.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/record.hpp"

namespace smdm {
namespace {

void write_trace(const ReadyTask& ready,
                 const Session& session,
                 std::span<const Answer> answers,
                 TraceFile& trace) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    trace.add({{"task", info(ready.task).name}, {"doc_id", i}, {"seed", ready.decided.seed}},
              answers[i], session.tokenizer.get());
  }
}

}  // namespace

TaskRecord evaluate(const ReadyTask& ready,
                    const Session& session,
                    TraceFile& trace,
                    const AnswerItems& answer_items,
                    const RunProgress& run) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Answer> answers(ready.items.size());
  std::vector<Judged> judged(ready.items.size());
  Progress progress(info(ready.task).name, ready.items.size(), "documents", &run);
  answer_items(ready.items, [&](std::size_t i, Answer answer) {
    judged[i] = judge(ready.task, ready.decided, ready.items[i], answer, session);
    answers[i] = std::move(answer);
    progress.advance();
  });
  write_trace(ready, session, answers, trace);
  auto of_task = record(ready, session, answers, judged);
  of_task.extra["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return of_task;
}

}  // namespace smdm
