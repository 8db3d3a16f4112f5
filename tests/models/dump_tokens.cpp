// Reads jobs on standard input, one JSON list a line, and prints what a tokenizer makes of each:
//   dump_tokens TOKENIZER
//   ["encode", text], ["tokens", text]   the ids
//   ["decode", ids], ["decode_all", ids] the text
// dump_tokens TOKENIZER FILE measures instead: how many megabytes of the file's lines it encodes in
// a second of processor time. tokenizer_peer_test.py holds the answers against the library that
// made such files.
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text/json_text.hpp"
#include "models/text/tokenizer.hpp"

namespace {

using Ids = std::vector<std::int64_t>;

smdm::Json answer(const smdm::Tokenizer& tokenizer, const smdm::Json& job) {
  const auto what = job.at(0).get<std::string>();
  if (what == "encode") return tokenizer.encode(job.at(1).get<std::string>());
  if (what == "tokens") return tokenizer.tokens(job.at(1).get<std::string>());
  const auto ids = job.at(1).get<Ids>();
  return what == "decode" ? tokenizer.decode(ids) : tokenizer.decode_all(ids);
}

void answer_all(const smdm::Tokenizer& tokenizer) {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << smdm::json_text(answer(tokenizer, smdm::parse_json(line))) << "\n";
}

void measure(const smdm::Tokenizer& tokenizer, const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (std::string line; std::getline(stream, line);) {
    bytes += line.size();
    lines.push_back(std::move(line));
  }
  std::size_t ids = 0;
  const auto begin = std::clock();
  for (const auto& line : lines) ids += tokenizer.tokens(line).size();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::cout << static_cast<double>(bytes) / 1e6 / seconds << " MB/s, " << ids << " ids\n";
}

}  // namespace

int main(int count, char** begin) {
  const std::vector<std::string> arguments(begin, begin + count);
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);  // answers go out in large blocks, not one for each job
  try {
    const auto tokenizer = smdm::open_tokenizer(arguments.at(1));
    if (count > 2) {
      measure(*tokenizer, arguments[2]);
    } else {
      answer_all(*tokenizer);
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return smdm::exit_code(error);
  }
}
