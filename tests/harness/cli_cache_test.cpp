// A file of answers that runs share, and the subcommand that looks after it.
#include <algorithm>
#include <filesystem>
#include <string>

#include "harness/cli/cache.hpp"
#include "harness/journal/answer_store.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

Json own_block(const fs::path& run) {
  return Json::parse(test::read_file(test::file_in(run, "results_"))).at("smdm_eval");
}

}  // namespace

TEST_CASE("a cached run computes nothing, and its answers are the same") {
  const test::TemporaryFolder folder;
  const auto cache = (folder.path() / "answers.sqlite").string();
  const auto run = [&](const std::string& name, const std::string& tasks,
                       const Arguments& more = {}) {
    Arguments job = {"--task", tasks, "--cache", cache};
    job.insert(job.end(), more.begin(), more.end());
    if (std::ranges::find(more, "--limit") == more.end()) job.insert(job.end(), {"--limit", "6"});
    return test::evaluated(job, folder.path() / name);
  };
  const auto first = own_block(run("first", "piqa,arc_easy,lambada_standard"));
  CHECK(first.at("cache_hits") == 0);
  CHECK(first.at("computed_answers") == 18);
  const auto second = own_block(run("second", "piqa,arc_easy,lambada_standard"));
  CHECK(second.at("cache_hits") == 18);
  CHECK(second.at("computed_answers") == 0);
  CHECK(second.at("computed_rows") == 0);
  CHECK(second.at("rows") == first.at("rows"));
  CHECK(second.at("tokens") == first.at("tokens"));
  for (const char* task :
       {"samples_micro_piqa", "samples_micro_arc_easy", "samples_micro_lambada"}) {
    CHECK(test::read_file(test::file_in(folder.path() / "first", task)) ==
          test::read_file(test::file_in(folder.path() / "second", task)));
  }
  // Other settings, and another model, have other answers; more documents have those of the fewer.
  CHECK(own_block(run("seed", "piqa", {"--seed", "1"})).at("cache_hits") == 0);
  CHECK(own_block(run("arm", "piqa", {"--backend", "arm"})).at("cache_hits") == 0);
  CHECK(own_block(run("batch", "piqa", {"--batch-size", "3"})).at("cache_hits") == 6);
  CHECK(own_block(run("more", "piqa", {"--limit", "9"})).at("cache_hits") == 6);

  const auto stats = test::smdm_eval({"cache", "stats", cache});
  CHECK(stats.code == 0);
  CHECK(contains(stats.out, "|all"));
  CHECK(contains(
      stats.out,
      own_block(folder.path() / "arm").at("model").at("weights_sha256").get<std::string>()));
  const auto verify = test::smdm_eval({"cache", "verify", cache});
  CHECK(verify.code == 0);
  CHECK(contains(verify.err, "33 answers, none damaged"));
  const auto digest = first.at("model").at("weights_sha256").get<std::string>();
  const auto prune = test::smdm_eval({"cache", "prune", cache, "--model", digest.substr(0, 12)});
  CHECK(prune.code == 0);
  CHECK(contains(prune.err, "removed 27 answers, 6 are left"));
  CHECK(own_block(run("again", "piqa")).at("cache_hits") == 0);
}

TEST_CASE("the zero-shot suite from a cache takes no forward") {
  const test::TemporaryFolder folder;
  const Arguments job = {"--task",  "zero-shot",
                         "--limit", "3",
                         "--cache", (folder.path() / "new" / "answers.sqlite").string()};
  const auto first = own_block(test::evaluated(job, folder.path() / "first"));
  const auto second = own_block(test::evaluated(job, folder.path() / "second"));
  CHECK(first.at("computed_answers") == 24);
  CHECK(first.at("computed_rows") == first.at("rows"));
  CHECK(second.at("computed_answers") == 0);
  CHECK(second.at("computed_rows") == 0);
  CHECK(second.at("rows") == first.at("rows"));
}

TEST_CASE("a damaged answer of a cache is computed again") {
  const test::TemporaryFolder folder;
  const auto cache = folder.path() / "answers.sqlite";
  const Arguments job = {"--task", "piqa", "--limit", "5", "--cache", cache.string()};
  const auto whole = test::evaluated(job, folder.path() / "whole");
  {
    Database database(cache, Sharing::shared, "");
    database.execute("UPDATE answers SET value = 'x' WHERE key = (SELECT min(key) FROM answers)");
  }
  const auto verify = test::smdm_eval({"cache", "verify", cache.string()});
  CHECK(verify.code == 6);
  CHECK(contains(verify.err, "1 of 5 answers are damaged"));
  const auto run = test::evaluated(job, folder.path() / "run");
  CHECK(own_block(run).at("cache_hits") == 4);
  CHECK(own_block(run).at("computed_answers") == 1);
  CHECK(test::read_file(test::file_in(run, "samples_")) ==
        test::read_file(test::file_in(whole, "samples_")));
  CHECK(test::smdm_eval({"cache", "verify", cache.string()}).code == 0);
}

TEST_CASE("a file that is no cache is refused and stays as it is") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "answers.sqlite";
  test::write_file(file, "a text of somebody's");
  for (const Arguments& job :
       {Arguments{"--task", "piqa", "--limit", "2", "--cache", file.string(), "--output",
                  (folder.path() / "run").string()},
        Arguments{"cache", "stats", file.string()}, Arguments{"cache", "verify", file.string()}})
    test::check_refused(job, 6, "is damaged, or no file of ours");
  CHECK(test::read_file(file) == "a text of somebody's");
  CHECK_FALSE(fs::exists(folder.path() / "run"));
  test::check_refused({"cache", "stats", (folder.path() / "none").string()}, 6,
                      "found nothing there");
  test::check_refused({"--task", "piqa", "--cache", folder.path().string()}, 6,
                      folder.path().string());
  // The journal of a run is not a cache.
  {
    const AnswerStore store(folder.path() / "journal.sqlite", StoreKind::journal);
  }
  test::check_refused({"cache", "stats", (folder.path() / "journal.sqlite").string()}, 6,
                      "wanted a cache");
}

TEST_CASE("what goes from a cache is said in numbers with units") {
  const test::TemporaryFolder folder;
  const auto file = (folder.path() / "answers.sqlite").string();
  {
    const AnswerStore store(file, StoreKind::cache);
  }
  test::check_refused({"cache", "prune", file}, 2, "wanted --size, --age or --model");
  for (const char* wrong : {"", "M", "-1", "3x", "1e99G", "nan"})
    test::check_refused({"cache", "prune", file, "--size=" + std::string(wrong)}, 2, "--size");
  test::check_refused({"cache", "prune", file, "--age", "3w"}, 2, "--age");
  CHECK(test::smdm_eval({"cache", "prune", file, "--size", "1.5M", "--age", "30d"}).code == 0);
  CHECK(amount_of("1.5k", {{'k', 1000}}, "--size", "") == 1500);
  CHECK(amount_of("7", {{'k', 1000}}, "--size", "") == 7);
}

TEST_CASE("a cache may stand in the configuration file") {
  const test::TemporaryFolder folder;
  const auto cache = folder.path() / "answers.sqlite";
  const auto config = folder.path() / "smdm.toml";
  test::write_file(config, "cache = \"" + cache.string() + "\"\n");
  const Arguments job = {"--task", "piqa", "--limit", "2", "--config", config.string()};
  test::evaluated(job, folder.path() / "a");
  CHECK(own_block(test::evaluated(job, folder.path() / "b")).at("cache_hits") == 2);
}

}  // namespace smdm
