// The program that asks judges, smdm-eval-judge: it links libcurl and the two dozen libraries below
// it, which nothing else has to load. Nobody has to start it; smdm-eval becomes it for `judge`.
#include <span>

#include "harness/cli/become.hpp"
#include "harness/cli/command_line.hpp"
#include "harness/judging/judge.hpp"

int main(int argc, char** argv) {
  using namespace smdm;  // NOLINT(google-build-using-namespace): the whole program
  const auto engine = [argv](const auto&...) { become(kEngine, argv); };
  return run_command_line(std::span<const char* const>(argv, static_cast<std::size_t>(argc)),
                          {.tasks = engine,
                           .requests = engine,
                           .prompts = engine,
                           .bench = engine,
                           .describe = engine,
                           .tradeoff = engine,
                           .train = engine,
                           .scaling_plan = engine,
                           .judge = run_judge});
}
