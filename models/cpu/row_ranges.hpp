/// Work on rows, handed out to LibTorch's own threads.
#pragma once

#include <cstddef>
#include <cstdint>

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
  if (rows <= grain) {
    if (rows > 0) body(std::int64_t{0}, rows);
    return;
  }
  const auto places = at::empty({rows}, at::kByte);  // one for each row, never read or written
  const auto* start = static_cast<const char*>(places.const_data_ptr());
  auto iterator = at::TensorIteratorConfig()
                      .set_check_mem_overlap(false)
                      .check_all_same_dtype(false)
                      .resize_outputs(false)
                      .add_output(places)
                      .build();
  iterator.for_each(
      [&](char** data, const std::int64_t*, std::int64_t count, std::int64_t) {
        const std::ptrdiff_t first = data[0] - start;
        body(first, first + count);
      },
      grain);
}

}  // namespace smdm::cpu
