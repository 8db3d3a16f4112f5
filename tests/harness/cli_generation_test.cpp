// Samplers on the command line: where texts end, several answers, and the likelihood under a
// sampler.
#include <set>
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

using test::contains;

/// The lines of --prompts on an embedded model: answers of `micro-reverse-mdm` end early.
std::vector<Json> answers_of(const std::string& name, const std::vector<std::string>& more) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  test::write_file(file, R"({"id": 1, "prompt": "Ann Berg is the"})"
                         "\n"
                         R"({"id": 2, "prompt": "The mayor of Cedarton is"})"
                         "\n");
  const auto model = std::filesystem::path(SMDM_SOURCE_DIR) / "embedded" / name;
  std::vector<std::string> arguments = {"--prompts", file.string(), "--model", model.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  CHECK(result.code == 0);
  return test::json_lines(result.out);
}

TEST_CASE("--eos, --stop and --samples on the command line") {
  const std::vector<std::string> llada = {"--sampler", "llada",          "--gen-length",
                                          "20",        "--block-length", "4"};
  const auto with = [&](std::vector<std::string> more,
                        const std::string& name = "micro-reverse-mdm") {
    more.insert(more.begin(), llada.begin(), llada.end());
    return answers_of(name, more);
  };
  const auto whole = with({"--eos", "ignore"});
  const auto finished = with({});
  const auto cut = with({"--eos", "cut"});
  REQUIRE(whole.size() == 2);
  REQUIRE(finished.size() == 2);
  REQUIRE(cut.size() == 2);
  std::int64_t saved = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CHECK(finished[i].at("output_ids").size() < whole[i].at("output_ids").size());
    CHECK(finished[i].at("output_ids") == cut[i].at("output_ids"));
    CHECK(cut[i].at("forwards") == whole[i].at("forwards"));
    saved += whole[i].at("forwards").get<std::int64_t>() -
             finished[i].at("forwards").get<std::int64_t>();
  }
  CHECK(saved > 0);

  const auto text = with({}, "micro-base-mdm").front().at("text").get<std::string>();
  REQUIRE(text.size() > 3);
  const auto stop = text.substr(2, 2);
  const auto stopped =
      with({"--stop", "a text that never comes, \t", "--stop", stop}, "micro-base-mdm");
  CHECK(stopped.front().at("text") == text.substr(0, text.find(stop)));

  const auto samples = with({"--temperature", "1", "--samples", "3"}, "micro-base-mdm");
  REQUIRE(samples.size() == 6);
  std::set<std::string> texts;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(samples[i].at("id") == 1 + i / 3);
    CHECK(samples[i].at("sample") == i % 3);
    texts.insert(samples[i].at("output_ids").dump());
  }
  CHECK(texts.size() > 4);
  const auto one = with({"--temperature", "1"}, "micro-base-mdm");
  CHECK(one.front().at("output_ids") == samples.front().at("output_ids"));
}

TEST_CASE("--kv-cache on the command line: fewer tokens, marked as approximate") {
  const auto with = [](std::vector<std::string> more) {
    const std::vector<std::string> usual = {"--sampler",      "margin", "--gen-length", "24",
                                            "--block-length", "8",      "--eos",        "ignore"};
    more.insert(more.begin(), usual.begin(), usual.end());
    return answers_of("micro-base-mdm", more);
  };
  const auto none = with({});
  const auto prefix = with({"--kv-cache", "prefix"});
  const auto dual = with({"--kv-cache", "dual", "--cfg", "0.5"});
  const auto every = with({"--kv-cache", "dual", "--kv-refresh", "1"});
  for (std::size_t i = 0; i < 2; ++i) {
    const auto of = [&](const Json& answer, const char* key) {
      return answer.at(key).get<std::int64_t>();
    };
    const auto length = std::ssize(none[i].at("output_ids"));
    CHECK(of(none[i], "tokens") == 24 * length);
    CHECK(of(prefix[i], "tokens") == 3 * length + 7 * (24 + 16 + 8));
    CHECK(of(dual[i], "tokens") == 2 * (3 * length + 21 * 8));
    CHECK(of(dual[i], "forwards") == 24);
    CHECK(every[i].at("output_ids") == none[i].at("output_ids"));
    CHECK(of(every[i], "tokens") == of(none[i], "tokens"));
    CHECK_FALSE(none[i].contains("approximate"));
    for (const auto* answers : {&prefix, &dual, &every})
      CHECK((*answers)[i].at("approximate") == true);
  }
}

TEST_CASE("results of a run with a cache say so, and it is taken up where it ended") {
  const test::TemporaryFolder folder;
  const auto results = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--task",
                                          "gsm8k",
                                          "--limit",
                                          "3",
                                          "--sampler",
                                          "margin",
                                          "--keep-journal",
                                          "--block-length",
                                          "8",
                                          "--output",
                                          (folder.path() / name).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = test::smdm_eval(arguments);
    INFO(result.err);
    CHECK(result.code == 0);
    const auto file = test::file_in(folder.path() / name, "results_");
    const auto all = Json::parse(test::read_file(file)).at("smdm_eval");
    return all.at("tasks").begin().value();
  };
  const auto none = results("none", {});
  const auto dual = results("dual", {"--kv-cache", "dual"});
  CHECK_FALSE(none.contains("approximate"));
  CHECK(dual.at("approximate") == true);
  CHECK(dual.at("settings").at("kv_cache") == "dual");
  CHECK(dual.at("tokens") < none.at("tokens"));
  const auto cache = (folder.path() / "answers").string();
  const auto first = results("a", {"--cache", cache, "--kv-cache", "dual"});
  for (const std::string caching : {"dual", "prefix"}) {
    const auto again =
        test::smdm_eval({"--task", "gsm8k", "--limit", "3", "--sampler", "margin", "--block-length",
                         "8", "--cache", cache, "--kv-cache", caching, "--output",
                         (folder.path() / ("again-" + caching)).string()});
    CHECK(again.code == 0);
    const auto file = test::file_in(folder.path() / ("again-" + caching), "results_");
    const auto all = Json::parse(test::read_file(file)).at("smdm_eval");
    CHECK(all.at("cache_hits") == (caching == "dual" ? 3 : 0));
    if (caching == "dual")
      CHECK(all.at("tasks").begin().value().at("tokens") == first.at("tokens"));
  }
}

TEST_CASE("duel on the command line: values are a sampler's, and cost a row a step") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  test::write_file(file, R"({"id": 1, "context_ids": [1, 2], "continuation_ids": [3, 4, 5, 6]})");
  const auto model = (test::golden() / "mdm-tiny.safetensors").string();
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--requests", file.string(), "--model",
                                          model,        "--estimator", "duel"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::smdm_eval(arguments);
  };
  const auto answer = Json::parse(run({}).out);
  CHECK(answer.at("bound") == "sampler");
  CHECK(answer.at("standard_error").is_null());
  CHECK(answer.at("rows") == 4);
  CHECK(Json::parse(run({"--steps", "2", "--cfg", "0.5"}).out).at("rows") == 4);
  const auto refused = run({"--sampler", "llada"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "llada: it ranks positions by the tokens just drawn"));
}

TEST_CASE("an option that needs a token that ends a text is refused where there is none") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  test::write_file(file, R"({"id": 1, "prompt_ids": [1, 2]})");
  const auto model = (test::golden() / "mdm-tiny.safetensors").string();
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--prompts",    file.string(), "--model",   model,
                                          "--gen-length", "4",           "--sampler", "llada"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::smdm_eval(arguments);
  };
  CHECK(run({}).code == 0);
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"--eos", "finish"},
                                             {"--eos", "cut"},
                                             {"--logits-eos-inf"},
                                             {"--confidence-eos-eot-inf"}}) {
    const auto result = run(more);
    CHECK(result.code == 2);
    CHECK(contains(result.err, more.front() + ": wanted a checkpoint that names a token"));
  }
}

}  // namespace
}  // namespace smdm
