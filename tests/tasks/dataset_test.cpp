// Loading documents: both layouts of every task, and every kind of bad input.
#include "base/error.hpp"
#include "base/text/json_text.hpp"
#include "tasks/ask/catalog.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/support.hpp"
#include "tests/tasks/python_random.hpp"

namespace {

using namespace smdm;
using test::contains;
using test::TemporaryFolder;
using test::write_file;

std::string load_error(const Task& task, const std::filesystem::path& root) {
  return test::error_text<ErrorKind::data>([&] { return load(task, root); });
}

const char* const kPiqa = R"({"goal": "g", "sol1": "a", "sol2": "b", "label": 1})";

}  // namespace

TEST_CASE("the upstream files and the fetched layout give the same documents") {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const TemporaryFolder folder;
  for (const Task& task : all_tasks()) {
    INFO(info(task).name);
    if (std::holds_alternative<DatedCorpus>(task)) continue;   // see dated_corpus_test
    if (info(task).name == "infill") continue;                 // not published: the user's own
    if (info(task).name.starts_with("line_")) continue;        // likewise
    if (std::holds_alternative<Conversation>(task)) continue;  // one layout, see mt_bench_test
    const LoadedDataset upstream = load(task, *shared / "data");
    CHECK(upstream.warnings.empty());
    CHECK(upstream.documents.size() == static_cast<std::size_t>(info(task).dataset.documents));
    for (const LoadedFile& file : upstream.files) CHECK(file.checksum == Checksum::known);

    std::string text;
    for (const Json& document : upstream.documents) {
      Json row = document;
      if (info(task).name == "hellaswag") {  // what the loader adds to the rows
        for (const char* added : {"query", "choices", "gold"}) row.erase(added);
      }
      text += test::python_dumps(row, false) + "\n";
    }
    const DataFile& fetched = info(task).dataset.sources.front().documents;
    write_file(folder.path() / fetched.path, text);
    const LoadedDataset again = load(task, folder.path());
    CHECK(again.documents == upstream.documents);
    // Whom prompts are about says a file that may not be there yet: tested with clusters.
    if (!info(task).dataset.sources.front().subjects) CHECK(again.warnings.empty());
    CHECK(again.files.front().checksum ==
          (fetched.known_sha256.empty() ? Checksum::unchecked : Checksum::known));
  }
}

TEST_CASE("all forms of gsm8k give the same questions and gold answers") {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const auto data = *shared / "data" / "gsm8k";
  const OpenAnswer task = gsm8k();
  const auto expected = load(Task(task), *shared / "data").documents;
  for (const char* file : {"smdm/cllm_test.jsonl", "smdm/icot_test.txt"}) {
    const TemporaryFolder folder;
    write_file(folder.path() / "gsm8k" / file, test::read_file(data / file));
    const LoadedDataset loaded = load(Task(task), folder.path());
    CHECK(loaded.warnings.empty());
    CHECK(loaded.files.at(0).checksum == Checksum::known);
    REQUIRE(loaded.documents.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const Prompt a = task.parse(expected[i]);
      Prompt b = task.parse(loaded.documents[i]);
      std::string gold;
      for (const char c : a.reference) {
        if (c != ',') gold += c;
      }
      std::erase(b.reference, ',');
      CHECK(a.text == b.text);
      CHECK(gold == b.reference);
    }
  }
}

TEST_CASE("sources are tried in order, compressed or not") {
  const TemporaryFolder folder;
  const auto root = folder.path();
  write_file(root / "piqa/valid.jsonl.gz",
             test::gzip(R"({"goal": "upstream", "sol1": "a", "sol2": "b"})"));
  write_file(root / "piqa/valid-labels.lst", "0\n\n");
  auto loaded = load(Task(piqa()), root);
  CHECK(loaded.documents.at(0).dump() == R"({"goal":"upstream","sol1":"a","sol2":"b","label":0})");
  CHECK(loaded.files.size() == 2);
  write_file(root / "piqa/validation.jsonl", std::string("\n") + kPiqa + "\r\n \n");
  loaded = load(Task(piqa()), root);
  CHECK(loaded.documents.at(0).dump() == R"({"goal":"g","sol1":"a","sol2":"b","label":1})");
  REQUIRE(loaded.warnings.size() == 2);
  CHECK(loaded.files.at(0).checksum == Checksum::differs);
  CHECK(loaded.warnings[0].find("piqa/validation.jsonl has sha256 " + loaded.files[0].sha256 +
                                ", which is not that of the published data") != std::string::npos);
  CHECK(loaded.warnings[1] == "piqa: wanted the split's 1838 documents, got 1");
}

TEST_CASE("missing data") {
  const TemporaryFolder folder;
  const std::string root = folder.path().string();
  CHECK(load_error(piqa(), folder.path()) == "piqa: wanted one of the files " + root +
                                                 "/piqa/validation.jsonl[.gz], " + root +
                                                 "/piqa/valid.jsonl[.gz], got none of them");
  CHECK(load_error(piqa(), root + "/none") ==
        "piqa: wanted a folder of data at " + root + "/none, got nothing there");
  write_file(folder.path() / "piqa/valid.jsonl", kPiqa);
  CHECK(load_error(piqa(), folder.path()) == "piqa: wanted the labels " + root +
                                                 "/piqa/valid-labels.lst[.gz] of " + root +
                                                 "/piqa/valid.jsonl, got no such file");
  write_file(folder.path() / "piqa/validation.jsonl", "\n");
  CHECK(load_error(piqa(), folder.path()) ==
        root + "/piqa/validation.jsonl: wanted documents of piqa, got none");
}

TEST_CASE("malformed documents") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "piqa/validation.jsonl";
  const auto error_of = [&](const std::string& line) {
    write_file(path, std::string(kPiqa) + "\n" + line + "\n");
    const std::string error = load_error(piqa(), folder.path());
    const std::string where = path.string() + ":2: ";
    REQUIRE(error.starts_with(where));
    CHECK(error.find('\n') == std::string::npos);
    return error.substr(where.size());
  };
  CHECK(error_of("{\"goal\": ") ==
        "wanted a JSON object, got malformed JSON at byte 10 of the line");
  CHECK(error_of("[1, 2]") == "wanted a JSON object, got an array of 2");
  CHECK(error_of(R"({"goal": "g", "sol1": "a", "label": 1})") ==
        R"(wanted the field "sol2", got the fields "goal", "sol1", "label")");
  CHECK(error_of(R"({"goal": 3, "sol1": "a", "sol2": "b", "label": 1})") ==
        R"(wanted the field "goal" to be a string, got the number 3)");
  CHECK(error_of(R"({"goal": "g", "sol1": "a", "sol2": "b", "label": 2})") ==
        R"(wanted the field "label" to be one of "0" "1", got the number 2)");
  CHECK(error_of(R"({"goal": "g", "sol1": "a", "sol2": "b", "label": null})") ==
        R"(wanted the field "label" to be one of "0" "1", got null)");
  CHECK(error_of("{\"goal\": \"\xff\"}") == "wanted UTF-8 text, got other bytes");
  CHECK(error_of(R"({"goal": "\ud800", "sol1": "a"})") ==
        "wanted a JSON object, got half of a surrogate pair, which is no text at byte 11 of the "
        "line");
  for (const char* deep : {"[", "{\"goal\": "}) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += deep;
    CHECK(contains(error_of(text), "got more than 1000 brackets within each other at byte"));
  }
  CHECK(error_of(R"({"goal": 18446744073709551616, "sol1": "a", "sol2": "b", "label": 1})") ==
        R"(wanted the field "goal" to be a string, got the number 18446744073709551616)");
  CHECK(error_of(R"({"goal": "g", "sol1": "a", "sol2": "b", "label": 18446744073709551617})") ==
        R"(wanted the field "label" to be one of "0" "1", got the number 18446744073709551617)");
  CHECK(error_of(R"({"goal": "g", "sol1": "a", "sol2": "b", "label": 1e400})") ==
        R"(wanted the field "label" to be one of "0" "1", got the number 1e400)");
  CHECK(error_of(R"({"goal": "g", "sol1": "a", "sol2": "b", "label": 1.0})") ==
        R"(wanted the field "label" to be one of "0" "1", got the number 1.0)");
}

TEST_CASE("labels that do not fit") {
  const TemporaryFolder folder;
  const auto root = folder.path();
  const auto labels = root / "siqa/dev-labels.lst";
  const std::string row =
      R"({"context": "c", "question": "q", "answerA": "a", "answerB": "b", "answerC": "c"})";
  write_file(root / "siqa/dev.jsonl", row + "\n" + row + "\n");
  write_file(labels, "1\n3\n");
  const auto loaded = load(Task(social_iqa()), root);
  CHECK(loaded.documents.at(1).at("label") == "3");
  write_file(labels, "1\n");
  CHECK(load_error(social_iqa(), root) == labels.string() +
                                              ":1: wanted 2 labels, one for each document of " +
                                              (root / "siqa/dev.jsonl").string() + ", got 1");
  write_file(labels, "1\n2\n3\n");
  CHECK(load_error(social_iqa(), root).starts_with(labels.string() + ":3: wanted 2 labels"));
  write_file(labels, "1\n0\n");
  CHECK(load_error(social_iqa(), root) ==
        labels.string() +
            R"(:2: wanted the field "label" to be one of "1" "2" "3", got the string "0")");
}

TEST_CASE("documents without a valid question") {
  const TemporaryFolder folder;
  const auto error_of = [&](const Task& task, const char* file, const std::string& line) {
    write_file(folder.path() / file, line + "\n");
    const std::string where = (folder.path() / file).string() + ":1: ";
    const std::string error = load_error(task, folder.path());
    std::filesystem::remove(folder.path() / file);
    REQUIRE(error.starts_with(where));
    return error.substr(where.size());
  };
  CHECK(error_of(
            arc_easy(), "arc_easy/test.jsonl",
            R"({"question": "q", "choices": {"text": ["a"], "label": ["A"]}, "answerKey": "B"})") ==
        R"(wanted "answerKey" to be one of the choices A, got the string "B")");
  CHECK(
      error_of(arc_easy(), "arc_easy/test.jsonl",
               R"({"question": "q", "choices": {"text": [], "label": ["A"]}, "answerKey": "A"})") ==
      "wanted as many choice texts as labels, got 0 and 1");
  CHECK(error_of(openbookqa(), "openbookqa/test.jsonl",
                 R"({"question": {"stem": "q"}, "answerKey": "A"})") ==
        R"(wanted the field "choices", got the fields "stem")");
  CHECK(
      error_of(
          hellaswag(), "hellaswag/validation.jsonl",
          R"({"activity_label": "x", "ctx_a": "a", "ctx_b": "b", "endings": ["1"], "label": 0})") ==
      "wanted 4 endings, got 1");
  CHECK(error_of(lambada_standard(), "lambada/lambada_test_plain_text.txt", "word") ==
        R"(wanted the field "text" to be a passage that ends with a word, got the string "word")");
  CHECK(error_of(race(), "race/test.jsonl", R"({"article": "a", "problems": "[]"})") ==
        R"(wanted "problems" to be a list with at least one, got an array of 0)");
  CHECK(error_of(race(), "race/test.jsonl", R"({"article": "a", "problems": "[{'question'"})") ==
        "wanted a Python literal with ':' at byte 13, got the end of the text");
  CHECK(error_of(race(), "race/race_test_high.jsonl",
                 R"({"article": "a", "questions": ["q"], "answers": [], "options": [["a"]]})") ==
        R"(wanted as many "answers" and "options" as the 1 "questions", got 0 and an array of 1)");
  CHECK(error_of(gsm8k(), "gsm8k/test.jsonl", R"({"question": "q", "answer": "5"})") ==
        R"(wanted the field "answer" to hold the gold answer after "####", got the string "5")");
  CHECK(error_of(gsm8k(), "gsm8k/smdm/icot_test.txt", "question|answer") ==
        R"(wanted "question||answer", got a line without ||)");
  CHECK(error_of(boolq(), "boolq/val.jsonl",
                 R"({"question": "q", "passage": "p", "label": "maybe"})") ==
        R"(wanted the field "label" to be one of "0" "1", got the string "maybe")");
}

TEST_CASE("whole numbers are those of 64 bits") {
  const auto parsed = [](const char* number) { return Json{{"n", parse_json(number)}}; };
  CHECK(integer_field(parsed("9223372036854775807"), "n") == 9223372036854775807);
  CHECK(integer_field(parsed("-0"), "n") == 0);
  for (const char* number : {"9223372036854775808", "18446744073709551615", "18446744073709551616",
                             "-9223372036854775809", "2.0", "1e0"}) {
    INFO(number);
    CHECK(contains(
        test::error_text<ErrorKind::data>([&] { return integer_field(parsed(number), "n"); }),
        "wanted the field \"n\" to be a whole number, got the number "));
  }
}

TEST_CASE("numbers of a document keep their digits") {
  const TemporaryFolder folder;
  write_file(folder.path() / "boolq/validation.jsonl",
             R"({"question": "q", "passage": "p", "idx": 18446744073709551617, "label": 1})"
             "\n");
  const auto document = load(boolq(), folder.path()).documents.front();
  CHECK(json_text(document) ==
        R"({"question":"q","passage":"p","idx":18446744073709551617,"label":1})");
}

TEST_CASE("a gold answer without text is refused with its line") {
  struct Case {
    Task task;
    const char* file;
    std::string line;  ///< with @ where the gold answer stands
    const char* good;
    std::vector<const char*> empty;
  };
  const std::vector<const char*> blank{"", " ", "\\t\\u00a0 "};
  auto for_gsm8k = blank;
  // What nothing is left of when it is normalised.
  for_gsm8k.insert(for_gsm8k.end(), {"meters", "$", "7 =", "\\\\text{}"});
  const std::vector<Case> cases{
      {arc_easy(), "arc_easy/test.jsonl",
       R"({"id":"1","question":"q","choices":{"text":["a","@"],"label":["A","B"]},"answerKey":"B"})",
       "b", blank},
      {openbookqa(), "openbookqa/test.jsonl",
       R"({"id":"1","question_stem":"q","choices":{"text":["a","@"],"label":["A","B"]},"answerKey":"B"})",
       "b", blank},
      {piqa(), "piqa/validation.jsonl", R"({"goal": "g", "sol1": "a", "sol2": "@", "label": 1})",
       "b", blank},
      {social_iqa(), "social_iqa/validation.jsonl",
       R"({"context":"c","question":"q","answerA":"a","answerB":"@","answerC":"c","label":"2"})",
       "b", blank},
      {hellaswag(),
       "hellaswag/validation.jsonl",
       R"({"activity_label":"l","ctx_a":"a","ctx_b":"b","endings":["a","@","c","d"],"label":"1"})",
       "b",
       {"", " ", "[step]"}},
      {race(), "race/test.jsonl",
       R"({"article":"a","problems":[{"question":"q","answer":"B","options":["a","@","c","d"]}]})",
       "b", blank},
      {lambada_openai(),
       "lambada_openai/test.jsonl",
       R"({"text": "the last @"})",
       "word",
       {"", "\\n", "\\t"}},
      {gsm8k(), "gsm8k/test.jsonl", R"({"question": "q", "answer": "so #### @"})", "7", for_gsm8k},
      {reverse_curse_d2n(), "d2p_prompts_test.jsonl", R"({"prompt": "p", "completion": "@"})", "b",
       blank}};
  for (const auto& [task, file, line, good, empty] : cases) {
    INFO(info(task).name);
    const auto with = [&, &text = line](const std::string& answer) {
      auto row = text;
      return row.replace(row.find('@'), 1, answer);
    };
    const TemporaryFolder folder;
    const auto path = folder.path() / file;
    write_file(path, with(good) + "\n");
    CHECK(load(task, folder.path()).documents.size() == 1);
    for (const char* answer : empty) {
      INFO(answer);
      write_file(path, with(good) + "\n" + with(answer) + "\n");
      const auto error = load_error(task, folder.path());
      CHECK(contains(error, path.string() + ":2: wanted "));
      const bool lambada = std::holds_alternative<Cloze>(task) && std::string(answer).empty();
      CHECK(contains(error, lambada ? "ends with a word" : "got an empty answer"));
    }
  }
}

TEST_CASE("a wrong choice without text is a choice as before") {
  const TemporaryFolder folder;
  write_file(folder.path() / "piqa/validation.jsonl",
             R"({"goal": "g", "sol1": "", "sol2": "b", "label": 1})"
             "\n");
  CHECK(load(piqa(), folder.path()).documents.size() == 1);
}
