#include "evaluators/rows/text_rows.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace smdm {
namespace {

void check_context(std::int64_t context) {
  if (context >= 2) return;
  throw std::invalid_argument("wanted a context of at least 2 tokens, got " +
                              std::to_string(context));
}

void check_text(const TokenizedText& text) {
  if (text.ids.size() > text.front) return;
  throw std::invalid_argument(
      "wanted a text of at least one token behind what stands in front, got " +
      std::to_string(text.ids.size()) + " tokens");
}

}  // namespace

std::vector<TokenRequest> document_rows(const TokenizedText& text, std::int64_t context) {
  check_context(context);
  check_text(text);
  if (text.front >= static_cast<std::size_t>(context))
    throw std::invalid_argument("wanted room for a token behind what stands in front of a text");
  const auto most = static_cast<std::size_t>(context) - text.front;
  const auto front = std::span(text.ids).first(text.front);
  const auto tokens = std::span(text.ids).subspan(text.front);
  std::vector<TokenRequest> rows;
  for (std::size_t first = 0; first < tokens.size(); first += most) {
    const auto piece = tokens.subspan(first, std::min(most, tokens.size() - first));
    rows.push_back(
        {.context = {front.begin(), front.end()}, .continuation = {piece.begin(), piece.end()}});
  }
  return rows;
}

std::vector<StreamRow> stream_rows(std::span<const TokenizedText> texts,
                                   std::int64_t context,
                                   FirstToken first) {
  check_context(context);
  std::vector<std::int64_t> ids;
  std::vector<double> bytes;  // of each id
  for (const auto& text : texts) {
    check_text(text);
    const auto own = text.ids.size() - text.front;
    const auto each = static_cast<double>(text.bytes) / static_cast<double>(own);
    ids.insert(ids.end(), text.ids.begin(), text.ids.end());
    bytes.insert(bytes.end(), text.front, 0.0);
    bytes.insert(bytes.end(), own, each);
  }
  const auto shown = first == FirstToken::shown ? std::ptrdiff_t{1} : std::ptrdiff_t{0};
  std::vector<StreamRow> rows;
  for (std::ptrdiff_t begin = 0; begin + shown < std::ssize(ids); begin += context) {
    const auto end = std::min<std::ptrdiff_t>(begin + context, std::ssize(ids));
    const auto scored = begin + shown;
    rows.push_back({.request = {.context = {ids.begin() + begin, ids.begin() + scored},
                                .continuation = {ids.begin() + scored, ids.begin() + end}},
                    .bytes = std::accumulate(bytes.begin() + scored, bytes.begin() + end, 0.0)});
  }
  return rows;
}

}  // namespace smdm
