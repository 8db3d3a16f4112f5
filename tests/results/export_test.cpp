// Runs exported for other programs: names and content of the files, and what happens to files that
// are there. tests/python/check_exports.py gives them to those programs' own code.
#include <algorithm>
#include <limits>
#include <map>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/metrics/list.hpp"
#include "base/text/json_text.hpp"
#include "results/export/every_eval_ever_parts.hpp"
#include "results/export/run_files.hpp"
#include "results/run/model_name.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

/// Content by path.
using Files = std::map<std::string, std::string>;

Files files_of(const std::vector<ExportedFile>& exported) {
  Files files;
  for (const auto& file : exported) files[file.path.string()] = file.content;
  CHECK(files.size() == exported.size());
  return files;
}

Files on_disk(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = test::read_file(entry.path());
  }
  return files;
}

/// The only file whose path has this in it.
std::pair<std::string, std::string> one_of(const Files& files, const std::string& part) {
  std::pair<std::string, std::string> found;
  for (const auto& [path, content] : files) {
    if (path.find(part) == std::string::npos) continue;
    REQUIRE(found.first.empty());
    found = {path, content};
  }
  REQUIRE(!found.first.empty());
  return found;
}

std::vector<Json> lines_in(const std::string& content) {
  std::vector<Json> lines;
  for (const auto& line : test::lines_of(content)) lines.push_back(parse_json(line));
  return lines;
}

Facts stored(const RunRecord& run = test::sample_run()) {
  return test::as_stored(run);
}

/// The record of a task and the rows beside it.
struct Collected {
  Json record;
  std::vector<Json> rows;
  std::string path;
};

Collected collected(const Files& files, const std::string& task) {
  for (const auto& [path, content] : files) {
    if (!path.ends_with(".json")) continue;
    auto record = parse_json(content);
    if (!record.at("evaluation_id").get<std::string>().starts_with(task + "/")) continue;
    const auto& details = record.at("detailed_evaluation_results");
    return {.record = record, .rows = lines_in(files.at(details.at("file_path"))), .path = path};
  }
  FAIL("no record of " << task);
  return {};
}

}  // namespace

TEST_CASE("lm-eval's files: a folder of the model, and a line for each document and filter") {
  const auto files = files_of(lm_eval_files(stored(), {}));
  CHECK(files.size() == 4);
  for (const auto& [path, content] : files) CHECK(path.starts_with("models__x__y/"));
  const auto lines = lines_in(one_of(files, "/samples_gen_").second);
  REQUIRE(lines.size() == 4);  // two documents under two filters
  CHECK(lines[0].at("filter") == "none");
  CHECK(lines[1].at("filter") == "none");
  CHECK(lines[2].at("filter") == "math");
  CHECK(lines[2].at("doc_id") == 0);
  CHECK(lines[2].at("metrics") == Json::array({"exact_match"}));
  CHECK(lines[0].at("exact_match") == 0.0);
  CHECK(lines[2].at("exact_match") == 1.0);
  CHECK(!lines[0].contains("smdm_eval"));
  const auto choices = lines_in(one_of(files, "/samples_piqa_").second);
  CHECK(choices.at(0).at("metrics") == Json::array({"acc", "acc_norm"}));
  CHECK(choices.at(0).at("filtered_resps").at(0) == Json::array({"-1.3436424411240122", "False"}));
}

TEST_CASE("lm-eval's results file has its blocks and none of ours") {
  const auto files = files_of(lm_eval_files(stored(), {}));
  const auto results = parse_json(one_of(files, "/results_").second);
  CHECK(!results.contains("smdm_eval"));
  CHECK(!results.contains("start_time"));
  CHECK(results.at("results").at("piqa").at("name") == "piqa");
  CHECK(results.at("results").at("piqa").at("sample_len") == 3);
  CHECK(results.at("results").at("gen").at("alias") == "gen: a | b");
  CHECK(results.at("results").at("zero-shot") ==
        Json({{"alias", "zero-shot"}, {"name", "zero-shot"}}));
  CHECK(results.at("group_subtasks") ==
        Json({{"zero-shot", Json::array({"piqa", "lambada_standard"})}}));
  CHECK(results.at("versions").at("zero-shot") == "N/A");
  CHECK(results.at("n-shot").at("zero-shot") == 0);
  CHECK(results.at("chat_template").is_null());
  CHECK(results.at("tokenizer_pad_token") == Json::array({nullptr, "None"}));
  CHECK(results.at("tokenizer_eos_token") == Json::array({"</s>", "2"}));
  CHECK(results.at("config").at("model_args") == "pretrained=models/x:y,estimator=mc,cfg=0.6");
  CHECK(results.at("configs").at("piqa").at("metadata").at("likelihood").at("acc,none") == "lower");
  // Over the lines as they stand, all filters of a document after each other's documents.
  std::string hashes;
  for (const auto& line : lines_in(one_of(files, "/samples_gen_").second)) {
    for (const char* key : {"doc_hash", "prompt_hash", "target_hash"})
      hashes += line.at(key).get<std::string>();
  }
  CHECK(results.at("task_hashes").at("gen") == sha256(hashes));
}

TEST_CASE("without texts lm-eval's files are the results alone") {
  const auto files = files_of(lm_eval_files(stored(), {.texts = false}));
  CHECK(files.size() == 1);
  CHECK(contains(files.begin()->first, "/results_"));
}

TEST_CASE("a model's name never leads out of the export's folder") {
  auto run = test::sample_run();
  for (const char* name : {"..", ".", "/", "../.."}) {
    run.model.name = name;
    for (const auto& file : lm_eval_files(stored(run), {}))
      CHECK(std::ranges::count(file.path.lexically_normal().string(), '/') == 1);
    for (const auto& file : every_eval_ever_files(stored(run), {})) {
      const auto path = file.path.lexically_normal().string();
      CHECK(std::ranges::count(path, '/') == 4);
      CHECK(path.starts_with("data/smdm-eval/local/"));
    }
  }
}

TEST_CASE("parts of paths are portable, and none that a collection or a system keeps for itself") {
  CHECK(eee::path_part("a b/c:d") == "a_b_c_d");
  CHECK(eee::path_part("..") == "._");
  CHECK(eee::path_part("data") == "_data");
  CHECK(eee::path_part("con.txt") == "_con.txt");
  CHECK(eee::path_part("lpt1") == "_lpt1");
  CHECK(eee::path_part("") == "_");
  CHECK(short_model_name("models/x.safetensors") == "x");
  CHECK(short_model_name("models/x/") == "x");
  CHECK(portable_name("é|x") == "___x");
}

TEST_CASE("UUIDs follow from what they are of, and have the form of version 4") {
  const auto uuid = eee::uuid_of("a");
  CHECK(uuid == eee::uuid_of("a"));
  CHECK(uuid != eee::uuid_of("b"));
  REQUIRE(uuid.size() == 36);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) CHECK(uuid[dash] == '-');
  CHECK(uuid[14] == '4');
  CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
}

TEST_CASE("Every Eval Ever: a record of each task with a result of each metric") {
  const auto run = stored();
  const auto files = files_of(every_eval_ever_files(run, {.developer = "somebody"}));
  CHECK(files.size() == 6);
  CHECK(files == files_of(every_eval_ever_files(run, {.developer = "somebody"})));
  const auto piqa = collected(files, "piqa");
  CHECK(piqa.path.starts_with("data/smdm-eval/somebody/x_y/"));
  CHECK(piqa.record.at("schema_version") == "0.3.0");
  CHECK(piqa.record.at("model_info").at("id") == "somebody/x_y");
  CHECK(piqa.record.at("model_info").at("additional_details").at("parameters") == "1234");
  const auto& details = piqa.record.at("detailed_evaluation_results");
  CHECK(details.at("total_rows") == 6);
  CHECK(details.at("checksum") == sha256(files.at(details.at("file_path"))));
  const auto& acc = piqa.record.at("evaluation_results").at(0);
  CHECK(acc.at("metric_config").at("metric_id") == "accuracy");
  CHECK(acc.at("score_details").at("score").get<double>() == Approx(2.0 / 3.0));
  CHECK(acc.at("score_details").at("uncertainty").at("num_samples") == 3);
  CHECK(acc.at("metric_config").at("additional_details").at("likelihood") == "lower");
  const auto perplexity =
      collected(files, "lambada_standard").record.at("evaluation_results").at(0);
  CHECK(perplexity.at("metric_config").at("lower_is_better") == true);
  CHECK(perplexity.at("metric_config").at("max_score") == "Infinity");
  CHECK(collected(files, "gen").record.at("evaluation_results").at(1).at("evaluation_name") ==
        "gen/math");
}

TEST_CASE("Every Eval Ever's rows say which choice was taken and what came of it") {
  const auto rows = collected(files_of(every_eval_ever_files(stored(), {})), "piqa").rows;
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].at("evaluation_result_id").get<std::string>().ends_with("/acc,none"));
  CHECK(rows[3].at("evaluation_result_id").get<std::string>().ends_with("/acc_norm,none"));
  CHECK(rows[0].at("input").at("reference") == Json::array({"0"}));
  CHECK(rows[0].at("answer_attribution").at(0).at("extracted_value") == "0");
  CHECK(rows[0].at("evaluation") == Json({{"score", 1.0}, {"is_correct", true}}));
  CHECK(rows[1].at("evaluation") == Json({{"score", 0.0}, {"is_correct", false}}));
  CHECK(rows[1].at("answer_attribution").at(0).at("extracted_value") == "0");
  // -4.95 nats of two characters are less for each than -6.5 of three.
  CHECK(rows[4].at("answer_attribution").at(0).at("extracted_value") == "1");
  CHECK(rows[4].at("evaluation").at("is_correct") == true);
  CHECK(rows[0].at("output").at("raw").at(0) == "-1.3436424411240122");
}

TEST_CASE("Every Eval Ever's rows have digests in the place of texts, unless texts are asked for") {
  const auto text_of = [](const Files& files) {
    std::string all;
    for (const auto& [path, content] : files) all += content;
    return all;
  };
  const auto hidden = files_of(every_eval_ever_files(stored(), {}));
  const auto shown = files_of(every_eval_ever_files(stored(), {.texts = true}));
  for (const char* text : {"Question: g0", " bb1", "hello my", "word2", "Q: g1", "#### 1.0"}) {
    CHECK(text_of(hidden).find(text) == std::string::npos);
    CHECK(contains(text_of(shown), text));
  }
  const auto row = collected(hidden, "gen").rows.at(0);
  CHECK(row.at("input").at("raw") == "sha256:" + sha256("Q: g0"));
  CHECK(row.at("answer_attribution").at(0).at("extracted_value") == "sha256:" + sha256("1.0"));
  const auto same = collected(shown, "gen").rows.at(0);
  CHECK(row.at("sample_hash") == same.at("sample_hash"));
  CHECK(row.at("sample_hash") == sha256(R"({"raw": "Q: g0", "reference": "1"})"));
  CHECK(same.at("answer_attribution").at(0).at("extracted_value") == "1.0");
}

TEST_CASE("what is no finite number is no result, and has no rows") {
  auto run = test::sample_run();
  run.tasks[1].metrics[0].values[0] = std::numeric_limits<double>::quiet_NaN();
  run.tasks[1].metrics[1].values[2] = std::numeric_limits<double>::quiet_NaN();
  const auto files = files_of(every_eval_ever_files(stored(run), {}));
  CHECK(files.size() == 5);  // one without samples
  const auto empty = std::ranges::find_if(files, [](const auto& file) {
    return file.second.find("\"evaluation_id\": \"lambada_standard/") != std::string::npos;
  });
  REQUIRE(empty != files.end());
  CHECK(parse_json(empty->second).at("evaluation_results").empty());
  CHECK(!parse_json(empty->second).contains("detailed_evaluation_results"));
}

TEST_CASE("an export is complete or absent, and exporting again changes nothing") {
  const test::TemporaryFolder folder;
  const auto target = folder.path() / "deep" / "export";
  const auto run = stored();
  for (const auto& format : run_format_names()) {
    const auto first = export_run(run, format, {}, target);
    CHECK(first.written > 0);
    CHECK(first.known == 0);
    const auto before = on_disk(target);
    const auto again = export_run(run, format, {}, target);
    CHECK(again.written == 0);
    CHECK(again.known == first.written);
    CHECK(on_disk(target) == before);
  }
  CHECK(on_disk(target).size() == 4 + 6);
}

TEST_CASE("another file in the way of an export is named, and nothing is written") {
  const test::TemporaryFolder folder;
  const auto run = stored();
  export_run(run, "lm-eval", {.texts = false}, folder.path());
  const auto before = on_disk(folder.path());
  REQUIRE(before.size() == 1);
  const auto results = folder.path() / before.begin()->first;
  test::write_file(results, "notes");
  const auto text = test::error_text<ErrorKind::results>(
      [&] { return export_run(run, "lm-eval", {}, folder.path()); });
  CHECK(contains(text, results.string() + ": wanted no file or the one that is exported"));
  CHECK(on_disk(folder.path()).size() == 1);
  CHECK(test::read_file(results) == "notes");
}

TEST_CASE("every metric says between which bounds its values lie") {
  for (const Metric& metric : all_metrics()) {
    INFO(metric.name);
    CHECK(metric.lowest < metric.highest);
    if (metric.document == DocumentValue::verdict)
      CHECK((metric.lowest == 0.0 && metric.highest == 1.0));
  }
  CHECK(find_metric("bleu", "bleu").highest == 100.0);
  CHECK(find_metric("judge_score", "mean").lowest == 1.0);
  CHECK(find_metric("perplexity", "weighted_perplexity").highest ==
        std::numeric_limits<double>::infinity());
}

TEST_CASE("runs have the formats of runs alone") {
  CHECK(run_format_names() == std::vector<std::string>{"every-eval-ever", "lm-eval"});
}

}  // namespace smdm
