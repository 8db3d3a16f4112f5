#include "microworld/vocabulary.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

namespace smdm::microworld {
namespace {

/// Texts as the trainer reads them.
class TextIterator final : public sentencepiece::SentenceIterator {
 public:
  explicit TextIterator(std::span<const std::string> texts) : texts_(texts) {}
  bool done() const override { return at_ == texts_.size(); }
  void Next() override { ++at_; }
  const std::string& value() const override { return texts_[at_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  std::span<const std::string> texts_;
  std::size_t at_ = 0;
};

enum class Letters : std::uint8_t { word, digit, mark, space, line_end };

Letters letters_of(char letter) {
  if (letter == ' ') return Letters::space;
  if (letter == '\n') return Letters::line_end;
  if (letter >= '0' && letter <= '9') return Letters::digit;
  const bool latin = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  return latin ? Letters::word : Letters::mark;
}

constexpr std::string_view kSpace = "\u2581";  // as SentencePiece writes it

/// What should be pieces: runs of letters or marks with the space before them, single digits.
std::set<std::string> units_of(std::string_view text) {
  std::set<std::string> units;
  std::string unit(kSpace);  // the trainer puts a space before every text
  Letters kind = Letters::space;
  const auto finish = [&] {
    if (!unit.empty()) units.insert(unit);
    unit.clear();
  };
  for (const char letter : text) {
    const Letters now = letters_of(letter);
    const bool goes_on = now == kind && (now == Letters::word || now == Letters::mark);
    const bool after_space =
        kind == Letters::space && (now == Letters::word || now == Letters::mark);
    if (!goes_on && !after_space) finish();
    unit += now == Letters::space ? std::string(kSpace) : std::string(1, letter);
    kind = now;
  }
  finish();
  return units;
}

std::string reason(const sentencepiece::util::Status& status) {
  std::string text = status.ToString();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// The texts, and every unit alone and before a mark. The trainer takes for a candidate only what
/// begins two of its different words, and "eat" may come in one alone.
std::vector<std::string> with_examples(std::span<const std::string> texts,
                                       const std::set<std::string>& units) {
  std::vector<std::string> sentences(texts.begin(), texts.end());
  for (const std::string& unit : units) {
    const bool spaced = unit.starts_with(kSpace);
    std::string word(spaced ? "" : "\n");
    word += unit.substr(spaced ? kSpace.size() : 0);
    sentences.push_back(word);
    sentences.push_back(word + ".");
  }
  return sentences;
}

void check_pieces(const std::string& model, const std::set<std::string>& units) {
  sentencepiece::SentencePieceProcessor processor;
  const auto status = processor.LoadFromSerializedProto(model);
  if (!status.ok()) throw MicroworldError("wanted a SentencePiece model: " + reason(status));
  for (const std::string& unit : units) {
    if (processor.IsUnknown(processor.PieceToId(unit))) {
      throw MicroworldError("wanted every word to be one piece, got none for \"" + unit + "\"");
    }
  }
}

}  // namespace

std::string train_vocabulary(std::span<const std::string> texts) {
  std::set<std::string> units;
  for (const std::string& text : texts) units.merge(units_of(text));
  std::set<char> letters;
  for (const std::string& text : texts) letters.insert(text.begin(), text.end());
  constexpr std::size_t kSpecial = 3;  // unknown, BOS, EOS
  std::string model;
  const auto sentences = with_examples(texts, units);
  TextIterator iterator(sentences);
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      {{"model_type", "unigram"},
       {"vocab_size", std::to_string(units.size() + letters.size() + kSpecial)},
       {"hard_vocab_limit", "false"},
       {"character_coverage", "1.0"},
       {"split_digits", "true"},
       {"user_defined_symbols", "\n"},
       {"normalization_rule_name", "identity"},
       {"num_threads", "1"},
       {"shuffle_input_sentence", "false"},
       {"minloglevel", "1"}},
      &iterator, &model);
  if (!status.ok()) throw MicroworldError("SentencePiece's trainer: " + reason(status));
  check_pieces(model, units);
  return model;
}

}  // namespace smdm::microworld
