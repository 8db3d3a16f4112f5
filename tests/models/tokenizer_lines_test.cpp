// A hundred thousand lines through four tokenizers: every code point in four surroundings, lines
// put together at random, and some that are no UTF-8. tests/models/tokenizer_lines.py makes the
// same lines, and tools/record-tokenizer-lines records what the library that made the files gives
// for them: one digest of the ids and one of the decoded texts for each hundred lines. Where one
// differs, tokenizer_peer_test.py shows the line.
#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/files/digest.hpp"
#include "base/text/json_text.hpp"
#include "base/text/unicode.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/models/published_tokenizers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;
using Lines = std::vector<std::string>;

constexpr std::size_t kLines = 100'000;
constexpr std::size_t kBlock = 100;
constexpr std::size_t kMalformed = 2'000;
constexpr char32_t kCommon = 0x40000;
constexpr std::uint64_t kSeed = 20;

/// Numbers that look random: SplitMix64.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t count) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31U)) % count;
  }

 private:
  std::uint64_t state_;
};

std::vector<std::string> code_points(char32_t first, char32_t last) {
  std::vector<std::string> all;
  all.reserve(last - first + 1);
  for (char32_t c = first; c <= last; ++c) {
    if (c < 0xD800 || c > 0xDFFF) all.push_back(unicode::encode(std::u32string(1, c)));
  }
  return all;
}

/// Four lines of some characters: at the beginning, between letters, behind a quote, and among
/// digits and blanks.
void add_surrounded(std::span<const std::string> characters, Lines& lines) {
  std::array<std::string, 4> four;
  for (const auto& c : characters) {
    four[0] += c;
    four[1].append("a").append(c).append("b ");
    four[2].append("x'").append(c).append(" ");
    four[3].append("1").append(c).append("  ").append(c).append("\n");
  }
  lines.insert(lines.end(), four.begin(), four.end());
}

void add_code_points(char32_t first, char32_t last, std::size_t in_a_line, Lines& lines) {
  const auto all = code_points(first, last);
  for (std::size_t at = 0; at < all.size(); at += in_a_line)
    add_surrounded(std::span(all).subspan(at, std::min(in_a_line, all.size() - at)), lines);
}

/// Makes lines of the pieces in lines.json, by their groups' weights; a group without pieces is any
/// code point.
class Composer {
 public:
  Composer() : numbers_(kSeed), characters_(code_points(0, 0x10FFFF)) {
    const auto path = test::golden() / "tokenizers" / "lines.json";
    const auto json = parse_json(test::read_file(path));
    for (const auto& group : json.at("groups")) {
      groups_.push_back({.weight = group.at("weight").get<std::size_t>(),
                         .most = group.value("most", std::size_t{0}),
                         .pieces = group.at("pieces").get<Lines>()});
      weight_ += groups_.back().weight;
    }
  }

  std::string line() {
    std::string line;
    const std::size_t count = numbers_.below(24);
    for (std::size_t i = 0; i < count; ++i) add_piece(line);
    return line;
  }

  /// A line of which some bytes are changed, inserted or cut off.
  std::string malformed() {
    std::string text = line();
    const std::size_t changes = 1 + numbers_.below(3);
    for (std::size_t i = 0; i < changes; ++i) {
      const std::size_t at = numbers_.below(text.size() + 1);
      const std::size_t kind = numbers_.below(3);
      if (kind == 2) {
        text.erase(at);
        continue;
      }
      if (kind == 1 && at < text.size()) text.erase(at, 1);
      text.insert(at, 1, static_cast<char>(numbers_.below(256)));
    }
    return text;
  }

 private:
  struct Group {
    std::size_t weight = 0;
    std::size_t most = 0;  ///< times that a piece comes at most; 0: once
    Lines pieces;
  };

  const Group& group() {
    std::size_t at = numbers_.below(weight_);
    auto found = groups_.begin();
    for (; at >= found->weight; ++found) at -= found->weight;
    return *found;
  }

  void add_piece(std::string& line) {
    const auto& from = group();
    const auto& pieces = from.pieces.empty() ? characters_ : from.pieces;
    const auto& piece = pieces[numbers_.below(pieces.size())];
    const std::size_t times = from.most > 0 ? 1 + numbers_.below(from.most) : 1;
    for (std::size_t i = 0; i < times; ++i) line += piece;
  }

  Numbers numbers_;
  Lines characters_;
  std::vector<Group> groups_;
  std::size_t weight_ = 0;
};

Lines all_lines() {
  Lines lines;
  lines.reserve(kLines);
  add_code_points(0, kCommon - 1, 32, lines);
  add_code_points(kCommon, 0x10FFFF, 128, lines);
  Composer composer;
  while (lines.size() < kLines - kMalformed) lines.push_back(composer.line());
  while (lines.size() < kLines) lines.push_back(composer.malformed());
  return lines;
}

/// Rows of any ids, a little beyond the last one too.
class OddRows {
 public:
  explicit OddRows(std::int64_t pieces)
      : numbers_(kSeed + 1), ids_(static_cast<std::size_t>(pieces) + 2) {}

  Ids next() {
    Ids row(numbers_.below(12));
    for (auto& id : row) id = static_cast<std::int64_t>(numbers_.below(ids_));
    return row;
  }

 private:
  Numbers numbers_;
  std::size_t ids_;
};

std::string short_digest(const std::string& text) {
  return sha256(text).substr(0, 16);
}

/// A block's record: digests of its lines, of their ids, and of what these and odd ids decode to.
std::string record_of(const Tokenizer& tokenizer,
                      std::span<const std::string> block,
                      OddRows& odd) {
  std::string lines;
  std::string ids;
  std::string decoded;
  for (const auto& line : block) {
    lines.append(line).append("\n");
    const auto row = tokenizer.encode(line);
    for (const auto id : row) ids.append(std::to_string(id)).append(" ");
    ids += '\n';
    decoded.append(tokenizer.decode_all(row)).append("\n");
    const auto other = odd.next();
    decoded.append(tokenizer.decode(other)).append("\n");
    decoded.append(tokenizer.decode_all(other)).append("\n");
  }
  return short_digest(lines) + " " + short_digest(ids) + " " + short_digest(decoded);
}

void check_lines(const Tokenizer& tokenizer, const std::string& name) {
  const auto lines = all_lines();
  std::ifstream recorded(test::golden() / "tokenizers" / (name + ".lines.txt"));
  OddRows odd(tokenizer.pieces());
  std::size_t blocks = 0;
  for (std::string wanted; std::getline(recorded, wanted); ++blocks) {
    const auto block = std::span(lines).subspan(blocks * kBlock, kBlock);
    INFO(name << ", lines from " << blocks * kBlock
              << ": their own digest, their ids', the texts'");
    CHECK(record_of(tokenizer, block, odd) == wanted);
  }
  CHECK(blocks == kLines / kBlock);
}

}  // namespace

TEST_CASE("a hundred thousand lines through a tokenizer like Llama 3's") {
  check_lines(*test::golden_tokenizer("llama_style"), "llama_style");
}

TEST_CASE("a hundred thousand lines through a tokenizer like Llama 2's") {
  check_lines(*test::golden_tokenizer("llama2_style"), "llama2_style");
}

TEST_CASE("a hundred thousand lines through GPT-2's tokenizer") {
  const auto tokenizer = test::gpt2_tokenizer();
  if (tokenizer) check_lines(*tokenizer, "gpt2");
}

TEST_CASE("a hundred thousand lines through Qwen 3's tokenizer") {
  const auto tokenizer = test::qwen3_tokenizer();
  if (tokenizer) check_lines(*tokenizer, "qwen3");
}

}  // namespace smdm
