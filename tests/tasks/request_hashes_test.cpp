// The pinned request hashes and metrics of lm-evaluation-harness (tests/testdata at v0.4.4), for
// the whole splits. The recipe is that of its v0.3.0 test_version_stable.py: documents
// shuffled by random.Random(42), requests in document and choice order, sha256 of
// json.dumps(requests).
#include <cmath>
#include <functional>
#include <span>

#include "base/files/digest.hpp"
#include "base/metrics/accuracy.hpp"
#include "tasks/ask/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"
#include "tests/tasks/python_random.hpp"

namespace {

using namespace smdm;
using test::PythonRandom;

Task named(const std::string& name) {
  const std::vector<std::string> names{name};
  return find_tasks(names).at(0);
}

std::vector<Json> shuffled_documents(const Task& task, const std::filesystem::path& shared) {
  auto documents = load(task, shared / "data").documents;
  REQUIRE(documents.size() == static_cast<std::size_t>(info(task).dataset.documents));
  PythonRandom(42).shuffle(documents);
  return documents;
}

std::string hash_of(const Json& requests) {
  return sha256(test::python_dumps(requests, true));
}

std::string pinned_hash(const std::filesystem::path& shared, const std::string& file) {
  return test::read_file(shared / "data" / "lm_eval_testdata" / file);
}

Json pinned_results(const std::filesystem::path& shared, const std::string& version) {
  const auto path = shared / "data" / "lm_eval_testdata" / (version + "-res.json");
  return Json::parse(test::read_file(path)).at("results").begin().value();
}

/// Scores as the harness's test drew them.
std::vector<Estimate> random_estimates(PythonRandom& random, std::size_t count) {
  std::vector<Estimate> estimates(count);
  for (Estimate& estimate : estimates) {
    estimate.nats = -random.random();
    estimate.is_greedy = false;
  }
  return estimates;
}

/// @param adapt  turns a question into an older version's form
void check_multiple_choice(const std::string& name,
                           const std::string& version,
                           const std::function<void(const Json&, Question&)>& adapt) {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const Task task = named(name);
  auto choice = std::get<MultipleChoice>(task);
  choice.info.metrics = {metrics::accuracy(), metrics::normalized_accuracy()};
  Json all = Json::array();
  PythonRandom random(42);
  std::vector<double> sums(2, 0.0);
  const auto documents = shuffled_documents(task, *shared);
  for (const Json& document : documents) {
    Question question = choice.parse(document);
    adapt(document, question);
    for (const Request& request : requests(question)) {
      all.push_back({request.context, request.continuation});
    }
    const auto estimates = random_estimates(random, question.choices.size());
    const auto values = score(choice, question, estimates);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
  }
  CHECK(hash_of(all) == pinned_hash(*shared, version + "-loglikelihood"));
  const Json results = pinned_results(*shared, version);
  const auto count = static_cast<double>(documents.size());
  CHECK(sums[0] / count == Approx(results.at("acc").get<double>()).epsilon(1e-12));
  if (results.contains("acc_norm")) {
    CHECK(sums[1] / count == Approx(results.at("acc_norm").get<double>()).epsilon(1e-12));
  }
}

void as_is(const Json&, Question&) {}

/// @param version  the pinned file; the harness asked each request twice
void check_cloze(const std::string& name, const std::string& version) {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const Task task = named(name);
  const auto& cloze = std::get<Cloze>(task);
  Json all = Json::array();
  PythonRandom random(42);
  double nats = 0.0;
  double accurate = 0.0;
  const auto documents = shuffled_documents(task, *shared);
  for (const Json& document : documents) {
    const Request request = cloze.parse(document);
    for (int twice = 0; twice < 2; ++twice) all.push_back({request.context, request.continuation});
    const auto estimates = random_estimates(random, 2);
    const auto values = score(cloze, estimates[0]);
    nats += values[0];
    accurate += values[1];
  }
  CHECK(hash_of(all) == pinned_hash(*shared, version + "-loglikelihood"));
  const Json results = pinned_results(*shared, version);
  const double perplexity = std::exp(-nats / static_cast<double>(documents.size()));
  CHECK(perplexity == Approx(results.at("ppl").get<double>()).epsilon(1e-12));
  CHECK(accurate == results.at("acc").get<double>());
}

}  // namespace

TEST_CASE("python's generator") {
  // random.seed(42); random.random(), random.random()
  PythonRandom random(42);
  CHECK(random.random() == 0.6394267984578837);
  CHECK(random.random() == 0.025010755222666936);
  // items = list(range(10)); random.Random(42).shuffle(items)
  std::vector<int> items{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  PythonRandom(42).shuffle(items);
  CHECK(items == std::vector<int>{7, 3, 2, 8, 5, 6, 9, 4, 0, 1});
  CHECK(test::python_dumps({"a\u00e9\U0001F600\x7f", 1, {{"k", nullptr}}}, true) ==
        R"(["a\u00e9\ud83d\ude00\u007f", 1, {"k": null}])");
}

TEST_CASE("arc_easy requests") {
  check_multiple_choice("arc_easy", "arc_easy-v0", as_is);
}

TEST_CASE("arc_challenge requests") {
  check_multiple_choice("arc_challenge", "arc_challenge-v0", as_is);
}

TEST_CASE("hellaswag requests") {
  check_multiple_choice("hellaswag", "hellaswag-v0", as_is);
}

TEST_CASE("openbookqa requests") {
  check_multiple_choice("openbookqa", "openbookqa-v0", as_is);
}

TEST_CASE("piqa requests") {
  check_multiple_choice("piqa", "piqa-v0", as_is);
}

TEST_CASE("race requests") {
  check_multiple_choice("race", "race-v0", as_is);
}

TEST_CASE("boolq requests in the order of version 1") {
  check_multiple_choice("boolq", "boolq-v1", [](const Json&, Question& question) {
    question.choices = {"yes", "no"};
    question.gold = 1 - question.gold;
  });
}

TEST_CASE("social_iqa requests with the prompt of version 0") {
  check_multiple_choice("social_iqa", "siqa-v0", [](const Json& document, Question& question) {
    question.context = document.at("context").get<std::string>() +
                       "\nQuestion: " + document.at("question").get<std::string>() + "\nAnswer:";
  });
}

TEST_CASE("lambada requests") {
  check_cloze("lambada_standard", "lambada_standard-v0");
  check_cloze("lambada_openai", "lambada_openai-v0");
  check_cloze("lambada_openai", "lambada-v0");
}

TEST_CASE("gsm8k requests with the prompt of version 0") {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const Task task = named("gsm8k");
  Json all = Json::array();
  for (const Json& document : shuffled_documents(task, *shared)) {
    const Prompt prompt = std::get<OpenAnswer>(task).parse(document);
    all.push_back({prompt.text + "\nAnswer:", Json::array({"\n"})});
  }
  CHECK(hash_of(all) == pinned_hash(*shared, "gsm8k-v0-greedy_until"));
}
