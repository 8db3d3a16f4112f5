// The embedded checkpoints come from the command that they name: its first steps are repeated.
#include <filesystem>
#include <map>
#include <sstream>

#include "base/files/digest.hpp"
#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// CPU types differ in the last bits, which the first steps hardly amplify.
constexpr double kTolerance = 0.01;
constexpr int kSteps = 40;

fs::path embedded() {
  return fs::path(SMDM_SOURCE_DIR) / "embedded";
}

std::vector<std::string> recorded_command(const std::string& checkpoint) {
  const auto training = Json::parse(test::read_file(embedded() / checkpoint / "training.json"));
  return training.at("provenance").at("command").get<std::vector<std::string>>();
}

std::map<int, double> losses_of(const fs::path& log) {
  std::map<int, double> losses;
  std::istringstream lines(test::read_file(log));
  for (std::string line; std::getline(lines, line);) {
    const auto record = Json::parse(line);
    losses[record.at("step").get<int>()] = record.at("loss").get<double>();
  }
  return losses;
}

}  // namespace

TEST_CASE("the world is the one that the embedded data come from") {
  const test::TemporaryFolder folder;
  const auto world = folder.path() / "world";
  REQUIRE(test::smdm_eval({"microworld", "--seed", "0", "--output", world.string()}).code == 0);
  for (const auto& entry : fs::recursive_directory_iterator(world / "data")) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path());
    const auto other = embedded() / "data" / fs::relative(entry.path(), world / "data");
    REQUIRE(fs::exists(other));
    CHECK(test::read_file(entry.path()) == test::read_file(other));
  }
  CHECK(test::read_file(world / "world.json") == test::read_file(embedded() / "world.json"));
  const auto files_in = [](const fs::path& where) {
    return std::distance(fs::recursive_directory_iterator(where),
                         fs::recursive_directory_iterator());
  };
  CHECK(files_in(world / "data") == files_in(embedded() / "data"));

  for (const auto* name : {"base", "gsm8k", "reverse", "line"}) {
    for (const auto* kind : {"mdm", "arm"}) {
      const auto checkpoint = std::string("micro-") + name + "-" + kind;
      INFO(checkpoint);
      CHECK(fs::file_size(embedded() / checkpoint / "model.safetensors") <= 1'400'000);
      const auto corpus = world / "training" / name / "train.jsonl";
      const auto training = Json::parse(test::read_file(embedded() / checkpoint / "training.json"));
      CHECK(training.at("settings").at("corpus").at("sha256").at(0) == sha256_of_file(corpus));
      auto command = recorded_command(checkpoint);
      const auto output = folder.path() / checkpoint;
      for (auto& argument : command) {
        if (argument.starts_with("world/")) argument = (folder.path() / argument).string();
        // Another SentencePiece may train other pieces; the stored ones are what was used.
        if (argument.ends_with("tokenizer.model"))
          argument = (embedded() / checkpoint / "tokenizer.model").string();
        if (argument == checkpoint) argument = output.string();
      }
      command.insert(command.end(), {"--stop-at", std::to_string(kSteps)});
      const auto result = test::smdm_eval(command);
      INFO(result.err);
      REQUIRE(result.code == 0);
      const auto again = losses_of(output / "log.jsonl");
      const auto recorded = losses_of(embedded() / checkpoint / "log.jsonl");
      REQUIRE(again.size() >= 2);
      for (const auto& [step, loss] : again) {
        INFO("step " << step);
        CHECK(loss == Approx(recorded.at(step)).epsilon(kTolerance));
      }
    }
  }
}

}  // namespace smdm
