#include "harness/run/generation_ends.hpp"

#include <filesystem>
#include <vector>

#include "harness/settings/decide.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

Session opened(const std::filesystem::path& model) {
  Settings settings;
  settings.model = model.string();
  return open_session(model_settings(settings));
}

/// LLaDA's tokens of confidence 0.
Ids unranked(const Session& session, double temperature, bool as_published) {
  const EndSettings ends{.unranks_eos = true, .as_published = as_published};
  return with_ends(UnmaskingConfig{.temperature = temperature}, ends, session).special.unranked;
}

TEST_CASE("tokens that end a text or a turn are unranked, as published not all at a temperature") {
  auto session = opened(test::golden() / "hf" / "a2d_llama");
  const std::int64_t eos = 301;
  const std::int64_t turn = 303;  // <|eot_id|>
  REQUIRE(session.end_ids() == Ids{eos});
  REQUIRE(session.tokenizer->piece(turn) == "<|eot_id|>");
  CHECK(unranked(session, 0.0, false) == Ids{eos, turn});
  CHECK(unranked(session, 0.7, false) == Ids{eos, turn});
  CHECK(unranked(session, 0.0, true) == Ids{eos, turn});
  CHECK(unranked(session, 0.7, true) == Ids{turn});

  session.checkpoint.config.eos_ids = {turn, eos};  // one and the same where the turn is an end
  CHECK(unranked(session, 0.7, false) == Ids{turn, eos});
  CHECK(unranked(session, 0.7, true) == Ids{turn});

  session.checkpoint.config.eos_ids = {eos};
  session.tokenizer.reset();
  CHECK(unranked(session, 0.7, false) == Ids{eos});
  CHECK(unranked(session, 0.7, true).empty());
}

TEST_CASE("tokens that end a text are treated apart only where that is asked") {
  const auto session = opened(test::golden() / "hf" / "a2d_llama");
  const auto plain = with_ends(UnmaskingConfig{.temperature = 0.7}, {}, session);
  CHECK(plain.ending.eos_ids == Ids{301});
  CHECK(plain.special.barred.empty());
  CHECK(plain.special.unranked.empty());
  const auto barred = with_ends(UnmaskingConfig{}, {.bars_eos = true}, session);
  CHECK(barred.special.barred == Ids{301});
  CHECK(barred.special.unranked.empty());
}

TEST_CASE("a text ends before the first of its stop texts, wherever it is listed") {
  const std::vector<std::string> stops = {"\n\n", "Q:"};
  CHECK(before_stop("an answer Q: more\n\n", stops) == "an answer ");
  CHECK(before_stop("an\n\nanswer Q:", stops) == "an");
  CHECK(before_stop("an answer", stops) == "an answer");
  CHECK(before_stop("Q: it? A: that Q:", stops, 3) == "Q: it? A: that ");
}

}  // namespace
}  // namespace smdm
