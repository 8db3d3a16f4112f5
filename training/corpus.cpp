#include "training/corpus.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/lines.hpp"
#include "base/text/json_text.hpp"

namespace smdm::training {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::int64_t>;

/// One line's tokens.
struct Document {
  Ids ids;
  std::int64_t prompt = 0;
  bool answered = false;  ///< a prompt and its answer, even if the prompt is empty
};

}  // namespace

/// Turns lines into rows; knows where it is, so that errors can say it.
class CorpusReader {
 public:
  CorpusReader(Corpus& corpus, const Tokenizer* tokenizer)
      : corpus_(corpus), options_(corpus.options_) {
    // As SMDM's checkpoints, which training writes, are evaluated.
    if (tokenizer != nullptr) encoder_.emplace(*tokenizer, TextRule{.bos = BosRule::in_front});
    const auto end = tokenizer == nullptr ? -1 : tokenizer->eos_id();
    if (end >= 0) end_ = end;
  }

  void read(std::int64_t file) {
    file_ = file;
    LineReader lines(options_.files[static_cast<std::size_t>(file)]);
    const auto before = corpus_.rows_.size();
    std::string line;
    while (lines.next(line)) {
      if (line.find_first_not_of(" \t") == std::string::npos) continue;
      line_ = lines.line_number();
      where_ = lines.where();
      add(finished(parse(line)));
    }
    close_stream();
    if (corpus_.rows_.size() == before)
      throw Error(ErrorKind::data, options_.files[static_cast<std::size_t>(file)].string() +
                                       ": wanted at least one row of text, got none");
    corpus_.digests_.push_back(lines.sha256());
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, where_ + ": " + what);
  }

  [[nodiscard]] Json object_of(const std::string& line) const {
    Json json;
    try {
      json = parse_json(line);
    } catch (const JsonTextError& error) {
      fail(std::string("wanted a JSON object, got ") + error.what() + " at byte " +
           std::to_string(error.byte()) + " of the line");
    }
    if (!json.is_object()) fail("wanted a JSON object, got something else");
    return json;
  }

  [[nodiscard]] Document parse(const std::string& line) const {
    const auto json = object_of(line);
    const bool text_too = json.contains("text") || json.contains("text_ids");
    if (text_too && (json.contains("prompt") || json.contains("prompt_ids")))
      fail("wanted a text, or a prompt and its answer, got both");
    if (json.contains("text_ids")) return {.ids = ids(json, "text_ids")};
    if (json.contains("prompt_ids"))
      return joined(ids(json, "prompt_ids"), ids(json, "answer_ids"));
    if (json.contains("text")) return text_document(text(json, "text"));
    if (json.contains("prompt")) return answered(text(json, "prompt"), text(json, "answer"));
    fail("wanted the field text, or prompt and answer, got neither");
  }

  [[nodiscard]] std::string text(const Json& json, const char* field) const {
    const auto found = json.find(field);
    if (found == json.end() || !found->is_string())
      fail(std::string("field \"") + field + "\": wanted a string, got " +
           (found == json.end() ? "nothing" : json_text(*found).substr(0, 40)));
    return found->get<std::string>();
  }

  [[nodiscard]] Ids ids(const Json& json, const char* field) const {
    const auto found = json.find(field);
    const bool list = found != json.end() && found->is_array() &&
                      std::all_of(found->begin(), found->end(),
                                  [](const Json& id) { return id.is_number_integer(); });
    if (!list) fail(std::string("field \"") + field + "\": wanted a list of token ids");
    return found->get<Ids>();
  }

  [[nodiscard]] const TextEncoder& encoder() const {
    if (!encoder_) fail("wanted token ids, got text without a tokenizer");
    return *encoder_;
  }

  [[nodiscard]] Document text_document(const std::string& text) const {
    Document document{.ids = encoder().prompt(text)};
    if (document.ids.size() == 1) fail("field \"text\": wanted some text, got none");
    if (options_.end_of_text) document.ids.push_back(end_of_text());
    return document;
  }

  [[nodiscard]] Document answered(const std::string& prompt, const std::string& answer) const {
    if (answer.empty()) fail("field \"answer\": wanted some text, got none");
    auto pair = encoder().pair(prompt, answer);
    if (pair.continuation.empty())
      fail(
          "wanted an answer with tokens of its own, got one that merges with the prompt's last "
          "one");
    if (options_.end_of_text) pair.continuation.push_back(end_of_text());
    return joined(std::move(pair.context), pair.continuation);
  }

  [[nodiscard]] Document joined(Ids prompt, const Ids& answer) const {
    if (answer.empty()) fail("wanted an answer of at least one token, got none");
    const auto length = static_cast<std::int64_t>(prompt.size());
    prompt.insert(prompt.end(), answer.begin(), answer.end());
    return {.ids = std::move(prompt), .prompt = length, .answered = true};
  }

  [[nodiscard]] std::int64_t end_of_text() const {
    if (!end_) fail("wanted a tokenizer with an end-of-text token, it has none");
    return *end_;
  }

  /// Filled up, and checked.
  [[nodiscard]] Document finished(Document document) const {
    if (document.ids.empty()) fail("wanted at least one token, got none");
    if (options_.fill > options_.context) {
      fail("wanted rows filled up to at most " + std::to_string(options_.context) +
           " tokens, the context, got " + std::to_string(options_.fill));
    }
    const auto fill = static_cast<std::size_t>(options_.fill);
    if (document.ids.size() < fill) document.ids.resize(fill, end_of_text());
    for (const auto id : document.ids) {
      if (id < 0 || id >= options_.vocabulary)
        fail("wanted token ids of 0.." + std::to_string(options_.vocabulary - 1) + ", got " +
             std::to_string(id));
    }
    return document;
  }

  void add(const Document& document) {
    if (options_.rows == RowKind::stream) return add_to_stream(document);
    const auto length = static_cast<std::int64_t>(document.ids.size());
    if (length > options_.context)
      fail("wanted at most " + std::to_string(options_.context) + " tokens, the context, got " +
           std::to_string(length));
    begin_row(document.prompt);
    for (const auto id : document.ids) corpus_.ids_.push_back(static_cast<std::int32_t>(id));
    corpus_.rows_.back().length = length;
  }

  void add_to_stream(const Document& document) {
    if (document.answered) fail("wanted texts alone in a stream, got a prompt and its answer");
    for (const auto id : document.ids) {
      if (!streaming_) begin_row(0);
      streaming_ = true;
      corpus_.ids_.push_back(static_cast<std::int32_t>(id));
      streaming_ = ++corpus_.rows_.back().length < options_.context;
    }
  }

  void begin_row(std::int64_t prompt) {
    corpus_.rows_.push_back({.begin = static_cast<std::int64_t>(corpus_.ids_.size()),
                             .length = 0,
                             .prompt = prompt,
                             .file = file_,
                             .line = line_});
  }

  /// The last row of a file's stream stays as long as it is.
  void close_stream() { streaming_ = false; }

  Corpus& corpus_;
  const CorpusOptions& options_;
  std::optional<TextEncoder> encoder_;
  std::optional<std::int64_t> end_;
  std::int64_t file_ = 0;
  std::int64_t line_ = 0;
  std::string where_;
  bool streaming_ = false;  ///< the last row is not full yet
};

Corpus::Corpus(CorpusOptions options, const Tokenizer* tokenizer) : options_(std::move(options)) {
  CorpusReader reader(*this, tokenizer);
  for (std::size_t file = 0; file < options_.files.size(); ++file)
    reader.read(static_cast<std::int64_t>(file));
}

Corpus::Corpus(const std::vector<std::vector<std::int64_t>>& rows) {
  options_.files = {"row"};
  for (const auto& row : rows) {
    rows_.push_back({.begin = tokens(),
                     .length = static_cast<std::int64_t>(row.size()),
                     .prompt = 0,
                     .file = 0,
                     .line = static_cast<std::int64_t>(rows_.size()) + 1});
    for (const auto id : row) ids_.push_back(static_cast<std::int32_t>(id));
  }
}

std::span<const std::int32_t> Corpus::ids(std::size_t index) const {
  const auto& at = rows_[index];
  return std::span(ids_).subspan(static_cast<std::size_t>(at.begin),
                                 static_cast<std::size_t>(at.length));
}

std::string Corpus::ids_digest() const {
  Sha256 digest;
  const auto add = [&](const auto* numbers, std::size_t count) {
    digest.update({reinterpret_cast<const char*>(numbers), count * sizeof *numbers});
  };
  add(ids_.data(), ids_.size());
  for (const auto& row : rows_) {
    const std::array shape = {row.length, row.prompt};
    add(shape.data(), shape.size());
  }
  return digest.finish();
}

std::string Corpus::where(std::size_t index) const {
  const auto& at = rows_[index];
  return options_.files[static_cast<std::size_t>(at.file)].string() + ":" + std::to_string(at.line);
}

}  // namespace smdm::training
