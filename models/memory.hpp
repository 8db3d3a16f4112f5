#pragma once

namespace smdm {

/// Makes the process keep freed memory for the next tensor of that size instead of returning it to
/// the system, which would hand it back page by page, each one cleared: at a forward's sizes up to
/// a fifth of the time of a linear layer. For programs that compute until they end. Changes no
/// number; without effect where the C library is not glibc.
void keep_freed_memory();

}  // namespace smdm
