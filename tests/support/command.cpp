#include "tests/support/command.hpp"

#include <csignal>
#include <sstream>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.hpp"

namespace smdm::test {
namespace {

[[noreturn]] void become(const std::string& program,
                         const std::vector<std::string>& arguments,
                         const std::string& out,
                         const std::string& err) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const bool redirected = freopen(out.c_str(), "w", stdout) != nullptr &&
                          freopen(err.c_str(), "w", stderr) != nullptr &&
                          freopen("/dev/null", "r", stdin) != nullptr;
  if (redirected) execvp(program.c_str(), argv.data());
  _exit(127);
}

}  // namespace

CommandResult run_command(const std::string& program, const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start " + program);
  if (child == 0) become(program, arguments, out.string(), err.string());
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("cannot wait for " + program);
  CommandResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_file(out);
  result.err = read_file(err);
  return result;
}

StartedProgram::StartedProgram(const std::string& program,
                               const std::vector<std::string>& arguments) {
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot start " + program);
  if (pid_ == 0) {
    setpgid(0, 0);
    become(program, arguments, (folder_.path() / "out").string(),
           (folder_.path() / "err").string());
  }
}

StartedProgram::~StartedProgram() {
  if (!ended_) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
}

std::string StartedProgram::err() const {
  const auto file = folder_.path() / "err";
  return std::filesystem::exists(file) ? read_file(file) : "";
}

void StartedProgram::send(int signal) const {
  ::kill(pid_, signal);
  go_on();
}

bool StartedProgram::pause() {
  if (!runs()) return false;
  ::kill(pid_, SIGSTOP);
  if (waitpid(pid_, &status_, WUNTRACED) != pid_) throw std::runtime_error("cannot pause");
  ended_ = !WIFSTOPPED(status_);
  return !ended_;
}

void StartedProgram::go_on() const {
  ::kill(pid_, SIGCONT);
}

bool StartedProgram::runs() {
  if (!ended_) ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  return !ended_;
}

CommandResult StartedProgram::wait() {
  if (!ended_) go_on();
  if (!ended_ && waitpid(pid_, &status_, 0) != pid_) throw std::runtime_error("cannot wait");
  ended_ = true;
  return {.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_),
          .out = read_file(folder_.path() / "out"),
          .err = read_file(folder_.path() / "err")};
}

CommandResult smdm_eval(const std::vector<std::string>& arguments) {
  return run_command(SMDM_BINARY_DIR "/bin/smdm-eval", arguments);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace smdm::test
