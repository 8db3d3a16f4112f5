/// A small run with one task of each kind, made up for the tests of this folder.
#pragma once

#include "results/run/record.hpp"

namespace smdm::test {

/// A group of piqa (multiple choice) and lambada_standard (likelihood), and gen (generation, two
/// filters).
RunRecord sample_run();

}  // namespace smdm::test
