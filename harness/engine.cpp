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
#include "harness/jobs/ranked.hpp"
#include "models/matmul.hpp"
#include "models/memory.hpp"
#include "models/threads.hpp"

namespace {

/// LibTorch allocates before main begins: that memory is out has to be said by then too.
void before_libraries() {
  smdm::end_with_one_line();
}
[[gnu::section(".preinit_array"), gnu::used]] void (*const kBeforeLibraries)() = &before_libraries;

int threads_of(const auto& settings) {
  if constexpr (requires { settings.settings.threads; }) {
    return settings.settings.threads.value_or(0);
  } else {
    return settings.threads;
  }
}

/// A job that one process does, once the threads that it needs have started.
template <typename Job>
auto alone(const char* name, Job job) {
  return [name, job](const auto& settings, const auto&... more) {
    smdm::require_alone(name);
    smdm::start_threads(threads_of(settings));
    job(settings, more...);
  };
}

/// A job that ranks share.
template <typename Job>
auto ranked(Job job) {
  return [job](const smdm::Settings& settings) { smdm::run_ranked(settings, job); };
}

}  // namespace

int main(int argc, char** argv) {
  using namespace smdm;  // NOLINT(google-build-using-namespace): the whole program
  keep_freed_memory();
  keep_matmul_reproducible();
  const ModelJobs jobs = {.tasks = ranked([](const Settings& settings, ranks::Group* group) {
                            run_tasks(settings, group);
                          }),
                          .requests = ranked(run_requests),
                          .prompts = ranked(run_prompts),
                          .bench = alone("bench", run_bench),
                          .describe = alone("describe", run_describe),
                          .tradeoff = alone("tradeoff", run_tradeoff),
                          .train = alone("train", run_train),
                          .scaling_plan = alone("scaling plan", run_measured_scaling_plan),
                          .judge = [argv](const JudgeSettings&) { become(kJudgeProgram, argv); }};
  return run_command_line(std::span<const char* const>(argv, static_cast<std::size_t>(argc)), jobs);
}
