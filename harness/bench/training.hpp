#pragma once

#include "harness/bench/bench.hpp"

namespace smdm {

/// `bench --train`: training steps of a model of 1.9 million parameters on batches of 128 rows of
/// 96 tokens, in tokens per second and as shares of the peak, and with --reference those of another
/// program beside them.
void run_bench_train(const BenchSettings& settings);

}  // namespace smdm
