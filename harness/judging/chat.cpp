// Servers that speak this protocol agree on little beyond its core: every field is looked at before
// it is used, and what is missing is told.
#include "harness/judging/chat.hpp"

#include "base/text/json_text.hpp"
#include "base/text/visible.hpp"

namespace smdm::judging {
namespace {

constexpr std::size_t kShown = 200;  ///< characters of a server's text in an error

/// A member of an object, or null.
Json member(const Json& value, const char* key) {
  if (!value.is_object()) return nullptr;
  const auto found = value.find(key);
  return found == value.end() ? Json(nullptr) : *found;
}

std::optional<std::string> text_in(const Json& value, const char* key) {
  const auto text = member(value, key);
  if (!text.is_string()) return std::nullopt;
  return text.get<std::string>();
}

std::optional<std::int64_t> count_in(const Json& value, const char* key) {
  const auto number = member(value, key);
  if (!number.is_number_integer()) return std::nullopt;
  return number.get<std::int64_t>();
}

std::optional<Json> parsed(const std::string& body) {
  try {
    return parse_json(body);
  } catch (const JsonTextError&) {
    return std::nullopt;
  }
}

std::string beginning_of(const std::string& text) {
  return visible(text.size() <= kShown ? text : text.substr(0, kShown) + "...");
}

ChatReply reply_of(const Json& body, const Json& choice, std::string text) {
  const auto usage = member(body, "usage");
  return {.text = std::move(text),
          .model = text_in(body, "model"),
          .finish_reason = text_in(choice, "finish_reason"),
          .prompt_tokens = count_in(usage, "prompt_tokens"),
          .completion_tokens = count_in(usage, "completion_tokens")};
}

}  // namespace

std::string chat_body(const Judge& judge, const std::string& system, const std::string& user) {
  Json body = {{"model", judge.model},
               {"messages", Json::array({{{"role", "system"}, {"content", system}},
                                         {{"role", "user"}, {"content", user}}})},
               {"temperature", judge.temperature},
               {"max_tokens", judge.max_tokens}};
  if (judge.seed) body["seed"] = *judge.seed;
  return json_text(body);
}

std::variant<ChatReply, std::string> read_reply(const std::string& body) {
  const auto json = parsed(body);
  if (!json) return "wanted JSON, got " + (body.empty() ? "nothing" : beginning_of(body));
  const auto choices = member(*json, "choices");
  if (!choices.is_array() || choices.empty()) {
    return "wanted a reply with \"choices\", got " + beginning_of(json_text(*json));
  }
  const auto message = member(choices.front(), "message");
  auto text = text_in(message, "content");
  if (!text) return "wanted a text in \"content\", got " + beginning_of(json_text(message));
  return reply_of(*json, choices.front(), std::move(*text));
}

std::string error_message(const std::string& body) {
  const auto json = parsed(body).value_or(Json());
  const auto error = member(json, "error");
  for (const auto& message : {text_in(error, "message"), text_in(json, "error"),
                              text_in(json, "message"), text_in(json, "detail")}) {
    if (message) return beginning_of(*message);
  }
  // No JSON: the page of a proxy, say. Its beginning is what can be told.
  return body.empty() ? "without a text" : beginning_of(body);
}

bool is_same_model(const std::string& asked, const std::string& replied) {
  return replied == asked || replied.starts_with(asked + "-");
}

}  // namespace smdm::judging
