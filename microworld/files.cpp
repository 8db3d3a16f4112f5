#include "microworld/files.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "microworld/arithmetic.hpp"
#include "microworld/chronicle.hpp"
#include "microworld/infill.hpp"
#include "microworld/kinds.hpp"
#include "microworld/lines.hpp"
#include "microworld/people.hpp"
#include "microworld/vocabulary.hpp"

namespace smdm::microworld {
namespace {

using Texts = std::vector<std::string>;

/// Of kBaseRows: dated documents, spread over the training months.
constexpr std::size_t kDatedRows = 6000;

File json_lines(std::string path, const std::vector<Json>& rows) {
  File file{.path = std::move(path), .content = {}, .rows = rows.size()};
  for (const Json& row : rows) file.content += row.dump() + "\n";
  return file;
}

File text_lines(std::string path, const Texts& texts) {
  std::vector<Json> rows;
  for (const std::string& text : texts) rows.push_back({{"text", text}});
  return json_lines(std::move(path), rows);
}

/// Whole texts of training rows.
Texts texts_of(const std::vector<Json>& rows) {
  Texts texts;
  for (const Json& row : rows)
    texts.push_back(row.value("text", "") + row.value("prompt", "") + row.value("answer", ""));
  return texts;
}

File statement_lines(std::string path, const std::vector<Statement>& statements) {
  std::vector<Json> rows;
  rows.reserve(statements.size());
  for (const Statement& statement : statements) rows.push_back(statement.row());
  return json_lines(std::move(path), rows);
}

/// Training and validation of one checkpoint, with the tokenizer of its texts.
void add_training(const std::string& name,
                  File training,
                  File validation,
                  const Texts& texts,
                  std::vector<File>& files) {
  const std::string folder = "training/" + name + "/";
  training.path = folder + "train.jsonl";
  validation.path = folder + "validation.jsonl";
  files.push_back(std::move(training));
  files.push_back(std::move(validation));
  files.push_back({.path = folder + "tokenizer.model", .content = train_vocabulary(texts)});
}

class Maker {
 public:
  Maker(std::uint64_t seed, const Sizes& sizes)
      : world_(make_world(seed)), chronicle_(make_chronicle(seed)), sizes_(sizes) {}

  [[nodiscard]] std::vector<File> all() && {
    add_base();
    add_arithmetic();
    add_reversal();
    add_lines();
    add_world();
    return std::move(files_);
  }

 private:
  /// Every other question as a text, the others as prompt and answer.
  /// @param wanted  about so many, of which kinds and dated documents have their shares
  [[nodiscard]] std::vector<Json> base_rows(Split split, std::size_t wanted) const {
    std::vector<Json> rows;
    rows.reserve(wanted);
    for (std::size_t i = 0; i < kinds().size(); ++i) {
      const auto part = solved_problems(world_, i, split, kinds()[i].rows * wanted / kBaseRows);
      for (std::size_t k = 0; k < part.size(); ++k) {
        if (k % 2 == 0) {
          rows.push_back({{"text", text_of(part[k])}});
        } else {
          rows.push_back({{"prompt", part[k].context}, {"answer", " " + part[k].answer}});
        }
      }
    }
    const std::size_t dated = kDatedRows * wanted / kBaseRows;
    for (std::size_t month = 0; month < kTrainingMonths; ++month) {
      for (const Json& document :
           dated_documents(world_.seed, chronicle_, month, split, dated / kTrainingMonths)) {
        rows.push_back({{"text", dated_text(document)}});
      }
    }
    Draws draws(world_.seed, Stream::order, 100, static_cast<std::uint64_t>(split));
    draws.shuffle(rows);
    return rows;
  }

  void add_base() {
    const auto rows = base_rows(Split::training, std::min(sizes_.base_rows, kBaseRows));
    auto training = json_lines(
        "", sizes_.base_rows > kBaseRows ? base_rows(Split::training, sizes_.base_rows) : rows);
    add_training("base", std::move(training),
                 json_lines("", base_rows(Split::validation, sizes_.base_validation)),
                 texts_of(rows), files_);
    for (std::size_t i = 0; i < kinds().size(); ++i) {
      const auto& kind = kinds()[i];
      const auto count = sizes_.question_items > 0 ? sizes_.question_items : kind.items;
      files_.push_back(json_lines("data/" + std::string(kind.file), test_rows(world_, i, count)));
    }
    files_.push_back(
        json_lines("data/infill/test.jsonl", infill_rows(world_, sizes_.infill_items)));
    for (std::size_t month = 0; month < kMonths; ++month) {
      files_.push_back(json_lines(
          "data/temporal_arxiv/" + chronicle_[month].name + ".jsonl",
          dated_documents(world_.seed, chronicle_, month, Split::test, sizes_.dated_items)));
    }
  }

  void add_arithmetic() {
    const auto rows_of = [&](Split split, std::size_t count) {
      std::vector<Json> rows;
      for (const WordProblem& problem : word_problems(world_.seed, split, count)) {
        rows.push_back(split == Split::test ? test_row(problem) : training_row(problem));
      }
      return rows;
    };
    const auto rows = rows_of(Split::training, sizes_.arithmetic_rows);
    add_training("gsm8k", json_lines("", rows),
                 json_lines("", rows_of(Split::validation, sizes_.validation_rows)), texts_of(rows),
                 files_);
    files_.push_back(
        json_lines("data/gsm8k/test.jsonl", rows_of(Split::test, sizes_.arithmetic_items)));
    const auto problems = word_problems(world_.seed, Split::test, sizes_.arithmetic_items);
    files_.push_back(
        json_lines("data/mt_bench/question.jsonl", dialogue_rows(problems, sizes_.dialogue_items)));
  }

  void add_reversal() {
    const ReversalSet set = make_reversal_set(world_.seed);
    std::vector<Statement> told = set.name_first_training;
    told.insert(told.end(), set.description_first_training.begin(),
                set.description_first_training.end());
    // In half of the phrasings, so twice: everybody is told as often in an order.
    std::vector<Statement> training = told;
    training.insert(training.end(), told.begin(), told.end());
    training.insert(training.end(), set.both_training.begin(), set.both_training.end());
    told.insert(told.end(), set.both_training.begin(), set.both_training.end());
    Draws draws(world_.seed, Stream::order, 101, 0);
    draws.shuffle(training);
    Texts texts;
    for (const Statement& statement : training) texts.push_back(statement.text());
    Texts validation;
    for (const Statement& statement : set.validation) validation.push_back(statement.text());
    add_training("reverse", text_lines("", texts), text_lines("", validation), texts, files_);
    const std::pair<const char*, const std::vector<Statement>&> reference[] = {
        {"p2d_prompts_train", set.name_first_training},
        {"d2p_prompts_train", set.description_first_training},
        {"both_prompts_train", set.both_training},
        {"all_prompts_train", told},
        {"p2d_prompts_test", set.name_first_test},
        {"d2p_prompts_test", set.description_first_test},
        {"p2d_reverse_prompts_test", set.name_first_reverse},
        {"d2p_reverse_prompts_test", set.description_first_reverse},
        {"both_prompts_test", set.validation},
    };
    for (const auto& [name, statements] : reference) {
      files_.push_back(statement_lines(
          "data/reversal_curse/microworld/" + std::string(name) + ".jsonl", statements));
    }
  }

  void add_lines() {
    const auto rows = line_rows(world_.seed, Split::training, sizes_.line_rows);
    add_training("line", json_lines("", rows),
                 json_lines("", line_rows(world_.seed, Split::validation, sizes_.validation_rows)),
                 texts_of(rows), files_);
    files_.push_back(
        json_lines("data/line/test.jsonl", line_rows(world_.seed, Split::test, sizes_.line_items)));
  }

  void add_world() {
    Json people = Json::array();
    constexpr const char* kTold[] = {"name first", "description first", "both"};
    for (const Person& person : make_people(world_.seed)) {
      people.push_back({{"name", person.name},
                        {"description", person.description},
                        {"told", kTold[static_cast<std::size_t>(person.told)]}});
    }
    const Json world = {
        {"world_version", kWorldVersion}, {"seed", world_.seed}, {"facts", facts_of(world_)},
        {"rumours", rumours_of(world_)},  {"people", people},    {"months", facts_of(chronicle_)}};
    files_.push_back({.path = "world.json", .content = world.dump(1) + "\n"});
  }

  World world_;
  std::vector<Month> chronicle_;
  Sizes sizes_;
  std::vector<File> files_;
};

}  // namespace

std::vector<File> make_files(std::uint64_t seed, const Sizes& sizes) {
  constexpr std::uint64_t kSeeds = std::uint64_t{1} << 32U;
  if (seed >= kSeeds) {
    throw std::invalid_argument("micro world: wanted a seed below 2^32, got " +
                                std::to_string(seed));
  }
  return Maker(seed, sizes).all();
}

}  // namespace smdm::microworld
