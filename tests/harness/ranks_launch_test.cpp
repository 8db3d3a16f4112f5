// What launchers tell, as each of them tells it, and what a rank makes of its node.
#include <map>
#include <string>
#include <thread>

#include "harness/ranks/heartbeat.hpp"
#include "harness/ranks/launch.hpp"
#include "harness/ranks/node.hpp"
#include "harness/ranks/node_list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm::ranks {
namespace {

using smdm::test::contains;
using smdm::test::error_text;
using Variables = std::map<std::string, std::string>;

std::optional<Launch> launch_with(const Variables& variables) {
  return launch_of([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

std::string refusal(const Variables& variables) {
  return error_text<ErrorKind::usage>([&] { return launch_with(variables); });
}

Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

Variables without(Variables variables, const std::string& name) {
  variables.erase(name);
  return variables;
}

const Variables kTorchrun = {{"RANK", "5"},
                             {"WORLD_SIZE", "8"},
                             {"LOCAL_RANK", "1"},
                             {"LOCAL_WORLD_SIZE", "4"},
                             {"MASTER_ADDR", "node0"},
                             {"MASTER_PORT", "1234"},
                             {"TORCHELASTIC_RUN_ID", "mine"},
                             {"TORCHELASTIC_RESTART_COUNT", "2"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"}};

const Variables kSlurmStep = {{"SLURM_JOB_ID", "4711"},
                              {"SLURM_STEP_ID", "1"},
                              {"SLURM_STEP_NUM_TASKS", "6"},
                              {"SLURM_PROCID", "4"},
                              {"SLURM_LOCALID", "1"},
                              {"SLURM_NODEID", "1"},
                              {"SLURM_STEP_TASKS_PER_NODE", "3(x2)"},
                              {"SLURM_STEP_NODELIST", "gpu[007-008]"}};

TEST_CASE("torchrun's agent holds the store, under its run") {
  const auto launch = launch_with(kTorchrun).value();
  CHECK(launch.launcher == "torchrun");
  CHECK(launch.rank == 5);
  CHECK(launch.size == 8);
  CHECK(launch.local_rank == 1);
  CHECK(launch.local_size == 4);
  CHECK(launch.host == "node0");
  CHECK(launch.port == 1234);
  CHECK(launch.agent_serves);
  CHECK(launch.keys == "smdm-eval/mine/");
  // Agents of several nodes count their own restarts alone.
  CHECK(launch_with(with(kTorchrun, "TORCHELASTIC_RESTART_COUNT", "3")).value().keys ==
        launch.keys);
  CHECK_FALSE(
      launch_with(with(kTorchrun, "TORCHELASTIC_USE_AGENT_STORE", "False")).value().agent_serves);
}

TEST_CASE("RANK and WORLD_SIZE by hand: rank 0 serves at the usual port") {
  const auto launch =
      launch_with({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "here"}}).value();
  CHECK_FALSE(launch.agent_serves);
  CHECK(launch.port == 29500);
  CHECK_FALSE(launch.local_rank);
  CHECK_FALSE(launch.local_size);
}

TEST_CASE("Slurm counts only inside a step") {
  const auto launch = launch_with(kSlurmStep).value();
  CHECK(launch.launcher == "Slurm");
  CHECK(launch.rank == 4);
  CHECK(launch.size == 6);
  CHECK(launch.local_rank == 1);
  CHECK(launch.local_size == 3);
  CHECK(launch.host == "gpu007");
  CHECK(launch.port >= 20000);
  CHECK(launch.port < 32000);
  // Other jobs and steps of the machine meet elsewhere.
  CHECK(launch_with(with(kSlurmStep, "SLURM_JOB_ID", "4712")).value().port != launch.port);
  CHECK(launch_with(with(kSlurmStep, "SLURM_STEP_ID", "2")).value().port != launch.port);
  CHECK(launch_with(with(kSlurmStep, "MASTER_PORT", "77")).value().port == 77);
  // What a batch script starts plainly has the job's variables, and is alone.
  const Variables batch = {{"SLURM_JOB_ID", "4711"},
                           {"SLURM_NTASKS", "6"},
                           {"SLURM_PROCID", "0"},
                           {"SLURM_NODELIST", "gpu[007-008]"}};
  CHECK_FALSE(launch_with(batch));
  const auto alone = with(with(kSlurmStep, "SLURM_STEP_NUM_TASKS", "1"), "SLURM_PROCID", "0");
  CHECK_FALSE(launch_with(alone));
}

TEST_CASE("mpirun needs an address, and comes before the step that its daemons are") {
  Variables ompi = kSlurmStep;
  ompi.merge(Variables{{"OMPI_COMM_WORLD_RANK", "3"},
                       {"OMPI_COMM_WORLD_SIZE", "9"},
                       {"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
                       {"OMPI_COMM_WORLD_LOCAL_SIZE", "3"},
                       {"MASTER_ADDR", "node0"}});
  const auto launch = launch_with(ompi).value();
  CHECK(launch.launcher == "Open MPI");
  CHECK(launch.rank == 3);
  CHECK(launch.size == 9);
  CHECK(launch.local_size == 3);
  CHECK(launch.host == "node0");
  CHECK(contains(refusal(without(ompi, "MASTER_ADDR")), "MASTER_ADDR: wanted the host of rank 0"));
  const auto other = launch_with({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}, {"MASTER_ADDR", "a"}});
  CHECK(other.value().launcher == "MPI");
  // The same inside a step: of mpiexec's daemons, one on a node; of Slurm's own ranks.
  Variables step = kSlurmStep;
  step.merge(Variables{{"PMI_RANK", "9"}, {"PMI_SIZE", "12"}, {"MASTER_ADDR", "node0"}});
  CHECK(launch_with(step).value().launcher == "MPI");
  CHECK(launch_with(step).value().rank == 9);
  step["PMI_SIZE"] = "6";
  step["PMI_RANK"] = "4";
  CHECK(launch_with(step).value().launcher == "Slurm");
}

TEST_CASE("a process alone is alone, and what is no number is told") {
  CHECK_FALSE(launch_with({}));
  CHECK_FALSE(launch_with({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
  CHECK_FALSE(launch_with({{"RANK", "0"}}));
  CHECK(contains(refusal(with(kTorchrun, "RANK", "8")), "RANK: wanted a rank below WORLD_SIZE"));
  CHECK(contains(refusal(with(kTorchrun, "RANK", "-1")), "RANK: wanted a number"));
  CHECK(contains(refusal(with(kTorchrun, "WORLD_SIZE", "8x")), "WORLD_SIZE: wanted a number"));
  CHECK(contains(refusal(with(kTorchrun, "MASTER_PORT", "70000")), "MASTER_PORT: wanted a number"));
  CHECK(contains(refusal(with(kTorchrun, "LOCAL_WORLD_SIZE", "0")), "LOCAL_WORLD_SIZE: wanted"));
}

TEST_CASE("lists of nodes and tasks") {
  CHECK(first_node("login1") == "login1");
  CHECK(first_node("a1,b2") == "a1");
  CHECK(first_node("gpu[007-010,12],login1") == "gpu007");
  CHECK(first_node("gpu[3,5-6]") == "gpu3");
  CHECK(first_node("rack[1-2]n[03-04]x") == "rack1n03x");
  for (const auto* bad : {"", ",a", "gpu[7", "gpu[]", "gpu7]"}) {
    CAPTURE(bad);
    CHECK_FALSE(first_node(bad));
  }
  CHECK(tasks_on_node("4", 0) == 4);
  CHECK(tasks_on_node("4(x2),1", 1) == 4);
  CHECK(tasks_on_node("4(x2),1", 2) == 1);
  CHECK_FALSE(tasks_on_node("4(x2),1", 3));
  CHECK_FALSE(tasks_on_node("4(x", 1));
  CHECK_FALSE(tasks_on_node("", 0));
}

TEST_CASE("a rank's threads are its part of the cores that it may use") {
  const std::vector<int> all = {0, 1, 2, 3, 4, 5, 6, 7};
  CHECK(threads_of(all, {}) == 8);
  CHECK(threads_of(all, {all}) == 4);
  CHECK(threads_of(all, {all, all}) == 2);
  CHECK(threads_of({0, 1}, std::vector<std::vector<int>>(6, {0, 1})) == 1);
  // A launcher that binds ranks has divided the cores already.
  CHECK(threads_of({0, 1, 2, 3}, {{4, 5, 6, 7}}) == 4);
  CHECK(threads_of({0, 1, 2, 3}, {{2, 3, 4, 5}}) == 3);
  CHECK_FALSE(this_node().cores.empty());
  CHECK(this_node().id == this_node().id);
}

TEST_CASE("who watches counts silence, and not the time that it was away itself") {
  using std::chrono::milliseconds;
  const auto sleep = [](int ms) { std::this_thread::sleep_for(milliseconds(ms)); };
  Watch watch(milliseconds(200));
  CHECK(watch.look("1"));
  sleep(300);
  CHECK(watch.look("1"));  // one look alone
  CHECK(watch.look("2"));
  for (int k = 0; k < 12; ++k) {
    sleep(25);
    static_cast<void>(watch.look("2"));
  }
  CHECK_FALSE(watch.look("2"));
  CHECK(watch.look("3"));
}

}  // namespace
}  // namespace smdm::ranks
