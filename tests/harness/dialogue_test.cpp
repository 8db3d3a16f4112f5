// Conversations on their way through a model: what a turn's prompt is in ids, where its answer
// ends, and how the next turn follows from it.
#include "harness/run/dialogue.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/run/compute.hpp"
#include "harness/run/generation_ends.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/ready.hpp"
#include "tasks/ask/catalog.hpp"
#include "tests/models/published_tokenizers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Ids = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

Settings embedded(const std::string& model) {
  const auto root = fs::path(SMDM_SOURCE_DIR) / "embedded";
  Settings settings;
  settings.model = (root / model).string();
  settings.data = (root / "data").string();
  settings.limit = 6.0;
  return settings;
}

struct Opened {
  Session session;
  ReadyTask task;
};

Opened opened(const Settings& settings) {
  std::vector<std::string> notes;
  Opened all{.session = open_session(model_settings(settings)), .task = {}};
  const auto task = find_tasks(Texts{"mt_bench"}).front();
  all.task = made_ready(task, settings, all.session, notes).front();
  return all;
}

std::vector<Answer> answers_of(const Opened& all, std::span<const Item> items) {
  std::vector<Answer> answers(items.size());
  compute(all.session, items, all.task.decided,
          [&](std::size_t i, Answer answer) { answers[i] = std::move(answer); });
  return answers;
}

const GenerationSettings& generation_of(const Opened& all) {
  return std::get<GenerationSettings>(all.task.decided.work);
}

/// A session that has a tokenizer and a model that is never asked.
Session session_with(std::unique_ptr<const Tokenizer> tokenizer, BosChoice bos) {
  Session session;
  auto info = test::fake_autoregressive();
  info.vocab_tokens = tokenizer->pieces();
  session.model = std::make_unique<test::FakeModel>(info, test::uniform_logits());
  session.tokenizer = std::move(tokenizer);
  session.bos = bos;
  return session;
}

Ids ids_of(const Session& session, const std::string& name, std::span<const std::string> answers) {
  const auto& chat = chat_template_named(name);
  const Texts turns = {"Hi", "Hi"};
  return encode_chat(chat, chat_prompt(chat, turns, answers), session);
}

/// The place of one sequence in another; its length where there is none.
std::size_t place_of(const Ids& part, const Ids& whole) {
  return static_cast<std::size_t>(std::ranges::search(whole, part).begin() - whole.begin());
}

}  // namespace

TEST_CASE("vicuna's ids by Llama 2's tokenizer, with the end token between turns") {
  const auto shared = test::shared();
  if (!shared) return test::skip("Llama 2's tokenizer is not here (SMDM_SHARED)");
  const auto file = *shared / "data" / "tokenizers" / "llama2" / "tokenizer.model";
  const auto session = session_with(open_tokenizer(file), BosChoice::on);
  const auto first = ids_of(session, "vicuna_v1.1", {});
  const Ids begin = {1,   319, 13563, 1546,  263,   12758, 1404,
                     322, 385, 23116, 21082, 20255, 29889};  // BOS, "A chat between a ..."
  CHECK(place_of(begin, first) == 0);
  // " USER:" and " ASSISTANT:"
  const Ids user = {3148, 1001, 29901};
  const Ids assistant = {319, 1799, 9047, 13566, 29901};
  CHECK(place_of(user, first) < first.size());
  CHECK(place_of(assistant, first) == first.size() - assistant.size());
  const auto second = ids_of(session, "vicuna_v1.1", Texts{"Hi"});
  // Behind the first prompt: " Hi", the end token, "USER:" without a blank, " Hi ASSISTANT:".
  const Ids hi = {6324};
  Ids rest = hi;
  for (const auto& part : {Ids{2, 11889, 29901}, hi, assistant})
    rest.insert(rest.end(), part.begin(), part.end());
  auto expected = first;
  expected.insert(expected.end(), rest.begin(), rest.end());
  CHECK(second == expected);
  CHECK(std::ranges::count(second, 1) == 1);
}

TEST_CASE("chatml's ids by Qwen's tokenizer") {
  auto tokenizer = test::qwen3_tokenizer();
  if (tokenizer == nullptr) return;  // which has said that it is skipped
  const auto session = session_with(std::move(tokenizer), BosChoice::automatic);
  const std::int64_t start = 151644;
  const std::int64_t end = 151645;
  const Ids first = {start, 8948,  198, 2610, 525,   264, 10950, 17847, 13,    end,
                     198,   start, 872, 198,  13048, end, 198,   start, 77091, 198};
  CHECK(ids_of(session, "chatml", {}) == first);
  auto expected = first;
  const Ids rest = {13048, end, 198, start, 872, 198, 13048, end, 198, start, 77091, 198};
  expected.insert(expected.end(), rest.begin(), rest.end());
  CHECK(ids_of(session, "chatml", Texts{"Hi"}) == expected);
  CHECK(missing_tokens(chat_template_named("chatml"), session).empty());
  CHECK(end_ids_of({.turn = {"<|im_end|>"}}, session) == Ids{end});
}

TEST_CASE("a tokenizer that has some of a template's tokens") {
  Settings settings;
  settings.model = (test::golden() / "hf" / "a2d_llama").string();
  const auto session = open_session(model_settings(settings));
  const std::int64_t begin = 300;
  const std::int64_t turn = 303;  // <|eot_id|>; headers are none of its tokens
  const auto ids = ids_of(session, "llama-3", Texts{"Hi"});
  CHECK(ids.front() == begin);
  CHECK(std::ranges::count(ids, begin) == 1);
  CHECK(std::ranges::count(ids, turn) == 3);
  CHECK(session.tokenizer->decode_all(ids) ==
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n");
  const auto& llama = chat_template_named("llama-3");
  CHECK(missing_tokens(llama, session) ==
        "template llama-3: the tokenizer has no token <|start_header_id|>, <|end_header_id|>: "
        "written and looked for as text");
  CHECK(end_ids_of({.turn = llama.stops}, session) == Ids{301, turn});
  CHECK(stop_texts_of({.stop = {"x"}, .turn = llama.stops}, session) == Texts{"x"});
  // LLaDA's first token is none of this tokenizer's and is left out.
  const auto llada = ids_of(session, "llada", {});
  CHECK_FALSE(contains(session.tokenizer->decode_all(llada), "<|startoftext|>"));
  CHECK(stop_texts_of({.turn = {"</s>"}}, session) == Texts{"</s>"});
}

TEST_CASE("the second turn's prompt is the conversation with the first answer in it") {
  for (const auto* model : {"micro-gsm8k-mdm", "micro-gsm8k-arm"}) {
    INFO(model);
    const auto all = opened(embedded(model));
    const auto& settings = generation_of(all);
    for (const auto& item : all.task.items) CHECK(item.ids.later_turns.size() == 1);
    const auto answers = answers_of(all, all.task.items);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto& item = all.task.items[i];
      const auto& turns = std::get<Dialogue>(item.asked).turns;
      const auto& passes = std::get<Passes>(answers[i].value);
      REQUIRE(passes.size() == 2);
      const auto texts = dialogue_answers(item, passes, settings, all.session);
      REQUIRE(texts.size() == 2);
      CHECK(texts[0].starts_with("Answer:"));
      const auto first = std::span(passes).first(1);
      const auto follower = next_turn(item, first, settings, all.session);
      REQUIRE(follower);
      const auto& chat = settings.chat.value();
      const auto prompt = chat_prompt(chat, turns, std::span(texts).first(1));
      CHECK(contains(prompt, texts[0]));
      CHECK(follower->ids.prompt == encode_chat(chat, prompt, all.session));
      const Ids written(passes[1].output_ids.begin(),
                        passes[1].output_ids.begin() + std::ssize(follower->ids.prompt));
      CHECK(written == follower->ids.prompt);
      CHECK(std::ssize(passes[1].output_ids) <= follower->ids.length.value());
      CHECK_FALSE(next_turn(item, passes, settings, all.session));
      const auto judged = judge(all.task.task, all.task.decided, item, answers[i], all.session);
      CHECK(judged.texts == texts);
    }
  }
}

TEST_CASE("a conversation depends on itself alone, in both turns") {
  for (const auto* model : {"micro-gsm8k-mdm", "micro-gsm8k-arm"}) {
    INFO(model);
    auto settings = embedded(model);
    settings.temperature = 0.7;
    settings.steps = 8;
    settings.seed = 5;
    const auto all = opened(settings);
    const auto together = answers_of(all, all.task.items);
    auto reversed = all.task.items;
    std::ranges::reverse(reversed);
    const auto backwards = answers_of(all, reversed);
    for (std::size_t i = 0; i < together.size(); ++i) {
      const auto alone = answers_of(all, std::span(all.task.items).subspan(i, 1)).front();
      for (const auto& other : {backwards[together.size() - 1 - i], alone}) {
        const auto& passes = std::get<Passes>(together[i].value);
        const auto& others = std::get<Passes>(other.value);
        REQUIRE(passes.size() == others.size());
        for (std::size_t k = 0; k < passes.size(); ++k)
          CHECK(passes[k].output_ids == others[k].output_ids);
      }
    }
  }
}

TEST_CASE("a turn has as many tokens as the settings say, beyond what was said before it") {
  auto settings = embedded("micro-gsm8k-arm");
  const auto said_before = [](const Opened& all, const Item& item, const std::string& answer) {
    const auto& chat = generation_of(all).chat.value();
    const auto& turns = std::get<Dialogue>(item.asked).turns;
    return encode_chat(chat, chat_history(chat, turns, Texts{answer}), all.session).size();
  };
  const auto follower_of = [&](const Opened& all, const std::string& answer = " Answer: 6") {
    const auto& item = all.task.items.front();
    Generation pass;
    pass.output_ids = item.ids.prompt;
    for (const auto id : all.session.text().behind(answer)) pass.output_ids.push_back(id);
    return next_turn(item, std::vector{pass}, generation_of(all), all.session);
  };
  settings.total_length = 30;
  const auto all = opened(settings);
  auto follower = follower_of(all);
  REQUIRE(follower);
  CHECK(follower->ids.length ==
        30 + static_cast<std::int64_t>(said_before(all, all.task.items.front(), "Answer: 6")));
  settings.total_length = 64;  // more than is left
  follower = follower_of(opened(settings));
  REQUIRE(follower);
  CHECK(follower->ids.length == 64);
  settings.total_length.reset();
  settings.gen_length = 3;
  follower = follower_of(opened(settings));
  REQUIRE(follower);
  CHECK(follower->ids.length == std::ssize(follower->ids.prompt) + 3);
  // No token is left behind the second question.
  CHECK_FALSE(follower_of(opened(settings), " Answer: 1+1=2 2+2=4 4+4=8 8+8=16 #### 16"));
}

TEST_CASE("an answer ends at its first end, and has no white space around it") {
  auto settings = embedded("micro-gsm8k-arm");
  settings.stop = {"#"};
  const auto all = opened(settings);
  const auto& item = all.task.items.front();
  const auto& text = all.session.text();
  const auto answer = [&](const Ids& behind) {
    Generation pass;
    pass.output_ids = item.ids.prompt;
    pass.output_ids.insert(pass.output_ids.end(), behind.begin(), behind.end());
    return dialogue_answers(item, std::vector{pass}, generation_of(all), all.session).front();
  };
  const auto said = text.behind(" Answer: 8-2=6 #### 6");
  CHECK(answer(said) == "Answer: 8-2=6");  // before the stop text, without the blank there
  auto ended = text.behind(" Answer: 8");
  CHECK(answer(ended) == "Answer: 8");
  ended.push_back(text.tokenizer().eos_id());
  for (const auto id : said) ended.push_back(id);
  CHECK(answer(ended) == "Answer: 8");
  CHECK(answer({}).empty());
  CHECK(answer({text.tokenizer().eos_id()}).empty());
}

}  // namespace smdm
