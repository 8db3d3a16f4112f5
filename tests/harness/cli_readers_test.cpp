// Every input of the program by what can be wrong with the file: it is not there, a folder, a link
// in a circle, a name that is too long, a pipe that nobody writes, not to be read, damaged gzip.
// Each has its exit code and its reason, and none makes the program wait. A byte order mark is no
// fault.
#include <algorithm>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

constexpr const char* kProgram = SMDM_BINARY_DIR "/bin/smdm-eval";

/// How a file is read.
enum class Form : std::uint8_t {
  lines,   ///< of a file that may be packed
  text,    ///< as one text
  binary,  ///< where a byte order mark would be a fault, too
};

/// One input of the program: a good file, and a command that reads it.
struct Reader {
  std::string name;
  fs::path file;
  Arguments command;
  int code = 0;  ///< of the program, where the file is at fault
  Form form = Form::lines;
  bool stream = false;    ///< the user names it: it may be a pipe
  fs::path scratch = {};  ///< removed before the command: an output that may not be there
};

/// Good inputs of every kind.
class Files {
 public:
  Files() {
    test::write_job_inputs(folder_.path());
    write("dated.jsonl", R"({"text": "a text", "date": "2024-02-01"})");
    write("run.toml", "seed = 3");
    copy("data/openbookqa", path("data/openbookqa"));
    copy("micro-base-arm", path("model"));
    for (const char* task : {"piqa", "lambada"}) fs::create_directory(path("data") / task);
    write("data/piqa/valid.jsonl", R"({"goal": "Ben", "sol1": "sold", "sol2": "got"})");
    write("data/piqa/valid-labels.lst", "1");
    write("data/lambada/lambada_test_plain_text.txt", "ben sold the plate");
    write("model/evaluation.json", R"({"evaluation_version": 1, "tasks": {}})");
    const Arguments task = {"--task", "gsm8k", "--limit", "1", "--steps", "4"};
    test::evaluated(task, path("run"));
    test::evaluated(task, path("again"));
    REQUIRE(test::smdm_eval({"compare", "--make-baseline", path("base.json"), path("run")}).code ==
            0);
    REQUIRE(
        test::smdm_eval({"leaderboard", "export", path("run"), "--output", path("board")}).code ==
        0);
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::string name(const std::string& name) const { return path(name).string(); }

 private:
  void write(const std::string& name, const std::string& line) const {
    test::write_file(path(name), line + "\n");
  }
  static void copy(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    fs::copy(fs::path(SMDM_SOURCE_DIR) / "embedded" / from, to, fs::copy_options::recursive);
  }
  test::TemporaryFolder folder_;
};

/// Inputs that the user names one by one.
std::vector<Reader> named_inputs(const Files& files) {
  const std::string mdm = (test::golden() / "mdm-tiny.safetensors").string();
  const auto job = [&](const std::string& name, const Arguments& more) {
    const auto file = files.path(name + ".jsonl");
    Arguments all = {"--" + name, file.string()};
    all.insert(all.end(), more.begin(), more.end());
    return Reader{.name = "--" + name,
                  .file = file,
                  .command = all,
                  .code = 3,
                  .form = Form::lines,
                  .stream = true};
  };
  return {
      job("requests", {"--model", mdm}),
      job("prompts", {"--model", mdm, "--total-length", "8", "--steps", "2"}),
      job("rescore", {"--task", "gsm8k"}),
      {.name = "a dated corpus",
       .file = files.path("dated.jsonl"),
       .command = {"--task", "temporal_shift", "--model", files.name("model"), "--data",
                   files.name("dated.jsonl"), "--dry-run"},
       .code = 3,
       .form = Form::lines,
       .stream = true},
      {.name = "train --corpus",
       .file = files.path("corpus.jsonl"),
       .command = {"train", "--corpus", files.name("corpus.jsonl"), "--output",
                   files.name("trained"), "--layers", "1", "--width", "16", "--heads", "2",
                   "--context", "8", "--steps", "1", "--threads", "1", "--vocabulary", "16"},
       .code = 3,
       .form = Form::lines,
       .stream = true,
       .scratch = files.path("trained")},
      {.name = "--config",
       .file = files.path("run.toml"),
       .command = {"--config", files.name("run.toml"), "--list-tasks"},
       .code = 2,
       .form = Form::text,
       .stream = true},
      {.name = "--gate",
       .file = files.path("base.json"),
       .command = {"compare", "--gate", files.name("base.json"), files.name("run")},
       .code = 6,
       .form = Form::text,
       .stream = true},
  };
}

/// Inputs that lie in a folder under a name of their own.
std::vector<Reader> files_in_folders(const Files& files) {
  const auto evaluation = [&](const std::string& task) {
    return Arguments{"--task",           task,       "--model", files.name("model"), "--data",
                     files.name("data"), "--dry-run"};
  };
  std::vector<Reader> readers;
  for (const auto& [task, file] :
       {std::pair("piqa", "piqa/valid.jsonl"), std::pair("piqa", "piqa/valid-labels.lst"),
        std::pair("openbookqa", "openbookqa/test.jsonl"),
        std::pair("lambada_standard", "lambada/lambada_test_plain_text.txt")}) {
    readers.push_back(
        {.name = file, .file = files.path("data") / file, .command = evaluation(task), .code = 3});
  }
  for (const auto& [file, form] :
       {std::pair("config.json", Form::text), std::pair("evaluation.json", Form::text),
        std::pair("model.safetensors", Form::binary), std::pair("tokenizer.model", Form::binary)}) {
    readers.push_back({.name = file,
                       .file = files.path("model") / file,
                       .command = evaluation("piqa"),
                       .code = 4,
                       .form = form});
  }
  const Arguments comparison = {"compare", files.name("run"), files.name("again")};
  readers.push_back({.name = "results",
                     .file = test::file_in(files.path("run"), "results_"),
                     .command = {"compare", "", files.name("again")},
                     .code = 6,
                     .form = Form::text});
  readers.back().command[1] = readers.back().file.string();
  readers.push_back({.name = "samples",
                     .file = test::file_in(files.path("run"), "samples_"),
                     .command = comparison,
                     .code = 6,
                     .form = Form::binary});
  readers.push_back(
      {.name = "leaderboard.json",
       .file = files.path("board/leaderboard.json"),
       .command = {"leaderboard", "export", files.name("run"), "--output", files.name("board")},
       .code = 6,
       .form = Form::text});
  return readers;
}

/// Takes a reader's good file away while it lives.
class WithoutFile {
 public:
  explicit WithoutFile(const fs::path& file) : file_(file), kept_(file.string() + ".kept") {
    fs::rename(file_, kept_);
  }
  ~WithoutFile() {
    std::error_code ignored;
    fs::remove_all(file_, ignored);
    fs::rename(kept_, file_);
  }
  WithoutFile(const WithoutFile&) = delete;
  WithoutFile& operator=(const WithoutFile&) = delete;

  [[nodiscard]] const fs::path& kept() const { return kept_; }

 private:
  fs::path file_;
  fs::path kept_;
};

test::CommandResult run(const Reader& reader, const Arguments& command) {
  fs::remove_all(reader.scratch);
  return test::smdm_eval(command);
}

/// One line of error with the reason, and the code of the reader's kind.
void check_refused(const Reader& reader,
                   const test::CommandResult& result,
                   const std::string& why) {
  INFO(result.err);
  CHECK(result.code == reader.code);
  const auto lines = test::lines_of(result.err);
  REQUIRE_FALSE(lines.empty());
  CHECK(test::contains(lines.back(), "smdm-eval: error: "));
  CHECK(test::contains(lines.back(), why));
}

void check_refused(const Reader& reader, const std::string& why) {
  check_refused(reader, run(reader, reader.command), why);
}

void check_paths(const Reader& reader) {
  {
    const WithoutFile without(reader.file);
    fs::create_symlink(reader.file.filename(), reader.file);
    check_refused(reader, "Too many levels of symbolic links");
  }
  {
    const WithoutFile without(reader.file);
    fs::create_directory(reader.file);
    check_refused(reader, reader.file.string());
  }
  {
    const WithoutFile without(reader.file);
    REQUIRE(mkfifo(reader.file.c_str(), 0600) == 0);
    if (!reader.stream) return check_refused(reader, "a device, a pipe or a socket");
    auto line = Arguments{"-c",
                          R"(cat "$1" >"$2" & shift 2; exec "$@")",
                          "sh",
                          without.kept().string(),
                          reader.file.string(),
                          kProgram};
    line.insert(line.end(), reader.command.begin(), reader.command.end());
    fs::remove_all(reader.scratch);
    const auto piped = test::run_command("/bin/sh", line);
    INFO(piped.err);
    CHECK(piped.code == 0);
  }
}

void check_names(const Reader& reader) {
  if (!reader.stream) return;
  const auto named = [&](const std::string& name) {
    auto command = reader.command;
    std::ranges::replace(command, reader.file.string(), name);
    return run(reader, command);
  };
  const auto folder = reader.file.parent_path();
  check_refused(reader, named((folder / std::string(300, 'x')).string()), "File name too long");
  for (const auto& nowhere : {folder / "nowhere", folder / "no" / "file", reader.file / "below"})
    check_refused(reader, named(nowhere.string()), nowhere.string());
}

void check_contents(const Reader& reader) {
  const auto good = test::read_file(reader.file);
  const WithoutFile without(reader.file);
  if (reader.form != Form::binary) {
    test::write_file(reader.file, "\xEF\xBB\xBF" + good);
    const auto marked = run(reader, reader.command);
    INFO(marked.err);
    CHECK(marked.code == 0);
  }
  const auto packed = test::gzip(good);
  auto second = test::gzip("\n");
  second[second.size() - 6] = static_cast<char>(second[second.size() - 6] ^ 1);
  for (const auto& damaged : {packed + second, packed + "junk"}) {
    test::write_file(reader.file, damaged);
    check_refused(reader, reader.form == Form::lines ? "wanted an intact gzip file" : "");
  }
  if (reader.form != Form::lines) return;
  test::write_file(reader.file, packed + test::gzip("\n") + std::string(10, '\0'));
  CHECK(run(reader, reader.command).code == 0);
}

/// A user who may read what everybody may.
Arguments as_nobody(const Arguments& command) {
  Arguments all = {"--reuid=65534", "--regid=65534", "--clear-groups", kProgram};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

test::CommandResult run_as_nobody(const Arguments& command) {
  return geteuid() == 0 ? test::run_command("setpriv", as_nobody(command))
                        : test::smdm_eval(command);
}

/// Lets that user read and write a folder with all in it. @return false  if there is no such user
bool opened_to_nobody(const fs::path& folder) {
  if (run_as_nobody({"--version"}).code != 0) {
    test::skip("no other user here who can start the program");
    return false;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    fs::permissions(entry.path(), fs::perms(entry.is_directory() ? 0777 : 0644));
  fs::permissions(folder, fs::perms(0777));
  return true;
}

void check_permission(const Reader& reader) {
  fs::permissions(reader.file, fs::perms(0));
  const auto result = run_as_nobody(reader.command);
  fs::permissions(reader.file, fs::perms(0644));
  check_refused(reader, result, "Permission denied");
}

}  // namespace

TEST_CASE("every input by what is wrong with its file") {
  const Files files;
  auto readers = named_inputs(files);
  for (auto& reader : files_in_folders(files)) readers.push_back(std::move(reader));
  for (const auto& reader : readers) {
    INFO(reader.name);
    const auto good = run(reader, reader.command);
    INFO(good.err);
    REQUIRE(good.code == 0);
    check_paths(reader);
    check_names(reader);
    check_contents(reader);
  }
}

TEST_CASE("a corpus may come through a pipe") {
  const Files files;
  const auto piped = test::run_command(
      "/bin/sh",
      {"-c", R"(cat "$1" | "$2" --task temporal_shift --model "$3" --data /dev/stdin --dry-run)",
       "sh", files.name("dated.jsonl"), kProgram, files.name("model")});
  INFO(piped.err);
  CHECK(piped.code == 0);
}

TEST_CASE("invented data are told by world.json, whatever stands there") {
  const Files files;
  fs::create_directories(files.path("data/reversal_curse/microworld"));
  const Arguments command = {"--task", "openbookqa",       "--model",  files.name("model"),
                             "--data", files.name("data"), "--dry-run"};
  CHECK(test::smdm_eval(command).out.find("micro_openbookqa") == std::string::npos);
  REQUIRE(mkfifo(files.path("world.json").c_str(), 0600) == 0);
  CHECK(test::contains(test::smdm_eval(command).out, "micro_openbookqa"));
}

TEST_CASE("a byte order mark in the middle of lines is a fault of its line") {
  const Files files;
  const std::string mark = "\xEF\xBB\xBF";
  for (const auto& reader : named_inputs(files)) {
    if (reader.form != Form::lines) continue;
    INFO(reader.name);
    const auto good = test::read_file(reader.file);
    for (const auto& text : {good + mark + good, mark + mark + good}) {
      test::write_file(reader.file, text);
      check_refused(reader, ": ");
    }
    test::write_file(reader.file, good);
  }
}

TEST_CASE("an input that may not be read says so") {
  const Files files;
  if (!opened_to_nobody(files.path(""))) return;
  auto readers = named_inputs(files);
  for (auto& reader : files_in_folders(files)) readers.push_back(std::move(reader));
  for (const auto& reader : readers) {
    INFO(reader.name);
    check_permission(reader);
  }
}

TEST_CASE("a folder that is not there and one that may not be entered are told apart") {
  const Files files;
  const auto inside = files.path("closed") / "inside";
  fs::create_directories(inside);
  const std::string folder = inside.string();
  const std::string model = files.name("model");
  if (!opened_to_nobody(files.path(""))) return;
  const std::vector<std::pair<int, Arguments>> commands = {
      {3, {"--task", "piqa", "--model", model, "--data", folder, "--dry-run"}},
      {3, {"--task", "temporal_shift", "--model", model, "--data", folder, "--dry-run"}},
      {4, {"--task", "piqa", "--model", folder, "--data", files.name("data"), "--dry-run"}},
      {6, {"compare", files.name("run"), folder}},
      {6, {"leaderboard", "list", folder}},
      {6, {"leaderboard", "export", folder, "--output", files.name("board")}},
  };
  for (const auto& [code, command] : commands) {
    const Reader reader = {
        .name = command.front(), .file = inside, .command = command, .code = code};
    fs::permissions(files.path("closed"), fs::perms(0));
    const auto closed = run_as_nobody(command);
    fs::permissions(files.path("closed"), fs::perms(0777));
    check_refused(reader, closed, "Permission denied");
    auto elsewhere = command;
    std::ranges::replace(elsewhere, folder, folder + "-no");
    const auto absent = test::smdm_eval(elsewhere);
    check_refused(reader, absent, "");
    CHECK(absent.err.find("Permission denied") == std::string::npos);
  }
}

}  // namespace smdm
