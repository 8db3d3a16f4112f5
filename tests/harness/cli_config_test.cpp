// The configuration file, which is TOML 1.0: what it means, and what is refused where. Values are
// looked at in Settings, errors as a user meets them.
#include <limits>

#include "harness/cli/configuration.hpp"
#include "harness/cli/toml.hpp"
#include "harness/settings/table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

constexpr int kUsage = 2;

/// A file called run.toml in a folder of its own.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& content) { test::write_file(path(), content); }
  [[nodiscard]] std::string path() const { return (folder_.path() / "run.toml").string(); }

 private:
  test::TemporaryFolder folder_;
};

Settings settings_of(const std::string& content) {
  const ConfigFile file(content);
  Settings settings;
  read_configuration(file.path(), [](const Setting& /*setting*/) { return false; }, settings);
  return settings;
}

/// The program refuses the file in one line that has these parts.
void check_refused(const std::string& content, const std::vector<std::string>& parts) {
  const ConfigFile file(content);
  const auto result = test::smdm_eval({"--config", file.path()});
  INFO(content << "\n" << result.err);
  CHECK(result.code == kUsage);
  CHECK(result.out.empty());
  CHECK(test::lines_of(result.err).size() == 1);
  for (const auto& part : parts) CHECK(contains(result.err, part));
}

}  // namespace

TEST_CASE("a configuration file means what TOML says") {
  CHECK(settings_of("output = \"o#x\"  # a comment\n").output == "o#x");
  CHECK(settings_of("output = \"back\\\\slash\"\n").output == "back\\slash");
  CHECK(settings_of("output = \"\\u0041\\U0001F600\"\n").output == "A\xF0\x9F\x98\x80");
  CHECK(settings_of("output = 'C:\\new'\n").output == "C:\\new");
  CHECK(settings_of("output = \"\"\"\ntwo\nlines\"\"\"\n").output == "two\nlines");
  CHECK(settings_of("\xEF\xBB\xBFseed = 3\n").seed == 3U);
  CHECK(settings_of("seed = 1_000\r\nsteps = 0x10\r\n").seed == 1000U);
  CHECK(settings_of("steps = 0x10\nstages = +2\n").steps == 16);
  CHECK(settings_of("\"seed\" = 5\n").seed == 5U);
  CHECK(settings_of("# nothing\n\n").seed == std::nullopt);
}

TEST_CASE("every type of option has its values in a configuration file") {
  const auto settings = settings_of(R"(
task = ["piqa", "arc_easy,boolq"]
text-fields = "title,abstract"
racing = true
greedy = false
model = "m"
mc-samples = 9223372036854775807
threads = 2
cfg = 2
temperature = 1e-1
limit = 0.5
)");
  CHECK(settings.tasks == std::vector<std::string>{"piqa", "arc_easy", "boolq"});
  CHECK(settings.text_fields == std::vector<std::string>{"title", "abstract"});
  CHECK(settings.racing);
  CHECK_FALSE(settings.greedy);
  CHECK(settings.model == "m");
  CHECK(settings.mc_samples == std::numeric_limits<std::int64_t>::max());
  CHECK(settings.threads == 2);
  CHECK(settings.cfg == 2.0);
  CHECK(settings.temperature == 0.1);
  CHECK(settings.limit == 0.5);
}

TEST_CASE("a key is any name of its option") {
  for (const char* key : {"output", "output_path", "output-path", "o"})
    CHECK(settings_of(std::string(key) + " = \"x\"").output == "x");
  for (const char* key : {"batch-size", "batch_size", "b"})
    CHECK(settings_of(std::string(key) + " = 3").batch_size == 3);
  CHECK(settings_of("tasks = \"piqa\"").tasks == std::vector<std::string>{"piqa"});
  CHECK(settings_of("L = 3").limit == 3.0);
  CHECK(settings_of("log_samples = true").log_samples);
}

TEST_CASE("what the command line gives is checked in the file and not taken from it") {
  const ConfigFile file("seed = 3\ncfg = 0.5\n");
  Settings settings;
  settings.seed = 7;
  const auto given = [](const Setting& setting) { return name_of(setting) == "seed"; };
  read_configuration(file.path(), given, settings);
  CHECK(settings.seed == 7U);
  CHECK(settings.cfg == 0.5);
  const ConfigFile wrong("seed = \"x\"\n");
  CHECK_THROWS_AS(read_configuration(wrong.path(), given, settings), Error);
  const ConfigFile task("task = \"no_such\"\n");
  const auto result = test::smdm_eval({"--config", task.path(), "--tasks", "nor_this"});
  CHECK(contains(result.err, "nor_this"));
}

TEST_CASE("what is no TOML is refused with its line and column") {
  check_refused("task = \"piqa\"\nseed = 010\n", {"run.toml:2:", "leading zero"});
  check_refused("seed = 1\nseed = 2\n", {"run.toml:2:", "seed"});
  check_refused("task = piqa\n", {"run.toml:1:", "a text stands in quotes"});
  check_refused("model = \"a\xFF\"\n", {"run.toml:1:", "utf-8"});
  check_refused("model = \"a\n", {"run.toml:1:"});
  check_refused("\n\nseed\n", {"run.toml:3:"});
  check_refused("task : \"piqa\"\n", {"run.toml:1:"});
  check_refused("; comment\n", {"run.toml:1:"});
  check_refused("seed = 9223372036854775808\n", {"run.toml:1:", "64 bits"});
}

TEST_CASE("TOML that no option has is refused where it stands") {
  const char* top = "wanted options at the top level, got the table";
  check_refused("seed = 1\n[bench]\nseconds = 3\n", {"run.toml:2:2: ", top, "[bench]"});
  check_refused("bench.seconds = 3\n", {"run.toml:1:1: ", top, "[bench]"});
  check_refused("[[x]]\na = 1\n", {"run.toml:1:3: ", top, "[x]"});
  check_refused("x = {a = 1}\n", {"run.toml:1:1: ", top});
  check_refused("period = 1979-05-27\n", {"run.toml:1:1: ", "period", "got a date"});
  check_refused("period = [1979-05-27T07:32:00Z]\n", {"run.toml:1:1: ", "period"});
  check_refused("task = [[\"piqa\"]]\n", {"run.toml:1:1: ", "task", "got an array"});
  check_refused("modle = \"x\"\n", {"run.toml:1:1: ", "\"modle\"", "did you mean \"model\"?"});
  check_refused("\n  mc_samples = 4\n", {"run.toml:2:3: ", "did you mean \"mc-samples\"?"});
  check_refused("config = \"x\"\n", {"run.toml:1:1: unknown option \"config\""});
  check_refused("task = \"a\"\nL = 3\nlimit = 4\n", {"run.toml:3:1: limit: ", "also as L"});
}

TEST_CASE("a value of another type or size is refused, with what was wanted and what came") {
  check_refused("seed = \"5\"\n", {"run.toml:1:1: seed: wanted a whole number, got \"5\""});
  check_refused("seed = 5.0\n", {"seed: wanted a whole number, got 5"});
  check_refused("seed = -1\n", {"seed: wanted a whole number from 0 to ", ", got -1"});
  check_refused("threads = 2147483648\n", {"threads: ", "to 2147483647, got 2147483648"});
  check_refused("cfg = \"1\"\n", {"cfg: wanted a number, got \"1\""});
  check_refused("cfg = inf\n", {"cfg: wanted a number, got inf"});
  check_refused("cfg = nan\n", {"cfg: wanted a number, got nan"});
  check_refused("model = 5\n", {"model: wanted a text in quotes, got 5"});
  check_refused("model = \"\"\n", {"model: ", "not empty"});
  check_refused("model = \"a\\u0000b\"\n", {"model: ", "NUL"});
  check_refused("racing = 1\n", {"racing: wanted true or false, got 1"});
  check_refused("racing = \"true\"\n", {"racing: wanted true or false"});
  check_refused("task = [1, 2]\n", {"task: wanted a list of texts in quotes, got [1,2]"});
  check_refused("task = []\n", {"task: wanted at least one value"});
  check_refused("estimator = \"balancd\"\n", {"run.toml:1:1: ", "did you mean balanced?"});
}

TEST_CASE("a key of very many parts is refused with its line") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "deep.toml";
  std::string key = "a";
  for (int i = 0; i < 100'000; ++i) key += ".a";
  for (const auto& line : {key + " = 1", "[" + key + "]"}) {
    test::write_file(file, "seed = 1\n" + line + "\n");
    const auto result = test::smdm_eval({"--config", file.string(), "--list-tasks"});
    CHECK(result.code == kUsage);
    CHECK(contains(result.err, file.string() + ":2:1: wanted the name of an option"));
  }
}

TEST_CASE("a configuration file that cannot be read is told with the system's reason") {
  const test::TemporaryFolder folder;
  for (const auto& [file, reason] :
       {std::pair(folder.path() / "absent.toml", "got: No such file or directory"),
        std::pair(folder.path(), "got a folder")}) {
    const auto result = test::smdm_eval({"--config", file.string()});
    CHECK(result.code == kUsage);
    CHECK(contains(result.err, "--config: wanted "));
    CHECK(contains(result.err, file.string() + ", " + reason));
  }
}

}  // namespace smdm
