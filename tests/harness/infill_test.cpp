// --task infill: what stands behind a gap is seen, by generation and by likelihood.
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

test::CommandResult infill(const Arguments& more) {
  Arguments arguments = {"--task", "infill"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::smdm_eval(arguments);
}

Json results_in(const fs::path& folder) {
  return Json::parse(test::read_file(test::file_in(folder, "results_")));
}

std::vector<Json> samples_of(const fs::path& folder, const Arguments& more) {
  auto arguments = more;
  arguments.insert(arguments.end(), {"--output", folder.string()});
  const auto result = infill(arguments);
  INFO(result.err);
  CHECK(result.code == 0);
  return test::json_lines(test::read_file(test::file_in(folder, "samples_")));
}

/// Answers of --prompts or --requests on the model of the task.
std::vector<Json> answers(const std::string& job,
                          const fs::path& folder,
                          const std::vector<Json>& asked) {
  std::string text;
  for (const auto& line : asked) text += line.dump() + "\n";
  const auto in = folder / (job.substr(2) + ".jsonl");
  test::write_file(in, text);
  const auto model = fs::path(SMDM_SOURCE_DIR) / "embedded" / "micro-base-mdm";
  const auto result = test::smdm_eval({job, in.string(), "--model", model.string()});
  INFO(result.err);
  CHECK(result.code == 0);
  return test::json_lines(result.out);
}

}  // namespace

TEST_CASE("a gap is filled as the same parts are under --prompts") {
  const test::TemporaryFolder folder;
  const auto samples = samples_of(folder.path() / "run", {"--limit", "12"});
  REQUIRE(samples.size() == 12);
  std::vector<Json> prompts;
  for (const auto& sample : samples) {
    const auto& doc = sample.at("doc");
    prompts.push_back({{"id", sample.at("doc_id")},
                       {"parts", {doc.at("before"), {{"mask", 1}}, doc.at("after")}}});
  }
  const auto filled = answers("--prompts", folder.path(), prompts);
  REQUIRE(filled.size() == samples.size());
  double right = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto text = samples[i].at("resps").at(0).at(0).get<std::string>();
    CHECK(filled[i].at("middles") == Json::array({text}));
    CHECK(filled[i].at("forwards") == 1);
    right += samples[i].at("exact_match").get<double>();
  }
  // A model that did not see what is behind the gap would guess one word of dozens.
  CHECK(right >= 8.0);
  const auto own = results_in(folder.path() / "run").at("smdm_eval").at("tasks");
  CHECK(own.at("micro_infill").at("settings").contains("sampler"));
  CHECK_FALSE(own.at("micro_infill").at("settings").contains("total_length"));
}

TEST_CASE("choices have the likelihoods that --requests gives them with the suffix") {
  const test::TemporaryFolder folder;
  const auto samples = samples_of(folder.path() / "run", {"--limit", "6", "--probe", "likelihood"});
  REQUIRE(samples.size() == 6);
  std::vector<Json> requests;
  for (const auto& sample : samples) {
    const auto& doc = sample.at("doc");
    for (const auto& choice : doc.at("choices")) {
      requests.push_back({{"id", 0},
                          {"context", doc.at("before")},
                          {"continuation", choice},
                          {"suffix", doc.at("after")}});
    }
  }
  const auto scored = answers("--requests", folder.path(), requests);
  double right = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      const auto nats = std::stod(samples[i].at("resps").at(k).at(0).at(0).get<std::string>());
      CHECK(nats == Approx(scored.at(4 * i + k).at("nats").get<double>()).margin(1e-9));
    }
    right += samples[i].at("acc").get<double>();
  }
  CHECK(right >= 4.0);
}

TEST_CASE("a file of one's own, whose middles have several tokens") {
  const test::TemporaryFolder folder;
  const auto data = folder.path() / "data";
  fs::create_directories(data / "infill");
  test::write_file(data / "infill" / "test.jsonl",
                   R"({"before": "Ben got the", "middle": " plate and Jack got the bag.", )"
                   R"("after": " Later Ben sold the plate"})"
                   "\n");
  const auto model = fs::path(SMDM_SOURCE_DIR) / "embedded" / "micro-base-mdm";
  const Arguments own = {"--model", model.string(), "--data", data.string()};
  auto arguments = own;
  arguments.insert(arguments.end(), {"--sampler", "entropy", "--steps", "64"});
  const auto samples = samples_of(folder.path() / "run", arguments);
  REQUIRE(samples.size() == 1);
  CHECK(samples.front().at("target") == " plate and Jack got the bag.");
  const auto own_task = results_in(folder.path() / "run").at("smdm_eval").at("tasks").at("infill");
  CHECK(own_task.at("forwards") == 7);
  arguments = own;
  arguments.insert(arguments.end(), {"--probe", "likelihood"});
  const auto refused = infill(arguments);
  CHECK(refused.code == 3);
  CHECK(contains(refused.err, "\"choices\""));
}

TEST_CASE("an autoregressive model and a length are refused") {
  const auto refused = [](const Arguments& more, int code, const std::string& words) {
    const auto result = infill(more);
    INFO(result.err);
    CHECK(result.code == code);
    CHECK(contains(result.err, words));
  };
  refused({"--backend", "arm"}, 5, "wanted a masked diffusion model, got an autoregressive one");
  refused({"--backend", "arm", "--probe", "likelihood"}, 5,
          "reads nothing behind the continuation");
  refused({"--total-length", "40"}, 2, "--total-length: wanted nothing of the kind for infill");
  refused({"--gen-length", "4"}, 2, "--gen-length: wanted nothing of the kind for infill");
}

}  // namespace smdm
