/// What a test asks of an error's text.
#pragma once

#include <string>

#include "tests/support/catch.hpp"

namespace smdm::test {

/// The text of the error that `action` throws, or "" if there is none. Another type passes through.
template <typename Error, typename Action>
std::string error_text(const Action& action) {
  try {
    static_cast<void>(action());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A failed CHECK of it shows both texts.
inline bool contains(const std::string& text, const std::string& part) {
  UNSCOPED_INFO("\"" << text << "\" should contain \"" << part << "\"");
  return text.find(part) != std::string::npos;
}

}  // namespace smdm::test
