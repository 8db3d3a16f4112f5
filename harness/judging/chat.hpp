/// The chat-completions protocol of OpenAI, as far as a judge needs it: what is sent, and what
/// comes back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/json.hpp"

namespace smdm::judging {

/// Who is asked, and with which settings; every judgment of an output has the same ones.
struct Judge {
  std::string model;
  double temperature = 0.0;
  std::int64_t max_tokens = 2048;
  std::optional<std::int64_t> seed = {};
};

/// The body of a request.
[[nodiscard]] std::string chat_body(const Judge& judge,
                                    const std::string& system,
                                    const std::string& user);

/// What a judge replied.
struct ChatReply {
  std::string text;
  std::optional<std::string> model;          ///< that the endpoint says has replied
  std::optional<std::string> finish_reason;  ///< "stop", "length"
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
};

/// @return the reply, or why the body is none
[[nodiscard]] std::variant<ChatReply, std::string> read_reply(const std::string& body);

/// What the body of an error says: the server's message, else how it begins. One line.
[[nodiscard]] std::string error_message(const std::string& body);

/// Whether the model that replied is the one that was asked: its name, or its name and a version
/// behind a dash, as endpoints say it ("gpt-4-0613" for "gpt-4").
[[nodiscard]] bool is_same_model(const std::string& asked, const std::string& replied);

}  // namespace smdm::judging
