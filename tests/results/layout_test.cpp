#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/text/python.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

using Names = std::vector<std::string>;

Json results() {
  const auto run = test::sample_run();
  return results_json(run, summarize(run));
}

}  // namespace

TEST_CASE("blocks of a results file stand in lm-eval's order, ours last") {
  CHECK(keys(results()) == Names{"results",
                                 "group_subtasks",
                                 "configs",
                                 "versions",
                                 "n-shot",
                                 "higher_is_better",
                                 "n-samples",
                                 "config",
                                 "git_hash",
                                 "date",
                                 "pretty_env_info",
                                 "transformers_version",
                                 "upper_git_hash",
                                 "tokenizer_eos_token",
                                 "tokenizer_bos_token",
                                 "eot_token_id",
                                 "max_length",
                                 "task_hashes",
                                 "model_source",
                                 "model_name",
                                 "model_name_sanitized",
                                 "system_instruction",
                                 "system_instruction_sha",
                                 "fewshot_as_multiturn",
                                 "chat_template",
                                 "chat_template_sha",
                                 "start_time",
                                 "end_time",
                                 "total_evaluation_time_seconds",
                                 "smdm_eval"});
}

TEST_CASE("Monte Carlo errors stand beside standard errors, where they are known") {
  auto run = test::sample_run();
  const auto piqa = std::ranges::find(run.tasks, "piqa", &TaskRecord::name);
  piqa->metrics[0].mc_errors = {0.0, 0.5, 0.125};
  const auto all = results_json(run, summarize(run));
  const auto& block = all.at("results").at("piqa");
  CHECK(keys(block) == Names{"alias", "acc,none", "acc_stderr,none", "acc_mc_stderr,none",
                             "acc_norm,none", "acc_norm_stderr,none"});
  CHECK(block.at("acc_mc_stderr,none") == Approx(std::hypot(0.5, 0.125) / 3.0));
  const auto& own = all.at("smdm_eval").at("tasks").at("piqa").at("metrics");
  CHECK(own.at(0).at("mc_stderr") == block.at("acc_mc_stderr,none"));
  CHECK(own.at(1).at("mc_stderr").is_null());
  const auto sample = sample_json(*piqa, 1);
  CHECK(sample.at("smdm_eval").at("mc_stderr") == Json({{"acc,none", 0.5}}));
}

TEST_CASE("rows of results: groups and tasks by name, a group's tasks below it") {
  const Json all = results();
  const Json& block = all.at("results");
  CHECK(keys(block) == Names{"gen", "zero-shot", "lambada_standard", "piqa"});
  CHECK(block.at("zero-shot") == Json({{" ", " "}, {"alias", "zero-shot"}}));
  CHECK(block.at("lambada_standard").at("alias") == " - lambada_standard");
  CHECK(block.at("gen").at("alias") == "gen: a | b");
  CHECK(keys(block.at("piqa")) ==
        Names{"alias", "acc,none", "acc_stderr,none", "acc_norm,none", "acc_norm_stderr,none"});
  CHECK(block.at("piqa").at("acc,none") == 2.0 / 3);
  CHECK(block.at("piqa").at("acc_stderr,none") == 0.33333333333333337);  // lm-eval's own value
  CHECK(block.at("gen").at("exact_match,math") == 0.5);
  CHECK(all.at("group_subtasks") ==
        Json({{"zero-shot", {"piqa", "lambada_standard"}}, {"gen", Json::array()}}));
}

TEST_CASE("blocks with one entry per task") {
  const Json all = results();
  for (const char* block : {"configs", "versions", "n-shot"}) {
    CHECK(keys(all.at(block)) == Names{"gen", "lambada_standard", "piqa"});
  }
  CHECK(all.at("higher_is_better") ==
        Json({{"gen", {{"exact_match", true}}},
              {"lambada_standard", {{"perplexity", false}, {"acc", true}}},
              {"piqa", {{"acc", true}, {"acc_norm", true}}},
              {"zero-shot", {{"acc", true}, {"acc_norm", true}, {"perplexity", false}}}}));
  CHECK(all.at("n-samples").at("piqa") == Json({{"original", 5}, {"effective", 3}}));
  CHECK(all.at("versions").at("piqa").dump() == "1.0");
  const Json& config = all.at("configs").at("gen");
  CHECK(config.at("output_type") == "generate_until");
  CHECK(config.at("metric_list").size() == 1);  // one name, two filters
  CHECK(all.at("configs").at("piqa").at("dataset_path") == "json");
}

TEST_CASE("what the run was: lm-eval's config and tracker fields") {
  const Json all = results();
  CHECK(all.at("config").at("model_args") == "pretrained=models/x:y,estimator=mc,cfg=0.6");
  CHECK(all.at("config").at("limit") == 3.0);
  CHECK(all.at("config").at("random_seed") == 1234);
  CHECK(all.at("model_name_sanitized") == "models__x__y");
  CHECK(all.at("total_evaluation_time_seconds") == "0.9544093839999732");
  CHECK(all.at("tokenizer_eos_token") == Json::array({"</s>", "2"}));
  CHECK(all.at("smdm_eval").at("schema") == kResultsSchema);
  CHECK(all.at("smdm_eval").at("cfg") == 0.6);
  CHECK(all.at("smdm_eval").at("tasks").at("piqa").at("data_sha256") == "00ff");
}

TEST_CASE("a sample line, digests included, is lm-eval's with a block of ours") {
  // lm-eval 0.4.4 wrote this line for the same document, prompt and scores, up to "smdm_eval", the
  // second choice's is_greedy and compact separators.
  const Json line = sample_json(test::sample_run().tasks[0], 0);
  const Json wanted = Json::parse(R"({"doc_id": 0,
    "doc": {"goal": "g0 é", "sol1": "a0", "sol2": "bb0", "label": 0}, "target": "0",
    "arguments": {"gen_args_0": {"arg_0": "Question: g0 é\nAnswer:", "arg_1": " a0"},
                  "gen_args_1": {"arg_0": "Question: g0 é\nAnswer:", "arg_1": " bb0"}},
    "resps": [[["-1.3436424411240122", "False"]], [["-7.6377461897661405", "None"]]],
    "filtered_resps": [["-1.3436424411240122", "False"], ["-7.6377461897661405", "None"]],
    "doc_hash": "605be61119a4e3257bd32f3a71b31df555c819ccd2756c2adcd4296a444daed6",
    "prompt_hash": "7944371a16b02a439b477cf36735961aec31ca8451cc6d6cc6f26d160f8dc9ab",
    "target_hash": "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    "acc": 1.0, "acc_norm": 1.0})");
  Json theirs = line;
  theirs.erase("smdm_eval");
  CHECK(theirs.dump() == wanted.dump());
  const Json& own = line.at("smdm_eval");
  CHECK(own.at("metrics") == Json({{"acc,none", 1.0}, {"acc_norm,none", 1.0}}));
  CHECK(own.at("choices").at(1) == Json({{"nats", -7.6377461897661405},
                                         {"standard_error", 0.125},
                                         {"bound", "lower"},
                                         {"is_greedy", nullptr},
                                         {"rows", 16},
                                         {"tokens", 320}}));
}

TEST_CASE("task hashes are lm-eval's") {
  // lm-eval 0.4.4 gave this for the three documents of piqa.
  CHECK(results().at("task_hashes").at("piqa") ==
        "3aadaf0aca21b0d143e485dfbb7773934a4581d1686fe143b6a62e7dce61848e");
}

TEST_CASE("a generation's sample keeps one line for all filters") {
  const Json line = sample_json(test::sample_run().tasks[2], 0);
  CHECK(line.at("resps") == Json::array({Json::array({"line\n#### 1.0\t\"end\" √"})}));
  CHECK(line.at("filtered_resps") == Json::array({"1.0"}));
  CHECK(line.at("exact_match") == 0.0);  // of the first filter
  CHECK(line.at("smdm_eval").at("metrics").at("exact_match,math") == 1.0);
  CHECK(line.at("smdm_eval").at("forwards") == 64);
  CHECK(line.at("smdm_eval").at("first_stage") == "text");
}

TEST_CASE("numbers that are not finite never become invalid JSON") {
  auto run = test::sample_run();
  run.tasks[1].metrics[0].values[1] = -std::numeric_limits<double>::infinity();
  std::get<std::vector<ChoiceRecord>>(run.tasks[1].samples[1].outcome)[0].estimate.nats =
      -std::numeric_limits<double>::infinity();
  const Json all = results_json(run, summarize(run));
  CHECK(all.at("results").at("lambada_standard").at("perplexity,none").is_null());
  CHECK(all.at("results").at("lambada_standard").at("perplexity_stderr,none") == "N/A");
  const Json line = sample_json(run.tasks[1], 1);
  CHECK(line.at("perplexity").is_null());
  CHECK(line.at("resps").at(0).at(0).at(0) == "-inf");
  CHECK(Json::parse(json_line(line)) == line);
}

TEST_CASE("one document has no standard error: N/A, as lm-eval writes it") {
  auto run = test::sample_run();
  run.tasks = {run.tasks[0]};
  run.groups.clear();
  run.tasks[0].samples.resize(1);
  for (auto& metric : run.tasks[0].metrics) metric.values.resize(1);
  const Json all = results_json(run, summarize(run));
  CHECK(all.at("results").at("piqa").at("acc_stderr,none") == "N/A");
  CHECK(all.at("smdm_eval").at("tasks").at("piqa").at("metrics").at(0).at("stderr").is_null());
}

TEST_CASE("records that contradict themselves are refused") {
  auto run = test::sample_run();
  const auto summaries = summarize(run);
  CHECK_THROWS_AS(results_json(run, {}), std::invalid_argument);
  run.groups[0].tasks.push_back("absent");
  CHECK_THROWS_AS(results_json(run, summaries), std::invalid_argument);
  run = test::sample_run();
  run.groups[0].name = "gen";
  CHECK_THROWS_AS(results_json(run, summaries), std::invalid_argument);
  run = test::sample_run();
  run.tasks[2].name = "piqa";
  CHECK_THROWS_AS(results_json(run, summaries), std::invalid_argument);
}

TEST_CASE("a group whose tasks disagree about the direction has none") {
  auto run = test::sample_run();
  run.tasks[1].metrics[1].info.higher_is_better = false;
  CHECK(
      results_json(run, summarize(run)).at("higher_is_better").at("zero-shot").at("acc").is_null());
}

}  // namespace smdm
