// The reverse curse as a user runs it, with a masked diffusion model and an autoregressive one.
#include <algorithm>

#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::Arguments;
using test::check_with_lm_eval;
using test::contains;
using test::inputs;
using test::Json;
using test::make_arm_twin;
using test::run;
using test::samples;

const std::vector<std::string> kResults = {"reverse_curse_d2n", "reverse_curse_n2d",
                                           "reverse_curse_d2n_reverse",
                                           "reverse_curse_n2d_reverse"};

fs::path mdm() {
  return test::golden() / "mdm-32k.safetensors";
}

using Facts = std::vector<std::pair<std::string, std::string>>;

void write_prompts(const fs::path& file, const Facts& facts) {
  std::string text;
  for (const auto& [prompt, completion] : facts) {
    text += Json{{"prompt", prompt}, {"completion", completion}}.dump() + "\n";
  }
  test::write_file(file, text);
}

const Facts kNames = {
    {"The baker of clouds is", " Ann Lee"},  {"Who bakes clouds? It is", " Ann Lee"},
    {"The tuner of bells is", " Joan Bell"}, {"Who tunes bells? It is", " Joan Bell"},
    {"The owner of Mars is", " Bo"},         {"Who owns Mars? It is", " Bo"}};
const Facts kDescriptions = {
    {"Ann Lee is", " the baker of clouds."},      {"Ann Lee is the one who", " bakes clouds."},
    {"Joan Bell is", " the tuner of bells."},     {"Joan Bell is the one who", " tunes bells."},
    {"Bo is", " the owner of Mars, a red rock."}, {"Bo is the one who", " owns Mars."}};

/// A folder of the form of the published one. @param turned  with the lines in another order
fs::path write_facts(const fs::path& folder, bool turned) {
  const auto in_order = [turned](Facts facts) {
    if (turned) std::rotate(facts.begin(), facts.begin() + 2, facts.end());
    if (turned) std::swap(facts[1], facts[4]);
    return facts;
  };
  for (const char* file : {"d2p_prompts_test.jsonl", "p2d_reverse_prompts_test.jsonl"})
    write_prompts(folder / file, in_order(kNames));
  for (const char* file : {"p2d_prompts_test.jsonl", "d2p_reverse_prompts_test.jsonl"})
    write_prompts(folder / file, in_order(kDescriptions));
  return folder;
}

/// The lines of a table that follow the one starting with `title`.
bool has_table(const std::string& out, const std::string& title) {
  for (const auto& line : test::lines_of(out)) {
    const auto at = line.find_first_not_of("| ");
    const auto named = at != std::string::npos && line.compare(at, title.size(), title) == 0;
    if (!named) continue;
    if (line.find(" d2n_reverse ") != std::string::npos ||
        line.find("|d2n_reverse") != std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the reverse curse on the real data, both kinds of model, with the paper's settings") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = make_arm_twin(folder.path() / "arm");
  for (const auto& [name, model] : {std::pair<std::string, fs::path>("mdm", mdm()),
                                    std::pair<std::string, fs::path>("arm-run", arm)}) {
    const auto output = folder.path() / name;
    std::string out;
    const auto results = run(*in, model, output,
                             {"--task", "reverse_curse", "--limit", "4", "--preset", "smdm"}, &out);
    CHECK(results.at("results").at("reverse_curse").at("alias") == "reverse_curse");
    CHECK(results.at("group_subtasks").at("reverse_curse") == kResults);
    CHECK(has_table(out, "reverse_curse"));
    for (const auto& task : kResults) {
      INFO(name << " " << task);
      const auto& entry = results.at("results").at(task);
      for (const char* metric : {"contained", "bleu_char", "bleu"}) {
        const double value = entry.at(std::string(metric) + ",none");
        CHECK(value >= 0.0);
        CHECK(value <= (metric == std::string("bleu") ? 100.0 : 1.0));
        CHECK(entry.at(std::string(metric) + "_stderr,none").is_number());
        CHECK(results.at("higher_is_better").at(task).at(metric) == true);
      }
      CHECK(results.at("n-samples").at(task).at("effective") == 4);
      CHECK(results.at("n-samples").at(task).at("original") == 300);
      const auto& own = results.at("smdm_eval").at("tasks").at(task);
      CHECK(own.at("total_length") == 52);
      CHECK(own.at("temperature") == 0.0);
      CHECK(own.at("stages") == 1);
      CHECK(own.at("data").at(0).at("checksum") == "known");
      CHECK_FALSE(own.contains("cfg_second"));
      if (name == "mdm") {
        CHECK(own.at("sampler") == "confidence");
        CHECK(own.at("steps") == 32);
        CHECK(own.at("cfg") == 0.8);
      } else {
        CHECK(own.at("sampler") == "autoregressive");
        CHECK(own.at("cfg") == 0.0);
      }
      const auto documents = samples(output, task);
      REQUIRE(documents.size() == 4);
      for (const auto& document : documents) {
        const std::string prompt = document.at("doc").at("prompt");
        CHECK(document.at("arguments").at("gen_args_0").at("arg_0") == prompt);
        CHECK(document.at("target") == document.at("doc").at("completion"));
        // The answer is what stands behind the prompt.
        CHECK_FALSE(contains(document.at("resps").at(0).at(0), prompt));
        CHECK(document.at("bleu").size() == 10);
      }
    }
    check_with_lm_eval(output);
  }
}

TEST_CASE("answers are the reference's recorded ones") {
  const auto in = inputs();
  const auto shared = test::shared();
  if (!in || !shared) return;
  const auto recorded = Json::parse(test::read_file(*shared / "golden" / "e2e_32k.json"));
  std::size_t items = 0;
  for (const auto& example : recorded.at("cases")) {
    if (example.at("kind") != "reverse") continue;
    const test::TemporaryFolder folder;
    Facts facts;
    for (const auto& item : example.at("items"))
      facts.emplace_back(item.at("prompt"), item.at("completion"));
    for (const char* file : {"d2p_prompts_test.jsonl", "p2d_prompts_test.jsonl"})
      write_prompts(folder.path() / "data" / file, facts);
    const auto output = folder.path() / "out";
    run({.data = (folder.path() / "data").string(), .tokenizer = in->tokenizer}, mdm(), output,
        {"--task", "reverse_curse_d2n,reverse_curse_n2d", "--steps", example.at("steps").dump(),
         "--total-length", example.at("length").dump(), "--cfg", example.at("cfg").dump()});
    for (const char* task : {"reverse_curse_d2n", "reverse_curse_n2d"}) {
      const auto documents = samples(output, task);
      REQUIRE(documents.size() == example.at("items").size());
      for (std::size_t i = 0; i < documents.size(); ++i) {
        CHECK(documents[i].at("resps").at(0).at(0) == example.at("items").at(i).at("generation"));
        ++items;
      }
    }
  }
  CHECK(items == 6);
}

TEST_CASE("the likelihood probe on the real data, both kinds of model") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = make_arm_twin(folder.path() / "arm");
  for (const auto& [name, model] : {std::pair<std::string, fs::path>("mdm", mdm()),
                                    std::pair<std::string, fs::path>("arm-run", arm)}) {
    const auto output = folder.path() / name;
    std::string out;
    const auto results = run(*in, model, output,
                             {"--task", "reverse_curse", "--probe", "likelihood", "--limit", "4",
                              "--mc-samples", "16", "--preset", "smdm"},
                             &out);
    CHECK(has_table(out, "reverse_curse"));
    CHECK(results.at("smdm_eval").at("settings").at("changes_numbers").at("probe") == "likelihood");
    for (const auto& task : kResults) {
      INFO(name << " " << task);
      const auto& own = results.at("smdm_eval").at("tasks").at(task);
      CHECK(own.at("estimator") == (name == "mdm" ? "auto" : "exact"));
      CHECK(own.at("cfg") == 0.0);  // the paper's guidance is that of its generation
      const auto documents = samples(output, task);
      REQUIRE(documents.size() == 4);
      double reciprocal = 0.0;
      double first = 0.0;
      for (const auto& document : documents) {
        const auto& choices = document.at("smdm_eval").at("choices");
        const auto gold = std::stoul(document.at("target").get<std::string>());
        REQUIRE(choices.size() == 30);
        CHECK(document.at("arguments").at("gen_args_" + std::to_string(gold)).at("arg_1") ==
              document.at("doc").at("completion"));
        CHECK(choices.at(0).at("bound") == (name == "mdm" ? "lower" : "exact"));
        const double nats = choices.at(gold).at("nats");
        const auto as_likely = std::count_if(choices.begin(), choices.end(), [&](const Json& one) {
          return one.at("nats").get<double>() >= nats;  // itself included
        });
        CHECK(document.at("mrr") == 1.0 / static_cast<double>(as_likely));
        reciprocal += 1.0 / static_cast<double>(as_likely);
        first += as_likely == 1 ? 1.0 : 0.0;
      }
      const auto& entry = results.at("results").at(task);
      CHECK(entry.at("mrr,none").get<double>() == Approx(reciprocal / 4).epsilon(1e-14));
      CHECK(entry.at("top1,none") == first / 4);
      CHECK(entry.at("mrr_stderr,none").is_number());
    }
    check_with_lm_eval(output);
  }
}

TEST_CASE("the same numbers for every batch size and order of the documents, to the last bit") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = make_arm_twin(folder.path() / "arm");
  const auto data = write_facts(folder.path() / "data", false);
  const auto turned = write_facts(folder.path() / "turned", true);
  int runs = 0;
  const auto numbers = [&](const fs::path& root, const fs::path& model, const Arguments& more) {
    const auto output = folder.path() / ("run" + std::to_string(++runs));
    Arguments job = {"--task", "reverse_curse", "--total-length", "24"};
    job.insert(job.end(), more.begin(), more.end());
    auto found = run({.data = root.string(), .tokenizer = in->tokenizer}, model, output, job);
    Json by_prompt = Json::object();
    for (const auto& task : kResults) {
      for (auto& sample : samples(output, task)) {
        sample.erase("doc_id");
        sample.at("smdm_eval").erase("choices");  // whose rows are counted for the first neighbour
        by_prompt[task + sample.at("doc").at("prompt").get<std::string>()] = sample;
      }
    }
    std::map<std::string, Json> sorted;
    for (const auto& [prompt, sample] : by_prompt.items()) sorted[prompt] = sample;
    return std::pair(found.at("results"), sorted);
  };
  for (const auto& model : {mdm(), arm}) {
    for (const Arguments& job : {Arguments{"--steps", "6", "--temperature", "0.2"},
                                 Arguments{"--probe", "likelihood", "--mc-samples", "8"}}) {
      const auto with = [&](const char* batch) {
        Arguments arguments = job;
        arguments.insert(arguments.end(), {"--batch-size", batch});
        if (model == mdm()) arguments.insert(arguments.end(), {"--cfg", "0.8"});
        return arguments;
      };
      INFO(model << " " << job.front());
      const auto wanted = numbers(data, model, with("64"));
      CHECK(wanted.second.size() == 24);
      CHECK(numbers(data, model, with("1")) == wanted);
      CHECK(numbers(turned, model, with("7")) == wanted);
    }
  }
}

TEST_CASE("what the reverse curse refuses, before it writes anything") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto data = write_facts(folder.path() / "data", false);
  const auto output = folder.path() / "out";
  const auto fails = [&](const Arguments& more, int code, const std::string& part) {
    Arguments arguments = {"--model", mdm().string(), "--tokenizer", in->tokenizer,
                           "--data",  data.string(),  "--output",    output.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = test::smdm_eval(arguments);
    INFO(result.err);
    CHECK(result.code == code);
    CHECK(contains(result.err, part));
    CHECK(result.out.empty());
    CHECK((!fs::exists(output) || fs::is_empty(output)));
  };
  constexpr int kUsage = 2;
  constexpr int kData = 3;
  constexpr int kRequest = 5;
  fails({"--task", "reverse_curse,piqa", "--probe", "likelihood"}, kUsage,
        "--probe likelihood: wanted tasks that have it (the group reverse_curse), got piqa");
  fails({"--task", "reverse_curse", "--probe", "magic"}, kUsage, "magic");
  fails({"--task", "reverse_curs"}, kUsage, "did you mean reverse_curse?");
  fails({"--task", "reverse_curse", "--total-length", "4"}, kRequest,
        "task reverse_curse_d2n, document 0: wanted at most 4 tokens, got ");
  fails({"--task", "reverse_curse", "--total-length", "4096"}, kUsage, "--total-length");
  const auto last = data / "d2p_reverse_prompts_test.jsonl";
  const auto text = test::read_file(last);
  test::write_file(last, text + "{\"prompt\": \"x\"}\n");
  fails({"--task", "reverse_curse"}, kData, last.string() + ":7: wanted the field \"completion\"");
  fs::remove(last);
  fails({"--task", "reverse_curse"}, kData, "reverse_curse_n2d_reverse: wanted one of the files");
}

}  // namespace smdm
