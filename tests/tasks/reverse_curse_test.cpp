// The four results of the reverse curse: where their files are looked for, what becomes of a line,
// and which completions the likelihood probe ranks.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "tasks/ask/catalog.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace {

namespace fs = std::filesystem;
using namespace smdm;
using test::contains;
using test::TemporaryFolder;
using test::write_file;

const char* const kNames = "d2p_prompts_test.jsonl";
const char* const kDescriptions = "p2d_prompts_test.jsonl";
const char* const kNamesReverse = "p2d_reverse_prompts_test.jsonl";
const char* const kDescriptionsReverse = "d2p_reverse_prompts_test.jsonl";

Task probe(const OpenAnswer& task) {
  return likelihood_probe(Task(task)).value();
}

std::string lines(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string text;
  for (const auto& [prompt, completion] : facts) {
    text += Json{{"prompt", prompt}, {"completion", completion}}.dump() + "\n";
  }
  return text;
}

/// Three people of our own; the name of one is part of another's.
void write_facts(const fs::path& folder) {
  const std::string names = lines({{"The baker of clouds is", " Ann Lee"},
                                   {"Who bakes clouds?", " Ann Lee"},
                                   {"The tuner of bells is", " Joann Leeds"},
                                   {"The owner of Mars is", " Bo"}});
  const std::string descriptions = lines({{"Ann Lee is", " the baker of clouds."},
                                          {"Ann Lee, who", " bakes clouds."},
                                          {"Joann Leeds is", " the tuner of bells."},
                                          {"Joann Leeds, who", " tunes bells."},
                                          {"Bo, once", " the owner of Mars."},
                                          {"Bo", " a Martian."}});
  for (const char* file : {kNames, kNamesReverse}) write_file(folder / file, names);
  for (const char* file : {kDescriptions, kDescriptionsReverse})
    write_file(folder / file, descriptions);
}

std::vector<std::string> candidates(const Json& document) {
  return document.at("candidates").get<std::vector<std::string>>();
}

std::string load_error(const Task& task, const fs::path& root) {
  return test::error_text<ErrorKind::data>([&] { return load(task, root); });
}

}  // namespace

TEST_CASE("a line is a prompt and its completion, as they stand") {
  const OpenAnswer task = reverse_curse_n2d();
  const Json document = task.info.dataset.to_document(
      {{"completion", " the baker."}, {"more", 1}, {"prompt", "Ann Lee is"}});
  CHECK(document.dump() == R"({"prompt":"Ann Lee is","completion":" the baker."})");
  CHECK(task.parse(document).text == "Ann Lee is");
  CHECK(task.parse(document).reference == " the baker.");
  CHECK(target(ask(Task(task), document)) == " the baker.");
  CHECK(task.extract(" The BAKER. \n") == "the baker.");
  CHECK(task.protocol == AnswerProtocol::one_pass);
}

TEST_CASE("each result reads the file of its direction, wherever the folder is given") {
  const TemporaryFolder folder;
  const auto root = folder.path() / "data";
  const auto version = root / "reversal_curse" / "some_version";
  const std::vector<std::pair<OpenAnswer, const char*>> directions = {
      {reverse_curse_d2n(), kNames},
      {reverse_curse_n2d(), kDescriptions},
      {reverse_curse_d2n_reverse(), kNamesReverse},
      {reverse_curse_n2d_reverse(), kDescriptionsReverse}};
  for (const auto& [task, file] : directions) {
    write_file(version / file, lines({{"prompt of " + std::string(file), " x"}}));
  }
  write_file(root / "reversal_curse" / "templates" / "names.txt", "Ann Lee\n");
  for (const auto& [task, file] : directions) {
    INFO(task.info.name);
    for (const auto& given : {root, root / "reversal_curse", version}) {
      const auto loaded = load(Task(task), given);
      REQUIRE(loaded.documents.size() == 1);
      CHECK(loaded.documents[0].at("prompt") == "prompt of " + std::string(file));
      CHECK(loaded.files.at(0).path == version / file);
      // Neither the published text nor 300 documents, and prompts that should name a person do not.
      const bool names_people = task.info.dataset.sources.front().subjects.has_value();
      CHECK(loaded.warnings.size() == (names_people ? 3U : 2U));
    }
    fs::rename(root / "reversal_curse", root / "reverse_experiments");
    CHECK(load(Task(task), root).documents.size() == 1);
    fs::rename(root / "reverse_experiments", root / "reversal_curse");
  }
  CHECK(find_tasks(std::vector<std::string>{"reverse_curse"}).size() == 4);
}

TEST_CASE("files that are missing, several, or not of this form") {
  const TemporaryFolder folder;
  const auto root = folder.path();
  const Task task(reverse_curse_n2d());
  const auto missing = load_error(task, root);
  CHECK(contains(missing, "reverse_curse_n2d: wanted one of the files "));
  CHECK(contains(missing, (root / "reversal_curse/*" / kDescriptions).string() + "[.gz]"));
  CHECK(contains(missing, (root / kDescriptions).string() + "[.gz]"));

  write_file(root / "reversal_curse" / "a" / kDescriptions, lines({{"p", "c"}}));
  write_file(root / "reversal_curse" / "b" / kDescriptions, lines({{"p", "c"}}));
  const auto several = load_error(task, root);
  CHECK(contains(several, (root / "reversal_curse" / "a" / kDescriptions).string() + " and " +
                              (root / "reversal_curse" / "b" / kDescriptions).string()));
  fs::remove_all(root / "reversal_curse" / "b");

  const auto file = root / "reversal_curse" / "a" / kDescriptions;
  write_file(file, lines({{"p", "c"}}) + "{\"prompt\": \"p\"}\n");
  CHECK(contains(load_error(task, root),
                 file.string() + ":2: wanted the field \"completion\", got the fields \"prompt\""));
  write_file(file, "{\"prompt\": 3, \"completion\": \"c\"}\n");
  CHECK(contains(load_error(task, root), file.string() + ":1: wanted the field \"prompt\""));
  write_file(file, "\n");
  CHECK(contains(load_error(task, root), "wanted documents of reverse_curse_n2d, got none"));
}

TEST_CASE("names are ranked among the names of all entities, one each") {
  const TemporaryFolder folder;
  write_facts(folder.path());
  for (const auto& task : {reverse_curse_d2n(), reverse_curse_d2n_reverse()}) {
    const auto ranking = probe(task);
    CHECK(info(ranking).name == task.info.name);
    const auto loaded = load(ranking, folder.path());
    REQUIRE(loaded.documents.size() == 4);
    for (const Json& document : loaded.documents) {
      CHECK(candidates(document) == std::vector<std::string>{" Ann Lee", " Bo", " Joann Leeds"});
    }
    CHECK(loaded.documents[2].at("entity") == "Joann Leeds");
    CHECK(target(ask(ranking, loaded.documents[2])) == 2);
    const auto all = requests(ask(ranking, loaded.documents[2]));
    REQUIRE(all.size() == 3);
    CHECK(all[1].context == "The tuner of bells is");
    CHECK(all[1].continuation == " Bo");  // as it stands, without a second space
  }
}

TEST_CASE("descriptions are ranked among those that the same prompt has for the others") {
  const TemporaryFolder folder;
  write_facts(folder.path());
  for (const auto& task : {reverse_curse_n2d(), reverse_curse_n2d_reverse()}) {
    const auto loaded = load(probe(task), folder.path());
    REQUIRE(loaded.documents.size() == 6);
    // Bo has no prompt of this form: the first of Bo's completions stands in.
    CHECK(candidates(loaded.documents[0]) ==
          std::vector<std::string>{" a Martian.", " the baker of clouds.", " the tuner of bells."});
    CHECK(candidates(loaded.documents[1]) ==
          std::vector<std::string>{" a Martian.", " bakes clouds.", " tunes bells."});
    CHECK(loaded.documents[2].at("entity") == "Joann Leeds");  // not Ann Lee, who is part of her
    CHECK(target(ask(probe(task), loaded.documents[2])) == 2);
    CHECK(target(ask(probe(task), loaded.documents[4])) == 1);
    CHECK(loaded.files.size() == 2);
  }
}

TEST_CASE("another entity with the same description is no rival") {
  const TemporaryFolder folder;
  write_facts(folder.path());
  write_file(folder.path() / kDescriptions, lines({{"Ann Lee is", " the baker."},
                                                   {"Bo is", " the baker."},
                                                   {"Joann Leeds is", " the tuner."}}));
  const auto loaded = load(probe(reverse_curse_n2d()), folder.path());
  CHECK(candidates(loaded.documents[1]) == std::vector<std::string>{" the baker.", " the tuner."});
}

TEST_CASE("what is ranked does not depend on the order of the lines") {
  const TemporaryFolder folder;
  write_facts(folder.path());
  const auto by_prompt = [](const Task& task, const fs::path& root) {
    std::map<std::string, std::string> documents;
    for (const Json& document : load(task, root).documents) {
      documents[document.at("prompt")] = document.dump();
    }
    return documents;
  };
  for (const auto& task : {reverse_curse_d2n(), reverse_curse_n2d(), reverse_curse_d2n_reverse(),
                           reverse_curse_n2d_reverse()}) {
    const auto wanted = by_prompt(probe(task), folder.path());
    const TemporaryFolder reversed;
    for (const char* file : {kNames, kDescriptions, kNamesReverse, kDescriptionsReverse}) {
      std::vector<std::pair<std::string, std::string>> facts;
      for (const Json& document : load(Task(task), folder.path()).documents) {
        facts.emplace_back(document.at("prompt"), document.at("completion"));
      }
      std::reverse(facts.begin(), facts.end());
      const std::string own = info(Task(task)).dataset.sources.back().documents.path;
      write_file(reversed.path() / file,
                 file == own ? lines(facts) : test::read_file(folder.path() / file));
    }
    CHECK(by_prompt(probe(task), reversed.path()) == wanted);
  }
}

TEST_CASE("a probe says what it cannot rank") {
  const TemporaryFolder folder;
  write_facts(folder.path());
  const auto descriptions = folder.path() / kDescriptions;
  write_file(descriptions, lines({{"Ann Lee is", " x."}, {"Bo is", " z."}, {"Nobody is", " y."}}));
  CHECK(contains(load_error(probe(reverse_curse_n2d()), folder.path()),
                 descriptions.string() + ":3: wanted the field \"prompt\" to hold one of the 3 "
                                         "names"));
  write_file(descriptions, lines({{"Ann Lee is", " x."}}));
  CHECK(contains(load_error(probe(reverse_curse_n2d()), folder.path()),
                 ":1: wanted completions of at least two entities to rank, got one"));
  fs::remove(folder.path() / kNamesReverse);
  CHECK(contains(load_error(probe(reverse_curse_n2d()), folder.path()),
                 "wanted the file " + (folder.path() / kNamesReverse).string() + "[.gz] beside " +
                     descriptions.string()));
  CHECK_FALSE(likelihood_probe(Task(piqa())).has_value());
  CHECK_FALSE(likelihood_probe(Task(gsm8k())).has_value());
}

TEST_CASE("ranks: a tie counts against the model") {
  const auto task = std::get<MultipleChoice>(probe(reverse_curse_d2n()));
  const Question question{
      .context = "p", .choices = {"a", "b", "c", "d"}, .gold = 2, .delimiter = ""};
  const auto ranked = [&](const std::vector<double>& nats) {
    std::vector<Estimate> estimates;
    for (const double value : nats) {
      estimates.emplace_back();
      estimates.back().nats = value;
    }
    return score(task, question, estimates);
  };
  CHECK(ranked({-3, -2, -1, -4}) == std::vector<double>{1.0, 1.0});
  CHECK(ranked({-3, -0.5, -1, -4}) == std::vector<double>{0.5, 0.0});
  CHECK(ranked({-3, -1, -1, -4}) == std::vector<double>{0.5, 0.0});
  CHECK(ranked({-1, -1, -1, -1}) == std::vector<double>{0.25, 0.0});
  CHECK(ranked({0, 0, -9, 0}) == std::vector<double>{0.25, 0.0});
}

TEST_CASE("the published prompts: thirty entities, ten ways to ask, thirty candidates") {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  for (const auto& task : {reverse_curse_d2n(), reverse_curse_n2d(), reverse_curse_d2n_reverse(),
                           reverse_curse_n2d_reverse()}) {
    INFO(task.info.name);
    const auto loaded = load(probe(task), *shared / "data");
    CHECK(loaded.warnings.empty());
    for (const auto& file : loaded.files) CHECK(file.checksum == Checksum::known);
    REQUIRE(loaded.documents.size() == 300);
    std::map<std::string, std::set<std::string>> completions;  // of each entity
    std::map<std::string, int> prompts;
    for (const Json& document : loaded.documents) {
      completions[document.at("entity")].insert(document.at("completion").get<std::string>());
      ++prompts[document.at("entity")];
    }
    CHECK(prompts.size() == 30);
    for (const auto& [entity, count] : prompts) CHECK(count == 10);
    for (const Json& document : loaded.documents) {
      REQUIRE(candidates(document).size() == 30);
      for (const auto& [entity, own] : completions) {  // exactly one of each
        std::size_t of_entity = 0;
        for (const auto& candidate : candidates(document)) of_entity += own.count(candidate);
        REQUIRE(of_entity == 1);
      }
    }
  }
}
