#include "tests/results/gate_runs.hpp"

#include <string>

namespace smdm::test {

MadeRun quiz(std::size_t wrong, std::uint64_t seed) {
  std::vector<double> verdicts(kQuizDocuments, 1.0);
  for (std::size_t i = 0; i < wrong; ++i) verdicts[i] = 0.0;
  return {.tasks = {{.verdicts = verdicts}}, .seed = seed};
}

MadeRun exact_quiz(std::size_t wrong, std::uint64_t seed) {
  auto run = quiz(wrong, seed);
  run.tasks[0].bound = Bound::exact;
  run.tasks[0].settings = {{"estimator", "exact"}, {"cfg", 0.0}};
  return run;
}

Baseline baseline_of(const std::vector<MadeRun>& repeats) {
  std::vector<Facts> runs;
  for (const MadeRun& repeat : repeats)
    runs.push_back(as_stored(made_run(repeat), "seed-" + std::to_string(repeat.seed)));
  return make_baseline(runs);
}

Baseline spread_baseline() {
  return baseline_of({quiz(10, 0), quiz(11, 1), quiz(12, 2), quiz(13, 3), quiz(14, 4)});
}

}  // namespace smdm::test
