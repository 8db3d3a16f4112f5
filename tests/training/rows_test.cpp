// From files to rows, and from rows to batches.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"
#include "training/batches.hpp"
#include "training/corpus.hpp"
#include "training/schedule.hpp"

namespace smdm::training {
namespace {

using test::contains;
using test::error_text;
using test::write_file;

class Files {
 public:
  [[nodiscard]] Corpus read(const std::string& text, RowKind rows = RowKind::document) {
    write_file(path(), text);
    return Corpus({.files = {path()}, .rows = rows, .context = 4, .vocabulary = 10, .fill = 0},
                  nullptr);
  }
  [[nodiscard]] std::string error(const std::string& text, RowKind rows = RowKind::document) {
    return error_text<ErrorKind::data>([&] { return read(text, rows).size(); });
  }
  [[nodiscard]] std::string path() const { return (folder_.path() / "rows.jsonl").string(); }

 private:
  test::TemporaryFolder folder_;
};

std::vector<std::int32_t> ids_of(const Corpus& corpus, std::size_t row) {
  const auto ids = corpus.ids(row);
  return {ids.begin(), ids.end()};
}

Corpus numbered_rows(std::int64_t count) {
  std::vector<std::vector<std::int64_t>> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(std::vector<std::int64_t>(static_cast<std::size_t>(i % 7 + 1), i));
  return Corpus(rows);
}

TEST_CASE("rows of ids", "[corpus]") {
  Files files;
  const auto corpus =
      files.read("{\"text_ids\": [1, 2, 3]}\n\n{\"prompt_ids\": [4], \"answer_ids\": [5, 6]}\n");
  REQUIRE(corpus.size() == 2);
  CHECK(ids_of(corpus, 0) == std::vector<std::int32_t>{1, 2, 3});
  CHECK(corpus.row(0).prompt == 0);
  CHECK(ids_of(corpus, 1) == std::vector<std::int32_t>{4, 5, 6});
  CHECK(corpus.row(1).prompt == 1);
  CHECK(corpus.where(1) == files.path() + ":3");
  CHECK(corpus.digests().size() == 1);
}

TEST_CASE("texts end to end are cut to the context", "[corpus]") {
  Files files;
  const auto corpus =
      files.read("{\"text_ids\": [1, 2, 3]}\n{\"text_ids\": [4, 5, 6]}\n", RowKind::stream);
  REQUIRE(corpus.size() == 2);
  CHECK(ids_of(corpus, 0) == std::vector<std::int32_t>{1, 2, 3, 4});
  CHECK(ids_of(corpus, 1) == std::vector<std::int32_t>{5, 6});
  CHECK(corpus.where(1) == files.path() + ":2");
}

TEST_CASE("bad rows are named by file and line", "[corpus]") {
  Files files;
  const auto at = [&](int line) { return files.path() + ":" + std::to_string(line) + ": "; };
  CHECK(files.error("") == files.path() + ": wanted at least one row of text, got none");
  CHECK(contains(files.error("{\"text_ids\": [1]}\n{oops\n"), at(2) + "wanted a JSON object"));
  CHECK(contains(files.error("{\"other\": 1}\n"), at(1) + "wanted the field text"));
  CHECK(contains(files.error("{\"text_ids\": [1, 2, 3, 4, 5]}\n"),
                 at(1) + "wanted at most 4 tokens, the context, got 5"));
  CHECK(contains(files.error("{\"text_ids\": [1, 10]}\n"),
                 at(1) + "wanted token ids of 0..9, got 10"));
  CHECK(contains(files.error("{\"text_ids\": []}\n"), at(1) + "wanted at least one token"));
  CHECK(contains(files.error("{\"text\": \"hi\"}\n"), at(1) + "wanted token ids, got text"));
  CHECK(contains(files.error("{\"text\": 3}\n"), at(1) + "field \"text\": wanted a string, got 3"));
  CHECK(contains(files.error("{\"prompt_ids\": [1], \"answer_ids\": []}\n"),
                 at(1) + "wanted an answer of at least one token"));
  CHECK(contains(files.error("{\"prompt_ids\": [1], \"answer_ids\": [2]}\n", RowKind::stream),
                 at(1) + "wanted texts alone in a stream"));
}

TEST_CASE("text gets its tokens, its end, and its filling", "[corpus]") {
  const auto shared = test::shared();
  if (!shared) return test::skip("needs a SentencePiece model");
  const auto opened =
      open_tokenizer(*shared / "data" / "tokenizers" / "llama2" / "tokenizer.model");
  const auto& tokenizer = *opened;
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "text.jsonl";
  write_file(path, "{\"text\": \"one two\"}\n{\"prompt\": \"one\", \"answer\": \" two\"}\n");
  const Corpus corpus({.files = {path}, .context = 16, .vocabulary = tokenizer.pieces(), .fill = 6},
                      &tokenizer);
  const auto end = static_cast<std::int32_t>(tokenizer.eos_id());
  const auto text = tokenizer.encode("one two");
  std::vector<std::int32_t> wanted(text.begin(), text.end());
  wanted.resize(6, end);
  CHECK(ids_of(corpus, 0) == wanted);
  CHECK(ids_of(corpus, 1) == wanted);
  CHECK(corpus.row(0).prompt == 0);
  CHECK(corpus.row(1).prompt == static_cast<std::int64_t>(tokenizer.encode("one").size()));
}

TEST_CASE("every epoch takes every row once, in another order", "[batches]") {
  const auto corpus = numbered_rows(50);
  Batches batches(corpus, {.seed = 1, .rows = 8});
  std::vector<std::size_t> taken;
  for (std::int64_t step = 0; step < 25; ++step) {
    for (const auto& row : batches.batch(step)) {
      CHECK(row.sample == static_cast<std::int64_t>(taken.size()));
      CHECK(row.length == corpus.row(row.row).length);
      taken.push_back(row.row);
    }
  }
  std::set<std::vector<std::size_t>> orders;
  for (std::size_t epoch = 0; epoch < 4; ++epoch) {
    std::vector<std::size_t> rows(taken.begin() + static_cast<std::ptrdiff_t>(50 * epoch),
                                  taken.begin() + static_cast<std::ptrdiff_t>(50 * (epoch + 1)));
    orders.insert(rows);
    std::sort(rows.begin(), rows.end());
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i] == i);
  }
  CHECK(orders.size() == 4);
}

TEST_CASE("a batch depends on seed and step alone", "[batches]") {
  const auto corpus = numbered_rows(50);
  const BatchOptions options{.seed = 4, .rows = 8, .random_length = 0.5, .cut_unit = CutUnit::row};
  Batches forwards(corpus, options);
  Batches backwards(corpus, options);
  std::vector<std::vector<BatchRow>> first;
  for (std::int64_t step = 0; step < 20; ++step) first.push_back(forwards.batch(step));
  for (std::int64_t step = 19; step >= 0; --step) {
    const auto again = backwards.batch(step);
    for (std::size_t i = 0; i < again.size(); ++i) {
      CHECK(again[i].row == first[static_cast<std::size_t>(step)][i].row);
      CHECK(again[i].length == first[static_cast<std::size_t>(step)][i].length);
    }
  }
}

TEST_CASE("random lengths cut the share that was asked for", "[batches]") {
  const Corpus corpus(std::vector<std::vector<std::int64_t>>(40, std::vector<std::int64_t>(9, 1)));
  std::size_t cut = 0;
  std::set<std::int64_t> lengths;
  Batches rows(corpus, {.rows = 40, .random_length = 0.25, .cut_unit = CutUnit::row});
  for (std::int64_t step = 0; step < 100; ++step) {
    for (const auto& row : rows.batch(step)) {
      lengths.insert(row.length);
      if (row.length < 9) ++cut;
    }
  }
  CHECK(lengths == std::set<std::int64_t>{2, 3, 4, 5, 6, 7, 8, 9});
  // A length of 9 is one of 8 draws: 4000 * 0.25 * 7 / 8 = 875, standard deviation 26.
  CHECK(cut > 770);
  CHECK(cut < 980);

  std::size_t cut_batches = 0;
  Batches whole(corpus, {.rows = 8, .random_length = 0.5, .cut_unit = CutUnit::batch});
  for (std::int64_t step = 0; step < 400; ++step) {
    const auto batch = whole.batch(step);
    for (const auto& row : batch) CHECK(row.length == batch.front().length);
    if (batch.front().length < 9) ++cut_batches;
  }
  CHECK(cut_batches > 135);  // 175, standard deviation 10
  CHECK(cut_batches < 215);
}

TEST_CASE("budgets become steps", "[schedule]") {
  const Corpus corpus(std::vector<std::vector<std::int64_t>>(10, std::vector<std::int64_t>(5, 1)));
  Batches batches(corpus, {.rows = 4});
  CHECK(steps_of(Steps{7}, 100, batches) == 7);
  CHECK(steps_of(Tokens{200}, 100, batches) == 10);
  CHECK(steps_of(Tokens{201}, 100, batches) == 11);
  CHECK(steps_of(Flops{6.0 * 100 * 200}, 100, batches) == 10);
}

TEST_CASE("the learning rate rises in a line and falls in a cosine", "[schedule]") {
  const RateSchedule schedule{.highest = 2.0, .lowest_share = 0.1, .warm_up = 4, .steps = 104};
  CHECK(learning_rate(schedule, 0) == Approx(0.5));
  CHECK(learning_rate(schedule, 3) == Approx(2.0));
  CHECK(learning_rate(schedule, 4) == Approx(2.0));
  CHECK(learning_rate(schedule, 54) == Approx(2.0 * (0.1 + 0.9 * 0.5)));
  CHECK(learning_rate(schedule, 104) == Approx(0.2));
}

}  // namespace
}  // namespace smdm::training
