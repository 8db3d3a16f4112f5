// Prompts on rows of our own, metrics, the catalogue.
#include "base/metrics/accuracy.hpp"
#include "base/metrics/list.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/text/nearest.hpp"
#include "tasks/ask/catalog.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/python_literal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;

Estimate estimate(double nats, std::optional<bool> is_greedy = std::nullopt) {
  Estimate made;
  made.nats = nats;
  made.is_greedy = is_greedy;
  return made;
}

std::vector<Estimate> estimates(const std::vector<double>& nats) {
  std::vector<Estimate> all;
  for (const double value : nats) all.push_back(estimate(value));
  return all;
}

std::vector<std::string> names_of(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const Task& task : tasks) names.push_back(info(task).name);
  return names;
}

std::vector<Task> find(const std::vector<std::string>& names) {
  return find_tasks(names);
}

}  // namespace

TEST_CASE("hellaswag cleans its text") {
  const Json row{{"activity_label", "How to x"},
                 {"ctx_a", "[header] How to x [title] Go."},
                 {"ctx_b", "the MAN"},
                 {"endings", {" runs [step]  away", "[a\n]b", "x [title] y", "[[a]]"}},
                 {"label", 2}};
  const Json document = hellaswag().info.dataset.to_document(row);
  const Question question = hellaswag().parse(document);
  CHECK(question.context == "How to x: How to x. Go. The man");
  CHECK(question.choices == std::vector<std::string>{"runs  away", "[a\n]b", "x. y", "]"});
  CHECK(question.gold == 2);
  CHECK(document.at("label") == "2");
}

TEST_CASE("race shows the earlier questions with their answers") {
  const Json row{{"article", "Text."},
                 {"questions", {"It is   _  .", "Why?", "Last"}},
                 {"answers", {"B", "A", "D"}},
                 {"options", {{"a", "b", "c", "d"}, {"e", "f", "g", "h"}, {"i", "j", "k", "l"}}}};
  const MultipleChoice task = race();
  const Question question = task.parse(task.info.dataset.to_document(row));
  CHECK(question.context == "Article: Text.\n\n _  .b\nQuestion: Why?\nAnswer: e\nLast");
  CHECK(question.choices == std::vector<std::string>{"i", "j", "k", "l"});
  CHECK(question.gold == 3);
}

TEST_CASE("requests and targets") {
  const Json siqa{{"context", "C."}, {"question", "Q?"}, {"answerA", "a"},
                  {"answerB", "b"},  {"answerC", "c"},   {"label", "3"}};
  const auto all = requests(ask(Task(social_iqa()), siqa));
  REQUIRE(all.size() == 3);
  CHECK(all[1].context == "Q: C. Q?\nA:");
  CHECK(all[1].continuation == " b");
  CHECK(target(ask(Task(social_iqa()), siqa)) == 2);

  const Json passage{{"text", "one  two three"}};
  CHECK(requests(ask(Task(lambada_openai()), passage)).at(0).context == "one  two");
  CHECK(target(ask(Task(lambada_openai()), passage)) == " three");

  const Json problem{{"question", "How many?"}, {"answer", "1+1=<<1+1=2>>2\n#### 1,002 "}};
  CHECK(gsm8k().parse(problem).text == "Question: How many?");
  CHECK(target(ask(Task(gsm8k()), problem)) == "1,002");
  CHECK(requests(ask(Task(gsm8k()), problem)).empty());
}

TEST_CASE("accuracy with and without the length of the choices") {
  const MultipleChoice task = piqa();
  // code points, not bytes: "\u00e9\u00e9" has two
  const Question question{.context = "", .choices = {"\u00e9\u00e9", "abc"}, .gold = 1};
  CHECK(score(task, question, estimates({-1.0, -1.4})) == std::vector<double>{0.0, 1.0});
  CHECK(score(task, question, estimates({-1.0, -1.6})) == std::vector<double>{0.0, 0.0});
  CHECK(score(task, question, estimates({-2.0, -1.0})) == std::vector<double>{1.0, 1.0});
  // equal: the first, as numpy's argmax
  CHECK(score(task, question, estimates({-1.0, -1.0}))[0] == 0.0);
  const Question first{.context = "", .choices = {"abc", "abc"}, .gold = 0};
  CHECK(score(task, first, estimates({-1.0, -1.0})) == std::vector<double>{1.0, 1.0});
  CHECK_THROWS_AS(score(task, question, estimates({-1.0})), std::invalid_argument);
}

TEST_CASE("where no choice is possible none is right") {
  constexpr auto kNever = -std::numeric_limits<double>::infinity();
  const Question question{.context = "", .choices = {"a", "bb"}, .gold = 0};
  CHECK(score(piqa(), question, estimates({kNever, kNever})) == std::vector<double>{0.0, 0.0});
  CHECK(score(piqa(), question, estimates({-5.0, kNever})) == std::vector<double>{1.0, 1.0});
}

TEST_CASE("what a race ruled out under a metric is not that metric's answer") {
  MultipleChoice task;
  task.info.metrics = {metrics::accuracy(), metrics::normalized_accuracy()};
  const Question question = {.context = "q", .choices = {"a", "bb"}, .gold = 0};
  std::vector<Estimate> estimates(2);
  estimates[0].nats = -2.0;
  estimates[1].nats = -1.0;  // ahead under both
  CHECK(score(task, question, estimates) == std::vector<double>{0.0, 0.0});
  estimates[1].eliminated_from = {"acc"};
  CHECK(score(task, question, estimates) == std::vector<double>{1.0, 0.0});
  estimates[1].eliminated_from = {"acc", "acc_norm"};
  CHECK(score(task, question, estimates) == std::vector<double>{1.0, 1.0});
}

TEST_CASE("a cloze is right if it is greedy") {
  CHECK(score(lambada_openai(), estimate(-2.5, true)) == std::vector<double>{-2.5, 1.0});
  CHECK(score(lambada_openai(), estimate(-2.5, false)) == std::vector<double>{-2.5, 0.0});
  CHECK_THROWS_AS(score(lambada_openai(), estimate(-2.5)), std::invalid_argument);
}

TEST_CASE("gsm8k scores by text and by value") {
  CHECK(gsm8k().score("so\n#### 5.0", "5") == std::vector<double>{0.0, 1.0});
  CHECK(gsm8k().score("so\n#### $1,005", "1,005") == std::vector<double>{1.0, 1.0});
  CHECK(gsm8k().score("so 5", "5") == std::vector<double>{0.0, 0.0});
  CHECK(gsm8k().extract("so\n#### $1,005") == "1005");
}

TEST_CASE("infill asks for the middle of a text, by generation or among choices") {
  const Json document = {{"before", "Ada got the"},
                         {"middle", " cup"},
                         {"after", ". Later Ada sold the cup"},
                         {"choices", {" pen", " cup"}}};
  const auto prompt = infill().parse(document);
  CHECK(prompt.text == "Ada got the");
  CHECK(prompt.reference == " cup");
  CHECK(prompt.after == ". Later Ada sold the cup");
  CHECK(infill().score("cup ", " cup") == std::vector<double>{1.0});
  CHECK(infill().score("cups", " cup") == std::vector<double>{0.0});
  CHECK(infill().extract(" cup\n") == "cup");
  const auto ranking = std::get<MultipleChoice>(likelihood_probe(Task(infill())).value());
  const auto question = ranking.parse(document);
  CHECK(question.gold == 1);
  CHECK(question.after == ". Later Ada sold the cup");
  CHECK(requests(question).at(0).continuation == " pen");
  auto other = document;
  other["middle"] = " mat";
  CHECK_THROWS_AS(ranking.parse(other), Error);
  other.erase("choices");
  CHECK_THROWS_AS(ranking.parse(other), Error);
  CHECK(infill().parse(other).reference == " mat");
}

TEST_CASE("the catalogue") {
  CHECK(names_of(all_tasks()) == std::vector<std::string>{"hellaswag",
                                                          "openbookqa",
                                                          "arc_easy",
                                                          "arc_challenge",
                                                          "boolq",
                                                          "piqa",
                                                          "social_iqa",
                                                          "race",
                                                          "lambada_standard",
                                                          "lambada_openai",
                                                          "gsm8k",
                                                          "reverse_curse_d2n",
                                                          "reverse_curse_n2d",
                                                          "reverse_curse_d2n_reverse",
                                                          "reverse_curse_n2d_reverse",
                                                          "temporal_shift",
                                                          "infill",
                                                          "mt_bench",
                                                          "line_copy",
                                                          "line_reverse",
                                                          "line_shuffle"});
  CHECK(names_of(find({"zero-shot"})) ==
        std::vector<std::string>{"hellaswag", "openbookqa", "arc_easy", "boolq", "piqa",
                                 "social_iqa", "race", "lambada_standard"});
  CHECK(names_of(find({"race", "zero-shot", "race", "gsm8k"})).front() == "race");
  CHECK(find({"race", "zero-shot", "race", "gsm8k"}).size() == 9);
  CHECK(find({}).empty());
  for (const Task& task : all_tasks()) {
    INFO(info(task).name);
    if (std::holds_alternative<DatedCorpus>(task)) continue;  // its files are the user's
    CHECK(info(task).dataset.to_document != nullptr);
    CHECK_FALSE(info(task).dataset.sources.empty());
    CHECK_FALSE(info(task).metrics.empty());
    for (const Source& source : info(task).dataset.sources) {
      for (const std::string& digest : source.documents.known_sha256) CHECK(digest.size() == 64);
    }
  }
}

TEST_CASE("every metric of a task is in the list, and one of its kind of task") {
  for (const Task& task : all_tasks()) {
    INFO(info(task).name);
    const auto probe = likelihood_probe(task);
    for (const Task* asked : {&task, probe ? &*probe : nullptr}) {
      if (asked == nullptr) continue;
      for (const Metric& metric : info(*asked).metrics) {
        CHECK(find_metric(metric.name, metric.aggregation).of_sums == metric.of_sums);
        if (std::holds_alternative<MultipleChoice>(*asked)) CHECK(metric.of_choices != nullptr);
        if (std::holds_alternative<Cloze>(*asked)) CHECK(metric.of_continuation != nullptr);
        if (std::holds_alternative<DatedCorpus>(*asked)) CHECK(metric.of_text != nullptr);
      }
    }
  }
}

TEST_CASE("a metric of another kind of task is refused, and a text gives each metric its numbers") {
  MultipleChoice choices = piqa();
  choices.info.metrics = {metrics::weighted_perplexity()};
  const Question question{.context = "", .choices = {"a", "b"}, .gold = 0};
  CHECK(test::error_text<std::invalid_argument>([&] {
          return score(choices, question, estimates({-1.0, -2.0}));
        }) == "piqa: no metric perplexity for this kind of task");
  Cloze cloze = lambada_openai();
  cloze.info.metrics = {metrics::normalized_accuracy()};
  CHECK_THROWS_AS(score(cloze, estimate(-2.5, true)), std::invalid_argument);
  const TextOutcome text{.nats = -6.0, .tokens = 3.0, .bytes = 12.0};
  CHECK(score(temporal_shift(), text) == std::vector<double>{-6.0, 3.0, -6.0, 12.0});
  DatedCorpus corpus = temporal_shift();
  corpus.info.metrics = {metrics::accuracy()};
  CHECK_THROWS_AS(score(corpus, text), std::invalid_argument);
}

TEST_CASE("an unknown task") {
  const auto error = [](const std::string& name) {
    return test::error_text<std::invalid_argument>([&] { return find({name}); });
  };
  CHECK(
      error("hellswag") ==
      "wanted a task or group, got \"hellswag\"; did you mean hellaswag? (--list-tasks shows all)");
  CHECK(error("Zero_Shot").find("did you mean zero-shot?") != std::string::npos);
  CHECK(error("winogrande") ==
        "wanted a task or group, got \"winogrande\" (--list-tasks shows all)");
  CHECK(error("").find("did you mean") == std::string::npos);
}

TEST_CASE("edit distance") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("paiq", "piqa") == 2);
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(edit_distance("Arc-Easy", "arc_easy") == 0);
}

TEST_CASE("the harness's task configuration") {
  const Json config = lm_eval_config(Task(boolq()));
  CHECK(config.dump() ==
        R"({"task":"boolq","tag":["super-glue-lm-eval-v1"],"dataset_path":"super_glue",)"
        R"("dataset_name":"boolq","training_split":"train","validation_split":"validation",)"
        R"("doc_to_text":"{{passage}}\nQuestion: {{question}}?\nAnswer:","doc_to_target":"label",)"
        R"("doc_to_choice":["no","yes"],"description":"","target_delimiter":" ",)"
        R"("fewshot_delimiter":"\n\n","num_fewshot":0,"metric_list":[{"metric":"acc",)"
        R"("aggregation":"mean","higher_is_better":true}],"output_type":"multiple_choice",)"
        R"("repeats":1,"should_decontaminate":true,"doc_to_decontamination_query":"passage",)"
        R"("metadata":{"version":2.0}})");
  CHECK(lm_eval_config(Task(gsm8k())).at("metric_list").size() == 1);
  CHECK(lm_eval_config(Task(gsm8k())).at("output_type") == "generate_until");
}

// Oracle: Python 3.11's repr() and ast.literal_eval().
TEST_CASE("Python literals") {
  CHECK(to_python_literal({"a", "it's", "say \"x\"", "it's \"x\"", "\\\n\t\r", nullptr, true, 3}) ==
        R"(['a', "it's", 'say "x"', 'it\'s "x"', '\\\n\t\r', None, True, 3])");
  CHECK(to_python_literal("\u00a0\u00e9\u200b\u3000\U0001F600\x7f\x01\U000E0001") ==
        "'\\xa0\u00e9\\u200b\\u3000\U0001F600\\x7f\\x01\\U000e0001'");
  CHECK(to_python_literal({{"k", Json::array()}}) == "{'k': []}");
  for (const Json& value : {Json{"it's \"x\" \\ \n \u00a0 \u2028"}, Json{{"a", {1, -2, nullptr}}},
                            Json::array(), Json(""), Json(false)}) {
    CHECK(parse_python_literal(to_python_literal(value)) == value);
  }
  CHECK(parse_python_literal(R"( [ 'a' "b" , '\x41\u00e9\U0001F600\101\q\a' , ] )") ==
        Json({"ab", "A\u00e9\U0001F600A\\q\a"}));
  for (const char* bad : {"", "[", "[1 2]", "{1: 2}", "{'a'}", "'a", "'a\nb'", "'\\x4'",
                          "'\\ud800'", "[1] 2", "nope", "'\\U00110000'"}) {
    INFO(bad);
    CHECK_THROWS_KIND(parse_python_literal(bad), data);
  }
  CHECK_THROWS_KIND(parse_python_literal(std::string(100'000, '[')), data);
}
