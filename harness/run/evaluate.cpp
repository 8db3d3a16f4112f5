#include "harness/run/evaluate.hpp"

#include <chrono>
#include <utility>

#include "harness/run/compute.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/record.hpp"

namespace smdm {

TaskRecord evaluate(const ReadyTask& ready, const Session& session) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Answer> answers(ready.items.size());
  std::vector<Judged> judged(ready.items.size());
  Progress progress(info(ready.task).name, ready.items.size(), "documents");
  compute(session, ready.items, ready.decided, [&](std::size_t i, Answer answer) {
    judged[i] = judge(ready.task, ready.decided, ready.items[i], answer, session);
    answers[i] = std::move(answer);
    progress.advance();
  });
  auto of_task = record(ready, session, answers, judged);
  of_task.extra["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return of_task;
}

}  // namespace smdm
