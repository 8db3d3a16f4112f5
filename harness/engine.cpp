// The program that computes, smdm-eval-engine: all that smdm-eval can be asked for, done here.
// Nobody has to start it; smdm-eval becomes it where a model is needed.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harness/cli/command_line.hpp"
#include "harness/jobs/jobs.hpp"
#include "models/matmul.hpp"
#include "models/memory.hpp"

int main(int argc, char** argv) {
  using namespace smdm;  // NOLINT(google-build-using-namespace): the whole program
  keep_freed_memory();
  keep_matmul_reproducible();
  const ModelJobs jobs = {.tasks = [](const Settings& settings) { run_tasks(settings); },
                          .requests = run_requests,
                          .prompts = run_prompts,
                          .bench = run_bench,
                          .train = run_train};
  return run_command_line(std::span<const char* const>(argv, static_cast<std::size_t>(argc)), jobs);
}
