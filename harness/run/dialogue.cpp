// A turn's prompt follows from the answers before it alone, so that a conversation is computed like
// any document with several passes: one Item, one Answer.
#include "harness/run/dialogue.hpp"

#include <algorithm>
#include <variant>

#include "base/text/unicode.hpp"
#include "evaluators/rows/checks.hpp"
#include "harness/run/generation_ends.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

/// A text that is a token of its own and that the tokenizer does not find in texts by itself.
struct Mark {
  std::string text;
  std::int64_t id = 0;
};

Texts token_texts(const ChatTemplate& chat) {
  auto texts = chat.special;
  texts.insert(texts.end(), chat.stops.begin(), chat.stops.end());
  if (!chat.begin.empty()) texts.push_back(chat.begin);
  return texts;
}

std::vector<Mark> marks_of(const ChatTemplate& chat, const Tokenizer& tokenizer) {
  std::vector<Mark> marks;
  for (const auto& text : token_texts(chat)) {
    const auto id = tokenizer.special(text);
    if (id && tokenizer.tokens_inside(text) != Ids{*id}) marks.push_back({.text = text, .id = *id});
  }
  return marks;
}

/// The mark that comes first in a text; of two at one place the longer one.
struct Found {
  std::size_t at = std::string::npos;
  const Mark* mark = nullptr;
};

Found first_mark(std::string_view text, std::span<const Mark> marks) {
  Found first;
  for (const auto& mark : marks) {
    const auto at = text.find(mark.text);
    if (at == std::string::npos) continue;
    const bool longer =
        at == first.at && first.mark != nullptr && mark.text.size() > first.mark->text.size();
    if (at < first.at || longer) first = {.at = at, .mark = &mark};
  }
  return first;
}

Ids encode_at_marks(std::string_view text,
                    std::span<const Mark> marks,
                    const TextEncoder& encoder) {
  auto found = first_mark(text, marks);
  auto ids = encoder.first_part(text.substr(0, found.at));
  while (found.mark != nullptr) {
    ids.push_back(found.mark->id);
    text.remove_prefix(found.at + found.mark->text.size());
    found = first_mark(text, marks);
    const auto stretch = text.substr(0, found.at);
    if (stretch.empty()) continue;
    const auto inside = encoder.behind(stretch);
    ids.insert(ids.end(), inside.begin(), inside.end());
  }
  return ids;
}

/// What one pass answered.
std::string answer_of(std::span<const std::int64_t> output,
                      std::size_t prompt,
                      const EndSettings& ends,
                      const Session& session) {
  const auto end_ids = end_ids_of(ends, session);
  auto kept = std::min(prompt, output.size());
  while (kept < output.size() && std::ranges::find(end_ids, output[kept]) == end_ids.end()) ++kept;
  const auto text = answer_text(output.first(kept), std::min(prompt, kept),
                                stop_texts_of(ends, session), session.text().tokenizer());
  return unicode::strip(text);
}

std::optional<std::int64_t> gen_length_of(const GenerationSettings& settings) {
  return std::visit([](const auto& config) { return config.gen_length; }, settings.generator);
}

}  // namespace

Ids encode_chat(const ChatTemplate& chat, const std::string& text, const Session& session) {
  const auto encoder = session.text();
  const auto& tokenizer = encoder.tokenizer();
  const auto marks = marks_of(chat, tokenizer);
  const auto begin = chat.begin.empty() ? std::nullopt : tokenizer.special(chat.begin);
  if (!begin) return encode_at_marks(text, marks, encoder);
  auto ids = encode_at_marks(chat.begin + text, marks, encoder);
  // The tokenizer's own rule may have put it there, too.
  if (ids.size() > 1 && ids[0] == *begin && ids[1] == *begin) ids.erase(ids.begin());
  return ids;
}

Encoded encode_dialogue(const Dialogue& dialogue,
                        const ChatTemplate& chat,
                        const Session& session) {
  Encoded encoded;
  encoded.prompt = encode_chat(chat, chat_prompt(chat, dialogue.turns, {}), session);
  encoded.later_turns = {dialogue.turns.begin() + 1, dialogue.turns.end()};
  return encoded;
}

Texts dialogue_answers(const Item& item,
                       std::span<const Generation> passes,
                       const GenerationSettings& settings,
                       const Session& session) {
  const auto& turns = std::get<Dialogue>(item.asked).turns;
  const auto& chat = settings.chat.value();
  Texts answers;
  for (const auto& pass : passes) {
    const auto prompt = answers.empty()
                            ? item.ids.prompt
                            : encode_chat(chat, chat_prompt(chat, turns, answers), session);
    answers.push_back(answer_of(pass.output_ids, prompt.size(), settings.ends, session));
  }
  return answers;
}

std::optional<Item> next_turn(const Item& item,
                              std::span<const Generation> passes,
                              const GenerationSettings& settings,
                              const Session& session) {
  const auto& turns = std::get<Dialogue>(item.asked).turns;
  if (passes.size() >= turns.size()) return std::nullopt;
  const auto& chat = settings.chat.value();
  const auto answers = dialogue_answers(item, passes, settings, session);
  auto ids = encode_chat(chat, chat_prompt(chat, turns, answers), session);
  const auto said = std::ssize(encode_chat(chat, chat_history(chat, turns, answers), session));
  const auto answer = gen_length_of(settings);
  const auto wanted = answer ? std::ssize(ids) + *answer : said + settings.total_length();
  const auto length = std::min(wanted, session.model->info().max_tokens);
  if (std::ssize(ids) >= length || holds_mask(session.model->info(), ids)) return std::nullopt;
  Item follower{.name = item.name, .document = {}, .asked = item.asked, .ids = {}};
  follower.ids.prompt = std::move(ids);
  follower.ids.length = length;
  return follower;
}

std::string missing_tokens(const ChatTemplate& chat, const Session& session) {
  const auto encoder = session.text();
  const Texts turns(2);  // what stands between two turns is written, too
  const auto written = chat_prompt(chat, turns, std::span(turns).first(1));
  Texts missing;
  for (const auto& text : token_texts(chat)) {
    const bool is_written = written.find(text) != std::string::npos;
    if (is_written && !encoder.tokenizer().special(text)) missing.push_back(text);
  }
  std::string list;
  for (const auto& text : missing) list.append(list.empty() ? "" : ", ").append(text);
  if (list.empty()) return "";
  const auto name = chat.name.empty() ? "the template" : "template " + chat.name;
  return name + ": the tokenizer has no token " + list + ": written and looked for as text";
}

}  // namespace smdm
