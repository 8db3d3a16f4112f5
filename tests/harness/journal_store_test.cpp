// Files of answers: what is put in comes out bit for bit, what is damaged never does, and several
// processes may share one.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "harness/journal/answer_codec.hpp"
#include "harness/journal/answer_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

std::string key_of(int n) {
  std::string key(32, static_cast<char>(n));
  key[0] = static_cast<char>(n >> 8);
  key[1] = static_cast<char>(n >> 16);
  return key;
}

StoredAnswer stored(int n, const std::string& model = "aa11") {
  return {.key = key_of(n), .value = "value " + std::to_string(n), .model = model};
}

std::vector<StoredAnswer> many(int first, int count, const std::string& model = "aa11") {
  std::vector<StoredAnswer> answers;
  for (int n = first; n < first + count; ++n) answers.push_back(stored(n, model));
  return answers;
}

/// How many of the first `count` answers a store gives back; fails for a wrong value.
int found_in(AnswerStore& store, int count) {
  int found = 0;
  for (int n = 0; n < count; ++n) {
    const auto value = store.find(key_of(n));
    if (!value) continue;
    REQUIRE(*value == stored(n).value);
    ++found;
  }
  return found;
}

/// A journal of some answers whose process died: its write-ahead log still stands beside it.
fs::path abandoned(const fs::path& folder, int count) {
  const auto file = folder / "journal.sqlite";
  const pid_t child = fork();
  if (child == 0) {
    AnswerStore store(file, StoreKind::journal);
    store.set_note("identity", {{"a", 1}});
    store.settle();
    for (const auto& answer : many(0, count)) store.put(std::vector{answer});
    _exit(0);  // without a last checkpoint
  }
  waitpid(child, nullptr, 0);
  return file;
}

void copy_store(const fs::path& from, const fs::path& to) {
  for (std::size_t f = 0; f < 2; ++f) {
    fs::copy_file(store_files(from)[f], store_files(to)[f], fs::copy_options::overwrite_existing);
  }
}

/// What a damaged copy gives: the number of good answers, or -1 for a clear error.
int answers_left(const fs::path& file, int count) {
  int found = -1;
  const auto text = test::error_text<ErrorKind::results>([&] {
    AnswerStore store(file, StoreKind::journal);
    found = found_in(store, count);
    return 0;
  });
  if (found < 0) {
    CHECK(contains(text, file.string()));
  }
  for (const auto& path : store_files(file)) fs::remove(path);
  return found;
}

/// Cuts a journal at every step-th byte, and at every byte near the borders of pages.
void check_cuts(std::uintmax_t step) {
  const test::TemporaryFolder folder;
  constexpr int kAnswers = 12;
  constexpr std::uintmax_t kPage = 4096;
  const auto journal = abandoned(folder.path(), kAnswers);
  const auto copy = folder.path() / "copy.sqlite";
  REQUIRE(fs::file_size(store_files(journal)[1]) > 0);
  int some = 0;
  for (std::size_t f = 0; f < 2; ++f) {
    const auto size = fs::file_size(store_files(journal)[f]);
    for (std::uintmax_t length = 0; length < size; ++length) {
      const bool border = length % kPage < 32 || length % kPage >= kPage - 8;
      if (!border && length % step != 0) continue;
      copy_store(journal, copy);
      fs::resize_file(store_files(copy)[f], length);
      const int left = answers_left(copy, kAnswers);
      if (left > 0 && left < kAnswers) ++some;
    }
  }
  CHECK(some > 0);  // a log that was cut in its middle keeps its beginning
  copy_store(journal, copy);
  CHECK(answers_left(copy, kAnswers) == kAnswers);
}

/// Lets processes write into one cache, each so many answers, five at a time, and checks that all
/// are there.
void check_sharing(int processes, int each) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "cache.sqlite";
  std::vector<pid_t> children;
  for (int p = 0; p < processes; ++p) {
    const pid_t child = fork();
    if (child == 0) {
      int code = 1;
      try {
        AnswerStore store(file, StoreKind::cache);
        for (int n = 0; n < each; n += 5) store.put(many(p * each + n, 5));
        code = 0;
      } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;  // _exit() flushes nothing
      }
      _exit(code);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  AnswerStore store(file, StoreKind::cache);
  CHECK(found_in(store, processes * each) == processes * each);
  CHECK(store.verify() == 0);
}

Answer likelihoods() {
  Estimate estimate{.nats = -1.0 / 3.0,
                    .standard_error = 5e-324,
                    .fold_count = 4,
                    .bound = Bound::lower,
                    .is_greedy = false,
                    .rows = 1'000'000'007,
                    .tokens = -1,
                    .enumerated = true,
                    .target_missed = true,
                    .stopped = true,
                    .eliminated = true,
                    .eliminated_from = {"acc", ""},
                    .prompt_reuse = PromptReuseRecord{.cheap_rows = 3,
                                                      .full_rows = 2,
                                                      .cheap_error = 0.1,
                                                      .correction_error = {},
                                                      .cheap_folds = 4,
                                                      .correction_folds = {}},
                    .folds = {{0.1, -0.0}, {}, {std::numeric_limits<double>::infinity()}},
                    .values = OrderValues{.any_order = -1.5,
                                          .elbo = -2.25,
                                          .orders_sd = 0.1,
                                          .oracle_best = -0.0,
                                          .oracle_worst = -std::numeric_limits<double>::infinity(),
                                          .left_to_right = -3.0,
                                          .confidence = -1.0,
                                          .margin = {},
                                          .entropy = -2.0}};
  RaceOutcome race{
      .undecided = {true, false}, .left = {{true}, {false, true}}, .rows = 5, .full_rows = 1};
  return {.value = Likelihoods{.estimates = {estimate, Estimate{}}, .race = race}};
}

Answer passes() {
  const Candidate candidate{.position = 3,
                            .token = 17,
                            .log_confidence = -0.25,
                            .entropy = 1e300,
                            .best = 0.5,
                            .second = std::nan("")};
  return {.value = Passes{{.output_ids = {1, 2, 1'000'000},
                           .forwards = 4,
                           .rows = 8,
                           .tokens = 24,
                           .new_tokens = 2},
                          {.output_ids = {}}},
          .trace = {{{.step = 5, .revealed = {candidate}}, {.step = 6, .revealed = {}}}, {}}};
}

}  // namespace

TEST_CASE("an answer as bytes is the answer, bit for bit") {
  for (const auto& answer : {likelihoods(), passes(), Answer{}}) {
    const auto bytes = encode_answer(answer);
    const auto back = decode_answer(bytes);
    REQUIRE(back.has_value());
    CHECK(encode_answer(*back) == bytes);
  }
  const auto back = decode_answer(encode_answer(likelihoods())).value();
  const auto& own = std::get<Likelihoods>(back.value);
  CHECK(own.estimates.at(0).nats == -1.0 / 3.0);
  CHECK(own.estimates.at(0).standard_error == 5e-324);
  CHECK(own.estimates.at(0).tokens == -1);
  CHECK(std::signbit(own.estimates.at(0).folds.at(0).at(1)));
  CHECK(own.estimates.at(0).eliminated_from == std::vector<std::string>{"acc", ""});
  CHECK(own.estimates.at(0).prompt_reuse.value().correction_error == std::nullopt);
  CHECK(own.race.value().left == std::vector<std::vector<bool>>{{true}, {false, true}});
  CHECK(std::get<Passes>(decode_answer(encode_answer(passes())).value().value).size() == 2);
}

TEST_CASE("bytes that are cut, longer or of another version are no answer") {
  const auto bytes = encode_answer(likelihoods());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(decode_answer(bytes.substr(0, length)).has_value());
  CHECK_FALSE(decode_answer(bytes + "x").has_value());
  auto other = bytes;
  ++other[0];
  CHECK_FALSE(decode_answer(other).has_value());
}

TEST_CASE("a store gives back what was put in, also to the next process") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.sqlite";
  {
    AnswerStore store(file, StoreKind::cache);
    store.put(many(0, 10));
    store.put(std::vector{StoredAnswer{.key = key_of(3), .value = "value 3", .model = "bb"}});
    store.set_note("plan", {{"a", {1, 2}}});
    CHECK_FALSE(store.find(key_of(10)).has_value());
  }
  AnswerStore store(file, StoreKind::cache);
  CHECK(found_in(store, 20) == 10);
  CHECK(store.size() == 10);
  CHECK(store.verify() == 0);
  CHECK(store.note("plan") == Json{{"a", {1, 2}}});
  CHECK(store.note("none") == std::nullopt);
  CHECK(store.shares().size() == 2);
}

TEST_CASE("a store is one of its kind and of this version") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.sqlite";
  {
    const AnswerStore store(file, StoreKind::cache);
  }
  const auto open = [&] { return AnswerStore(file, StoreKind::journal).size(); };
  CHECK(contains(test::error_text<ErrorKind::results>(open), "wanted a journal"));
  {
    Database database(file, Sharing::shared, "");
    database.execute("PRAGMA user_version = 99");
  }
  const auto cache = [&] { return AnswerStore(file, StoreKind::cache).size(); };
  CHECK(contains(test::error_text<ErrorKind::results>(cache), "another version of smdm-eval"));
}

TEST_CASE("files of others are refused and stay as they are") {
  const test::TemporaryFolder folder;
  const auto text = folder.path() / "notes.txt";
  test::write_file(
      text, "my notes, which are longer than a header of a database: " + std::string(200, '.'));
  const auto before = test::read_file(text);
  const auto open = [&] { return AnswerStore(text, StoreKind::cache).size(); };
  const auto said = test::error_text<ErrorKind::results>(open);
  CHECK(contains(said, "is damaged, or no file of ours"));
  CHECK(contains(said, "give --cache another file"));
  CHECK(test::read_file(text) == before);
  CHECK_FALSE(fs::exists(text.string() + "-wal"));
  const auto in_folder = [&] { return AnswerStore(folder.path(), StoreKind::cache).size(); };
  CHECK(contains(test::error_text<ErrorKind::results>(in_folder), folder.path().string()));
}

TEST_CASE("a value or a note that was changed is not given back") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.sqlite";
  {
    AnswerStore store(file, StoreKind::cache);
    store.put(many(0, 3));
    store.set_note("plan", 1);
  }
  {
    Database database(file, Sharing::shared, "");
    database.execute(
        "UPDATE answers SET value = CAST('value 9' AS BLOB) WHERE value = CAST('value 1' AS BLOB)");
  }
  {
    AnswerStore store(file, StoreKind::cache);
    CHECK_FALSE(store.find(key_of(1)).has_value());
    CHECK(store.find(key_of(2)) == "value 2");
    CHECK(store.damaged() == 1);
    CHECK(store.verify() == 1);
    store.put(many(1, 1));  // computed again
    CHECK(store.verify() == 0);
  }
  {
    Database database(file, Sharing::shared, "");
    database.execute("UPDATE notes SET value = '2' WHERE name = 'plan'");
  }
  AnswerStore store(file, StoreKind::cache);
  CHECK(test::thrown_kind([&] { static_cast<void>(store.note("plan")); }) == ErrorKind::results);
}

TEST_CASE("answers go by size, age and model") {
  const test::TemporaryFolder folder;
  AnswerStore store(folder.path() / "a.sqlite", StoreKind::cache);
  store.put(many(0, 10, "aa11"));
  store.put(many(10, 10, "bb22"));
  CHECK(store.prune({.model = "aa"}, 0) == 10);
  CHECK(store.shares().size() == 1);
  const auto bytes = store.shares().front().bytes;
  CHECK(store.prune({.bytes = bytes}, 0) == 0);
  CHECK(store.prune({.bytes = bytes / 2}, 0) == 5);
  CHECK(store.shares().front().bytes <= bytes / 2);
  const auto newest = store.shares().front().newest;
  CHECK(store.prune({.seconds = 100}, newest + 50) == 0);
  CHECK(store.prune({.seconds = 100}, newest + 101) == 5);
  CHECK(store.size() == 0);
  CHECK(store.shares().empty());
}

TEST_CASE("a journal that was cut anywhere gives good answers or a clear error") {
  check_cuts(/*step=*/61);
}

TEST_CASE("a journal that was cut at every byte gives good answers or a clear error", "[long]") {
  check_cuts(/*step=*/1);
}

TEST_CASE("a journal with flipped bits gives good answers or a clear error") {
  const test::TemporaryFolder folder;
  constexpr int kAnswers = 12;
  const auto journal = abandoned(folder.path(), kAnswers);
  const auto copy = folder.path() / "copy.sqlite";
  std::uint64_t state = 1;
  const auto draw = [&](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  int errors = 0;
  for (int k = 0; k < 400; ++k) {
    copy_store(journal, copy);
    const auto damaged = store_files(copy)[draw(2)];
    auto bytes = test::read_file(damaged);
    const auto at = draw(bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << draw(8)));
    test::write_file(damaged, bytes);
    if (answers_left(copy, kAnswers) < 0) ++errors;
  }
  CHECK(errors > 0);
  CHECK(errors < 400);
}

TEST_CASE("processes that share a cache lose no write") {
  check_sharing(/*processes=*/4, /*each=*/150);
}

TEST_CASE("processes that make a new cache at the same time") {
  for (int round = 0; round < 25; ++round) check_sharing(/*processes=*/6, /*each=*/5);
}

TEST_CASE("eight processes that share a cache for about a minute lose no write", "[long]") {
  check_sharing(/*processes=*/8, /*each=*/80000);
}

}  // namespace smdm
