#pragma once

#include "harness/bench/bench.hpp"

namespace smdm {

/// `bench --generation`: steps of generation on this machine's CPU. Autoregressive models decode
/// one token more of 1 and of 8 sequences, as a share of the time that reading the weights takes;
/// masked diffusion models denoise 1 and 8 rows of 256 tokens, a quarter of them masked, as a share
/// of the matrix multiplication peak, with --reference beside another program.
/// @throws Error(usage)  for another device
void run_bench_generation(const BenchSettings& settings);

}  // namespace smdm
