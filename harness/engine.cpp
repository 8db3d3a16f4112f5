// The program that computes, smdm-eval-engine: all that smdm-eval can be asked for, done here.
// Nobody has to start it; smdm-eval becomes it where a model is needed.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harness/cli/become.hpp"
#include "harness/cli/command_line.hpp"
#include "harness/cli/last_words.hpp"
#include "harness/jobs/jobs.hpp"
#include "models/matmul.hpp"
#include "models/memory.hpp"
#include "models/threads.hpp"

namespace {

/// LibTorch allocates before main begins: that memory is out has to be said by then too.
void before_libraries() {
  smdm::end_with_one_line();
}
[[gnu::section(".preinit_array"), gnu::used]] void (*const kBeforeLibraries)() = &before_libraries;

/// The job, once the threads that it needs have started.
template <typename Job>
auto with_threads(Job job) {
  return [job](const auto& settings, const auto&... more) {
    if constexpr (requires { settings.threads.value_or(0); }) {
      smdm::start_threads(settings.threads.value_or(0));
    } else {
      smdm::start_threads(settings.threads);
    }
    job(settings, more...);
  };
}

}  // namespace

int main(int argc, char** argv) {
  using namespace smdm;  // NOLINT(google-build-using-namespace): the whole program
  keep_freed_memory();
  keep_matmul_reproducible();
  const ModelJobs jobs = {
      .tasks = with_threads([](const Settings& settings) { run_tasks(settings); }),
      .requests = with_threads(run_requests),
      .prompts = with_threads(run_prompts),
      .bench = with_threads(run_bench),
      .describe =
          [](const DescribeSettings& describe) {
            start_threads(describe.settings.threads.value_or(0));
            run_describe(describe);
          },
      .tradeoff =
          [](const TradeoffSettings& tradeoff) {
            start_threads(tradeoff.settings.threads.value_or(0));
            run_tradeoff(tradeoff);
          },
      .train = with_threads(run_train),
      .scaling_plan = with_threads(run_measured_scaling_plan),
      .judge = [argv](const JudgeSettings&) { become(kJudgeProgram, argv); }};
  return run_command_line(std::span<const char* const>(argv, static_cast<std::size_t>(argc)), jobs);
}
