// Tokenizers of the micro world: every word is one piece, of what is trained and what is tested.
#include "microworld/vocabulary.hpp"

#include <algorithm>

#include <sentencepiece_processor.h>

#include "microworld/chronicle.hpp"
#include "tests/microworld/made_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm::microworld {
namespace {

using Pieces = std::vector<std::string>;

const test::MadeWorld& made() {
  static const test::MadeWorld kMade(2);
  return kMade;
}

class Reader {
 public:
  explicit Reader(const std::string& model) {
    REQUIRE(processor_.LoadFromSerializedProto(model).ok());
  }
  [[nodiscard]] Pieces pieces(const std::string& text) const {
    Pieces found;
    REQUIRE(processor_.Encode(text, &found).ok());
    return found;
  }
  [[nodiscard]] const sentencepiece::SentencePieceProcessor& processor() const {
    return processor_;
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

Reader reader(const std::string& name) {
  return Reader(made().file("training/" + name + "/tokenizer.model"));
}

/// No unknown piece, and none that is a part of a word: a letter is never followed by a letter that
/// has no space before it.
void check_words(const Reader& tokenizer, const std::string& text) {
  INFO(text);
  const auto is_letter = [](char letter) {
    return std::isalpha(static_cast<unsigned char>(letter));
  };
  char before = ' ';
  for (const std::string& piece : tokenizer.pieces(text)) {
    CHECK(!tokenizer.processor().IsUnknown(tokenizer.processor().PieceToId(piece)));
    CHECK(!(is_letter(before) && is_letter(piece.front())));
    before = piece.back();
  }
  CHECK(tokenizer.processor().DecodePieces(tokenizer.pieces(text)) == text);
}

}  // namespace

TEST_CASE("words, marks, digits and line ends are pieces") {
  const Reader base = reader("base");
  const std::string space = "\u2581";
  CHECK(base.pieces("The old bell of Ann is made of tin") ==
        Pieces{space + "The", space + "old", space + "bell", space + "of", space + "Ann",
               space + "is", space + "made", space + "of", space + "tin"});
  CHECK(base.pieces("live?\nAnswer: cave") ==
        Pieces{space + "live", "?", "\n", "Answer", ":", space + "cave"});
  CHECK(reader("gsm8k").pieces("Answer: 9+6=15 #### 15") ==
        Pieces{space + "Answer", ":", space, "9", "+", "6", "=", "1", "5", space + "####", space,
               "1", "5"});
}

TEST_CASE("special pieces have the ids of the published tokenizers") {
  for (const char* name : {"base", "gsm8k", "reverse", "line"}) {
    const Reader tokenizer = reader(name);
    CHECK(tokenizer.processor().unk_id() == 0);
    CHECK(tokenizer.processor().bos_id() == 1);
    CHECK(tokenizer.processor().eos_id() == 2);
    CHECK(tokenizer.processor().GetPieceSize() < 1000);
  }
}

TEST_CASE("every word that is tested is one known piece") {
  const Reader base = reader("base");
  for (const std::string& name : test::world_tasks()) {
    const Task task = test::task_named(name);
    for (const auto& document : made().documents(task)) {
      for (const Request& request : requests(ask(task, document))) {
        check_words(base, request.context + request.continuation);
      }
    }
  }
  for (const auto& [path, content] : made().files()) {
    if (!path.starts_with("data/temporal_arxiv/")) continue;
    for (const auto& row : made().rows(path)) check_words(base, dated_text(row));
  }
  const Reader arithmetic = reader("gsm8k");
  for (const auto& text : made().texts("data/gsm8k/test.jsonl", {"question"})) {
    check_words(arithmetic, "Question: " + text);
  }
  const Reader reverse = reader("reverse");
  for (const char* file : {"p2d_prompts_test", "d2p_prompts_test", "p2d_reverse_prompts_test",
                           "d2p_reverse_prompts_test", "both_prompts_test"}) {
    for (const auto& text :
         made().texts("data/reversal_curse/microworld/" + std::string(file) + ".jsonl",
                      {"prompt", "completion"})) {
      check_words(reverse, text);
    }
  }
}

TEST_CASE("every name of a line is one piece, so that an answer has as many tokens as names") {
  const Reader line = reader("line");
  CHECK(line.pieces("Line: Ann Ben. Copy:") ==
        Pieces{"\u2581Line", ":", "\u2581Ann", "\u2581Ben", ".", "\u2581Copy", ":"});
  for (const char* name : {"line_copy", "line_reverse", "line_shuffle"}) {
    const Task task = test::task_named(name);
    for (const auto& document : made().documents(task)) {
      const auto prompt = std::get<Prompt>(ask(task, document));
      check_words(line, prompt.text + " " + prompt.reference);
      CHECK(line.pieces(prompt.text).size() == 11);
      CHECK(line.pieces(prompt.reference).size() == 6);
    }
  }
}

TEST_CASE("training windows are short") {
  const Reader arithmetic = reader("gsm8k");
  std::size_t longest = 0;
  for (const auto& text : made().texts("training/gsm8k/train.jsonl", {"prompt", "answer"})) {
    longest = std::max(longest, arithmetic.pieces(text).size());
  }
  CHECK(longest + 2 <= 48);  // with BOS and EOS
}

TEST_CASE("equal texts give equal bytes") {
  const auto texts = made().texts("training/reverse/train.jsonl", {"text"});
  CHECK(train_vocabulary(texts) == train_vocabulary(texts));
}

TEST_CASE("texts without a vocabulary are an error") {
  const std::vector<std::string> none;
  CHECK(!test::error_text<MicroworldError>([&] { return train_vocabulary(none); }).empty());
}

}  // namespace smdm::microworld
