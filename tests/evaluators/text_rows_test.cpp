// Texts as rows: every token once, none seen by another document.
#include "evaluators/rows/text_rows.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kBos = 1;

TEST_CASE("documents are cut into pieces of the context, each behind BOS") {
  const TokenizedText text{.ids = {kBos, 10, 11, 12, 13, 14}, .bytes = 20};
  const auto rows = document_rows(text, 3);
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) CHECK(row.context == Ids{kBos});
  CHECK(rows[0].continuation == Ids{10, 11});
  CHECK(rows[1].continuation == Ids{12, 13});
  CHECK(rows[2].continuation == Ids{14});
  CHECK(document_rows(text, 6).size() == 1);
  CHECK(document_rows(text, 6)[0].continuation == Ids{10, 11, 12, 13, 14});
  CHECK(document_rows(text, 2).size() == 5);
}

TEST_CASE("a stream ignores the borders of documents and keeps the last row") {
  const std::vector<TokenizedText> texts = {{.ids = {kBos, 10, 11}, .bytes = 8},
                                            {.ids = {kBos, 20, 21, 22}, .bytes = 3}};
  const auto all = stream_rows(texts, 3, FirstToken::scored);
  REQUIRE(all.size() == 3);
  for (const auto& row : all) CHECK(row.request.context.empty());
  CHECK(all[0].request.continuation == Ids{kBos, 10, 11});
  CHECK(all[1].request.continuation == Ids{kBos, 20, 21});
  CHECK(all[2].request.continuation == Ids{22});
  CHECK(all[0].bytes == 8.0);
  CHECK(all[1].bytes == 2.0);
  CHECK(all[2].bytes == 1.0);
  const auto shown = stream_rows(texts, 4, FirstToken::shown);
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].request.context == Ids{kBos});
  CHECK(shown[0].request.continuation == Ids{10, 11, kBos});
  CHECK(shown[1].request.context == Ids{20});
  CHECK(shown[1].request.continuation == Ids{21, 22});
  CHECK(shown[0].bytes == 8.0);
  CHECK(shown[1].bytes == 2.0);
  // Nothing of a single left-over token can be scored behind it.
  CHECK(stream_rows(texts, 3, FirstToken::shown).size() == 2);
  CHECK(stream_rows({}, 3, FirstToken::scored).empty());
}

TEST_CASE("texts with nothing in front are scored from their first token") {
  const TokenizedText text{.ids = {10, 11, 12}, .front = 0, .bytes = 6};
  const auto rows = document_rows(text, 2);
  REQUIRE(rows.size() == 2);
  for (const auto& row : rows) CHECK(row.context.empty());
  CHECK(rows[0].continuation == Ids{10, 11});
  CHECK(rows[1].continuation == Ids{12});
  const auto stream = stream_rows(std::vector{text, text}, 4, FirstToken::scored);
  REQUIRE(stream.size() == 2);
  CHECK(stream[0].request.continuation == Ids{10, 11, 12, 10});
  CHECK(stream[0].bytes == 8.0);
  CHECK(stream[1].bytes == 4.0);
}

TEST_CASE("texts and contexts that cannot be") {
  const TokenizedText empty{.ids = {kBos}, .bytes = 0};
  const TokenizedText text{.ids = {kBos, 5}, .bytes = 1};
  CHECK_THROWS_AS(document_rows(empty, 4), std::invalid_argument);
  CHECK_THROWS_AS(document_rows(text, 1), std::invalid_argument);
  CHECK_THROWS_AS(stream_rows(std::vector{text, empty}, 4, FirstToken::scored),
                  std::invalid_argument);
  CHECK_THROWS_AS(stream_rows(std::vector{text}, 1, FirstToken::scored), std::invalid_argument);
}

}  // namespace
}  // namespace smdm
