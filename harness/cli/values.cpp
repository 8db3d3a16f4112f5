// Values reach us as text: CLI11 finds out which text belongs to which option, and nothing more.
// Its own conversions take 010 for 8 and lose what is out of range.
#include "harness/cli/values.hpp"

#include <cstdint>
#include <type_traits>

#include <CLI/CLI.hpp>

#include "base/text/nearest.hpp"
#include "harness/cli/read_number.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

using Texts = std::vector<std::string>;

std::string joined(const Texts& parts, const std::string& last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last : ", ";
    text += parts[i];
  }
  return text;
}

/// "--limit" of "--limit,-L".
std::string label_of(const std::string& names) {
  return names.substr(0, names.find(','));
}

/// Without its value, an option takes the next one for it.
bool is_option(const CLI::App& app, const std::string& text) {
  if (text.size() < 2 || text.front() != '-') return false;
  const auto end = text.starts_with("--") ? text.find('=') : std::string::npos;
  return app.get_option_no_throw(text.substr(0, end)) != nullptr;
}

void check_text(const CLI::App& app, const std::string& label, const std::string& text) {
  if (text.empty()) refuse(label, "a value", "an empty one");
  if (is_option(app, text)) refuse(label, "a value", "the option " + text);
}

void read_text(const std::string& /*label*/, const std::string& text, std::string& value) {
  value = text;
}

template <typename T>
void read_text(const std::string& label, const std::string& text, T& value) {
  value = read_number<T>(label, text);
}

template <typename T>
void read_text(const std::string& label, const std::string& text, std::optional<T>& value) {
  T read{};
  read_text(label, text, read);
  value = read;
}

void read_texts(const std::string& label, const Texts& texts, Texts& value) {
  if (texts.empty()) refuse(label, "a value", "an empty one");
  value = texts;
}

template <typename T>
void read_texts(const std::string& label, const Texts& texts, T& value) {
  if (texts.size() != 1) refuse(label, "one value", joined(texts, " and "));
  read_text(label, texts.front(), value);
}

template <typename T>
const char* type_name() {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Texts>) {
    return "TEXT";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "FLOAT";
  } else if constexpr (std::is_unsigned_v<T>) {
    return "UINT";
  } else if constexpr (std::is_integral_v<T>) {
    return "INT";
  } else {
    return type_name<typename T::value_type>();
  }
}

}  // namespace

template <typename T>
CLI::Option* add_value(CLI::App& app, const std::string& names, T& value, const std::string& help) {
  auto* option = app.add_option(
      names,
      [&app, &value, label = label_of(names)](const Texts& texts) {
        for (const auto& text : texts) check_text(app, label, text);
        read_texts(label, texts, value);
        return true;
      },
      help);
  option->type_name(type_name<T>());
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);  // counted above, in our words
  if constexpr (std::is_same_v<T, Texts>) option->expected(CLI::detail::expected_max_vector_size);
  return option;
}

template CLI::Option* add_value(CLI::App&, const std::string&, Texts&, const std::string&);
template CLI::Option* add_value(CLI::App&, const std::string&, std::string&, const std::string&);
template CLI::Option* add_value(CLI::App&,
                                const std::string&,
                                std::optional<std::string>&,
                                const std::string&);
template CLI::Option* add_value(CLI::App&, const std::string&, int&, const std::string&);
template CLI::Option* add_value(CLI::App&,
                                const std::string&,
                                std::optional<int>&,
                                const std::string&);
template CLI::Option* add_value(CLI::App&, const std::string&, std::uint32_t&, const std::string&);
template CLI::Option* add_value(CLI::App&,
                                const std::string&,
                                std::optional<std::uint32_t>&,
                                const std::string&);
template CLI::Option* add_value(CLI::App&, const std::string&, std::int64_t&, const std::string&);
template CLI::Option* add_value(CLI::App&,
                                const std::string&,
                                std::optional<std::int64_t>&,
                                const std::string&);
template CLI::Option* add_value(CLI::App&, const std::string&, std::uint64_t&, const std::string&);
template CLI::Option* add_value(CLI::App&,
                                const std::string&,
                                std::optional<std::uint64_t>&,
                                const std::string&);
template CLI::Option* add_value(CLI::App&, const std::string&, double&, const std::string&);
template CLI::Option* add_value(CLI::App&,
                                const std::string&,
                                std::optional<double>&,
                                const std::string&);

CLI::Validator one_of(const std::vector<std::string>& allowed) {
  std::string list;
  for (const auto& one : allowed) list += (list.empty() ? "" : ",") + one;
  return {
      [allowed](const std::string& text) { return fault_of_choice(allowed, text).value_or(""); },
      "{" + list + "}"};
}

std::optional<std::string> fault_of_choice(const std::vector<std::string>& allowed,
                                           const std::string& came) {
  if (std::ranges::find(allowed, came) != allowed.end()) return std::nullopt;
  const auto near = nearest_name(came, allowed);
  return "wanted " + joined(allowed, " or ") + ", got " + (came.empty() ? "nothing" : came) +
         (near ? ": did you mean " + *near + "?" : "");
}

}  // namespace smdm
