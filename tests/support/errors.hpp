/// What a test asks of an error's text.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
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

/// The same for an Error of one kind; other kinds pass through.
template <ErrorKind kind, typename Action>
std::string error_text(const Action& action) {
  try {
    static_cast<void>(action());
  } catch (const Error& error) {
    if (error.kind() != kind) throw;
    return error.what();
  }
  return "";
}

/// The kind of the Error that `action` throws, or nothing if there is none.
template <typename Action>
std::optional<ErrorKind> thrown_kind(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

/// A failed CHECK of it shows both texts.
inline bool contains(const std::string& text, const std::string& part) {
  UNSCOPED_INFO("\"" << text << "\" should contain \"" << part << "\"");
  return text.find(part) != std::string::npos;
}

}  // namespace smdm::test

#define CHECK_THROWS_KIND(expression, wanted) \
  CHECK(smdm::test::thrown_kind([&] { static_cast<void>(expression); }) == smdm::ErrorKind::wanted)
