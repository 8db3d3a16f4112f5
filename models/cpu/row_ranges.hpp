/// Work on rows, handed out to LibTorch's own threads.
#pragma once

#include <cstdint>
#include <cstring>

#include <ATen/Functions.h>
#include <ATen/TensorIterator.h>

namespace smdm::cpu {

/// Calls body(begin, end) for ranges of rows that together are 0..rows-1. at::parallel_for is a
/// template that runs serially where the including file is compiled without OpenMP, and with it
/// would start a second pool of threads; a TensorIterator's loop is compiled into the library.
/// Operations inside body run on the calling thread alone.
/// @param grain  rows that are worth a thread
template <typename Body>
void for_row_ranges(std::int64_t rows, std::int64_t grain, const Body& body) {
  const auto numbers = at::arange(rows, at::kLong);
  auto iterator = at::TensorIteratorConfig()
                      .set_check_mem_overlap(false)
                      .add_output(numbers)
                      .add_input(numbers)
                      .build();
  iterator.for_each(
      [&](char** data, const std::int64_t*, std::int64_t count, std::int64_t) {
        std::int64_t first = 0;
        std::memcpy(&first, data[0], sizeof first);
        body(first, first + count);
      },
      grain);
}

}  // namespace smdm::cpu
