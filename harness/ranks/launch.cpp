// Launchers are told apart by the variables that they alone set. Open MPI comes before Slurm:
// inside an allocation it starts its own daemons as a step, whose variables its ranks inherit.
#include "harness/ranks/launch.hpp"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "base/error.hpp"
#include "harness/ranks/node_list.hpp"

namespace smdm::ranks {
namespace {

/// Where torch.distributed meets when nobody says where.
constexpr std::uint16_t kUsualPort = 29500;

[[noreturn]] void refuse_variable(const std::string& name,
                                  const std::string& wanted,
                                  const std::string& got) {
  throw Error(ErrorKind::usage, name + ": wanted " + wanted + ", got " + got);
}

/// The environment, read by types.
class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  /// @return empty where it is not set, or set to nothing
  [[nodiscard]] std::string text(const char* name) const {
    const char* value = environment_(name);
    return value == nullptr ? "" : value;
  }
  [[nodiscard]] bool has(const char* name) const { return !text(name).empty(); }

  [[nodiscard]] std::optional<int> number(const char* name,
                                          int most = std::numeric_limits<int>::max()) const {
    const auto value = text(name);
    if (value.empty()) return std::nullopt;
    int number = 0;
    const char* end = value.data() + value.size();
    const auto [read, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || read != end || number < 0 || number > most)
      refuse_variable(name, "a number from 0 to " + std::to_string(most), "\"" + value + "\"");
    return number;
  }

 private:
  const Environment& environment_;
};

/// Names of the variables that a launcher sets.
struct Names {
  const char* launcher;
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;
};

constexpr Names kTorch = {.launcher = "RANK",
                          .rank = "RANK",
                          .size = "WORLD_SIZE",
                          .local_rank = "LOCAL_RANK",
                          .local_size = "LOCAL_WORLD_SIZE"};
constexpr Names kOpenMpi = {.launcher = "Open MPI",
                            .rank = "OMPI_COMM_WORLD_RANK",
                            .size = "OMPI_COMM_WORLD_SIZE",
                            .local_rank = "OMPI_COMM_WORLD_LOCAL_RANK",
                            .local_size = "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Names kSlurm = {.launcher = "Slurm",
                          .rank = "SLURM_PROCID",
                          .size = "SLURM_STEP_NUM_TASKS",
                          .local_rank = "SLURM_LOCALID",
                          .local_size = ""};
constexpr Names kOtherMpi = {.launcher = "MPI",
                             .rank = "PMI_RANK",
                             .size = "PMI_SIZE",
                             .local_rank = "MPI_LOCALRANKID",
                             .local_size = "MPI_LOCALNRANKS"};

Launch counted(const Variables& variables, const Names& names) {
  Launch launch{.launcher = names.launcher,
                .rank = variables.number(names.rank).value_or(0),
                .size = variables.number(names.size).value_or(1),
                .local_rank = variables.number(names.local_rank),
                .local_size = variables.number(names.local_size),
                .host = {},
                .keys = {}};
  if (launch.rank >= launch.size)
    refuse_variable(
        names.rank,
        std::string("a rank below ") + names.size + ", which is " + std::to_string(launch.size),
        std::to_string(launch.rank));
  if (launch.local_size && *launch.local_size == 0)
    refuse_variable(names.local_size, "at least 1", "0");
  return launch;
}

void take_address(const Variables& variables, Launch& launch) {
  constexpr int kMostPort = 65535;
  if (variables.has("MASTER_ADDR")) launch.host = variables.text("MASTER_ADDR");
  if (const auto port = variables.number("MASTER_PORT", kMostPort); port && *port > 0)
    launch.port = static_cast<std::uint16_t>(*port);
  if (launch.port == 0) launch.port = kUsualPort;
  if (!launch.host.empty()) return;
  throw Error(ErrorKind::usage, "MASTER_ADDR: wanted the host of rank 0, by which the " +
                                    std::to_string(launch.size) + " ranks of " + launch.launcher +
                                    " find each other, got nothing");
}

/// torchrun says under which run and which restart of it the ranks were started.
void take_elastic(const Variables& variables, Launch& launch) {
  const auto run = variables.text("TORCHELASTIC_RUN_ID");
  if (run.empty()) return;
  launch.launcher = "torchrun";
  launch.agent_serves = variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  launch.keys = run;  // what an agent counts are the restarts of its own node alone
}

/// Slurm's own variables name nodes, tasks and the job; the port is one that other steps of the
/// machine are unlikely to have, below those that the system gives away by itself.
void take_step(const Variables& variables, Launch& launch) {
  const auto node = variables.number("SLURM_NODEID").value_or(0);
  launch.local_size = tasks_on_node(variables.text("SLURM_STEP_TASKS_PER_NODE"), node);
  const auto nodes = variables.text("SLURM_STEP_NODELIST");
  launch.host = first_node(nodes).value_or("");
  const auto job = variables.number("SLURM_JOB_ID").value_or(0);
  const auto step = variables.number("SLURM_STEP_ID").value_or(0);
  constexpr int kFirstPort = 20000;
  constexpr int kPorts = 12000;
  constexpr int kStepsApart = 97;
  launch.port = static_cast<std::uint16_t>(kFirstPort +
                                           (job % kPorts + step % kPorts * kStepsApart) % kPorts);
  launch.keys = std::to_string(job) + "." + std::to_string(step) + "/" +
                std::to_string(variables.number("SLURM_RESTART_COUNT").value_or(0));
}

const Names* launcher_of(const Variables& variables) {
  const auto tells = [&](const Names& names) {
    return variables.has(names.rank) && variables.has(names.size);
  };
  if (tells(kTorch)) return &kTorch;
  if (tells(kOpenMpi)) return &kOpenMpi;
  // mpiexec of other MPIs starts its daemons as a step, too, one on a node.
  const bool daemons = variables.text(kSlurm.size) != variables.text(kOtherMpi.size);
  if (tells(kOtherMpi) && daemons) return &kOtherMpi;
  if (tells(kSlurm)) return &kSlurm;
  return tells(kOtherMpi) ? &kOtherMpi : nullptr;
}

}  // namespace

std::optional<Launch> launch_of(const Environment& environment) {
  const Variables variables(environment);
  const auto* names = launcher_of(variables);
  if (names == nullptr) return std::nullopt;
  auto launch = counted(variables, *names);
  if (launch.size == 1) return std::nullopt;
  if (names == &kTorch) take_elastic(variables, launch);
  if (names == &kSlurm) take_step(variables, launch);
  if (names == &kOpenMpi) launch.keys = variables.text("PMIX_NAMESPACE");
  take_address(variables, launch);
  launch.keys = "smdm-eval/" + launch.keys + "/";
  return launch;
}

std::optional<Launch> launch_of_process() {
  return launch_of([](const char* name) -> const char* { return std::getenv(name); });
}

}  // namespace smdm::ranks
