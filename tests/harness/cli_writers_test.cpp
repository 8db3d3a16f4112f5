// Every output of the program by what can stand in its place: a device, a pipe, a socket, a link to
// a file, to nothing and to this program's own output, a full disk. None of them is ever replaced.
#include <array>
#include <filesystem>
#include <functional>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/files/descriptor.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

/// One output of the program.
struct Writer {
  std::string name;
  std::function<Arguments(const std::string& target)> command;
  bool replaces = false;   ///< a file that exists is replaced
  std::string fixed = "";  ///< its name in the folder that the command is given, if it is fixed
};

/// Inputs for every output.
class Files {
 public:
  Files() {
    test::write_job_inputs(folder_.path());
    test::evaluated({"--task", "gsm8k", "--limit", "4"}, path("run"));
    test::evaluated({"--task", "gsm8k", "--limit", "4", "--steps", "1"}, path("worse"));
    REQUIRE(test::smdm_eval({"compare", "--make-baseline", path("base.json"), path("run")}).code ==
            0);
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  /// The text of a leaderboard without entries.
  [[nodiscard]] static std::string leaderboard() {
    return R"({"schema": 1, "benchmarks": [], "embedded": []})";
  }
  [[nodiscard]] std::string new_folder() {
    auto folder = path("out-" + std::to_string(count_++));
    fs::create_directory(folder);
    return folder;
  }

 private:
  test::TemporaryFolder folder_;
  int count_ = 0;
};

std::vector<Writer> all_writers(const Files& files) {
  const std::string mdm = (test::golden() / "mdm-tiny.safetensors").string();
  const std::string run = files.path("run");
  const std::string worse = files.path("worse");
  const auto job = [&, mdm](const std::string& name, const Arguments& more) {
    return [=, input = files.path(name + ".jsonl")](const std::string& target) {
      Arguments all = {"--" + name, input, "--output", target};
      all.insert(all.end(), more.begin(), more.end());
      return all;
    };
  };
  const auto training = [&](const std::string& name) {
    return Writer{.name = "train, " + name,
                  .command =
                      [=, corpus = files.path("corpus.jsonl")](const std::string& folder) {
                        return Arguments{
                            "train",    "--corpus",  corpus,    "--output",     folder,
                            "--layers", "1",         "--width", "16",           "--heads",
                            "2",        "--context", "8",       "--steps",      "2",
                            "--plot",   "--threads", "1",       "--vocabulary", "16"};
                      },
                  .replaces = true,
                  .fixed = name};
  };
  std::vector<Writer> writers = {
      {.name = "--requests", .command = job("requests", {"--model", mdm})},
      {.name = "--prompts",
       .command = job("prompts", {"--model", mdm, "--total-length", "8", "--steps", "2"})},
      {.name = "--rescore", .command = job("rescore", {"--task", "gsm8k"})},
      {.name = "--changed",
       .command =
           [=](const std::string& target) {
             return Arguments{"compare", run, worse, "--changed", target};
           }},
      {.name = "--junit",
       .command =
           [=, base = files.path("base.json")](const std::string& target) {
             return Arguments{"compare", "--gate", base, run, "--junit", target};
           },
       .replaces = true},
      {.name = "--make-baseline",
       .command =
           [=](const std::string& target) {
             return Arguments{"compare", "--make-baseline", target, run};
           }},
      {.name = "--make-baseline --replace",
       .command =
           [=](const std::string& target) {
             return Arguments{"compare", "--make-baseline", target, run, "--replace"};
           },
       .replaces = true},
  };
  for (const char* name : {"leaderboard.json", "leaderboard.md", "leaderboard.csv"}) {
    writers.push_back({.name = name,
                       .command =
                           [=](const std::string& folder) {
                             return Arguments{"leaderboard", "export", run, "--output", folder};
                           },
                       .replaces = true,
                       .fixed = name});
  }
  for (const char* name : {"config.json", "log.jsonl", "training.json", "loss.svg"})
    writers.push_back(training(name));
  return writers;
}

std::string type_of(const fs::path& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return "nothing";
  switch (status.st_mode & static_cast<mode_t>(S_IFMT)) {
    case S_IFREG:
      return "file";
    case S_IFLNK:
      return "link";
    case S_IFIFO:
      return "pipe";
    case S_IFSOCK:
      return "socket";
    default:
      return "other";
  }
}

void plant_socket(const fs::path& path) {
  const Descriptor number(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(bind(number.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
}

/// Runs a writer whose output is something planted at a place of its own.
struct Case {
  Case(const Writer& writer, Files& files)
      : folder(files.new_folder()),
        target(folder / (writer.fixed.empty() ? "target" : writer.fixed)),
        command(writer.command(writer.fixed.empty() ? target.string() : folder.string())) {}

  /// Nothing under construction may be left.
  void run(int code) {
    result = test::smdm_eval(command);
    INFO(result.err);
    CHECK(result.code == code);
    for (const auto& entry : fs::directory_iterator(folder))
      CHECK_FALSE(entry.path().filename().string().starts_with(".smdm-"));
  }

  fs::path folder;
  fs::path target;
  Arguments command;
  test::CommandResult result;
};

/// A pipe with a reader that never waits: this test.
class Pipe {
 public:
  explicit Pipe(const fs::path& path) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    end_ = Descriptor(::open(path.c_str(), O_RDWR | O_NONBLOCK));
    REQUIRE(end_.is_open());
    REQUIRE(fcntl(end_.number(), F_SETPIPE_SZ, 1 << 20) > 0);
  }

  [[nodiscard]] bool has_bytes() const {
    std::array<char, 1> byte{};
    return ::read(end_.number(), byte.data(), byte.size()) == 1;
  }

 private:
  Descriptor end_;
};

void check_streams(const Writer& writer, Files& files) {
  // A leaderboard is read before it is written anew.
  const int code = writer.fixed == "leaderboard.json" ? 6 : 0;
  Case device(writer, files);
  fs::create_symlink("/dev/null", device.target);
  device.run(code);
  CHECK(type_of(device.target) == "link");

  Case full(writer, files);
  fs::create_symlink("/dev/full", full.target);
  full.run(6);
  CHECK(type_of(full.target) == "link");

  Case through(writer, files);
  const Pipe pipe(through.target);
  through.run(code);
  CHECK(type_of(through.target) == "pipe");
  CHECK(pipe.has_bytes() == (code == 0));

  Case socket(writer, files);
  plant_socket(socket.target);
  socket.run(6);
  CHECK(type_of(socket.target) == "socket");

  Case own(writer, files);
  fs::create_symlink("/proc/self/fd/1", own.target);
  own.run(code);
  CHECK(type_of(own.target) == "link");
  CHECK(own.result.out.empty() == (code != 0));
}

void check_links(const Writer& writer, Files& files) {
  const int code = writer.replaces ? 0 : 6;
  Case file(writer, files);
  const auto real = file.folder / "below" / "real";
  fs::create_directory(real.parent_path());
  const std::string before = writer.fixed == "leaderboard.json" ? files.leaderboard() : "before";
  test::write_file(real, before);
  fs::create_symlink(real, file.target);
  file.run(code);
  CHECK(type_of(file.target) == "link");
  CHECK(type_of(real) == "file");
  CHECK((test::read_file(real) != before) == writer.replaces);

  Case dangling(writer, files);
  fs::create_symlink("real", dangling.target);
  dangling.run(code);
  CHECK(type_of(dangling.target) == "link");
  CHECK(type_of(dangling.folder / "real") == (writer.replaces ? "file" : "nothing"));

  Case circle(writer, files);
  fs::create_symlink(circle.target.filename(), circle.target);
  circle.run(6);
  CHECK(type_of(circle.target) == "link");
}

}  // namespace

TEST_CASE("every output by what stands in its place") {
  Files files;
  for (const auto& writer : all_writers(files)) {
    INFO(writer.name);
    check_streams(writer, files);
    check_links(writer, files);
  }
}

}  // namespace smdm
