#pragma once

namespace smdm {

/// Makes matrix products on this CPU give a row the same bits whatever the number of rows, as
/// Transformer needs. On Intel's CPUs the libraries under LibTorch choose kernels by the number of
/// rows: MKL is held to one branch of its own (MKL_CBWR, "conditional numerical reproducibility"),
/// oneDNN to vector instructions, without AMX (ONEDNN_MAX_CPU_ISA). Elsewhere both do as is without
/// asking. A variable that the user has set stays. The libraries look once, at the first product.
/// To be called before threads are started.
void keep_matmul_reproducible();

/// False if the environment holds settings of the user's own instead.
[[nodiscard]] bool matmul_is_reproducible();

}  // namespace smdm
