/// What a launcher tells the processes that it starts: torchrun, Slurm's srun, mpirun, or whoever
/// sets RANK and WORLD_SIZE by hand.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace smdm::ranks {

/// The value of a variable of the environment, or null.
using Environment = std::function<const char*(const char* name)>;

/// One process of several that were started together.
struct Launch {
  std::string launcher;  ///< for people: "torchrun", "Slurm", "Open MPI", "MPI", "RANK"
  int rank = 0;
  int size = 1;  ///< all ranks, at least 2
  // Of this node; where the launcher does not say it, the ranks find out.
  std::optional<int> local_rank = {};
  std::optional<int> local_size = {};
  // Where the store is.
  std::string host;
  std::uint16_t port = 0;
  /// Whether the launcher's own agent serves the store, so that rank 0 is a client too; else rank 0
  /// serves it.
  bool agent_serves = false;
  /// In front of every key: no run finds what another run has left in the same store. Group tells
  /// the starts of a run apart.
  std::string keys;
};

/// Reads what the launcher says. The first of these that is complete counts:
///   RANK and WORLD_SIZE            as torchrun sets them (torch.distributed's env://), with
///                                  MASTER_ADDR, MASTER_PORT, LOCAL_RANK, LOCAL_WORLD_SIZE,
///                                  TORCHELASTIC_USE_AGENT_STORE, TORCHELASTIC_RUN_ID
///   OMPI_COMM_WORLD_RANK, _SIZE    Open MPI's mpirun; needs MASTER_ADDR
///   SLURM_PROCID inside a step     of several tasks (SLURM_STEP_NUM_TASKS): the address is the
///                                  first of SLURM_STEP_NODELIST, the port follows from the job
///   PMI_RANK, PMI_SIZE             other MPIs (MPICH, Intel MPI); needs MASTER_ADDR
/// MASTER_ADDR and MASTER_PORT always win. A batch script of Slurm is no step: a program that it
/// starts plainly is alone.
/// @return nothing where the process is alone
/// @throws Error(usage)  naming the variable that is missing or no number
[[nodiscard]] std::optional<Launch> launch_of(const Environment& environment);

/// Of this process.
[[nodiscard]] std::optional<Launch> launch_of_process();

}  // namespace smdm::ranks
