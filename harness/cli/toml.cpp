// The only source that includes toml++, which takes long to compile. Its errors become ours here,
// and its values those of JSON, so that nothing else depends on it.
#include "harness/cli/toml.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#if __has_include(<toml++/toml.hpp>)
#include <toml++/toml.hpp>
#else
#include <toml++/toml.h>
#endif

#include "base/error.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

std::string text_of(const std::string& file) {
  try {
    return read_file(file, ErrorKind::usage, Input::stream);
  } catch (const Error& error) {
    throw Error(error.kind(), std::string("--config: ") + error.what());
  }
}

std::string place(const std::string& file, const toml::source_position& position) {
  return file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

[[noreturn]] void fault(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::usage, where + ": " + what);
}

/// A word that stands without quotes is read as the beginning of something else, and told as such.
std::string hint_about_quotes(std::string_view bytes, const toml::source_position& position) {
  for (auto line = position.line; line > 1; --line) bytes.remove_prefix(bytes.find('\n') + 1);
  bytes = bytes.substr(0, bytes.find('\n'));
  const auto equals = bytes.find('=');
  const auto begin = bytes.find_first_not_of(" \t", equals == bytes.npos ? equals : equals + 1);
  const bool is_word = equals != bytes.npos && begin != bytes.npos &&
                       (std::isalpha(static_cast<unsigned char>(bytes[begin])) != 0 ||
                        bytes[begin] == '/' || bytes[begin] == '.' || bytes[begin] == '~');
  return is_word ? "; a text stands in quotes" : "";
}

/// @param key  of the entry that the node belongs to
Json value_of(const toml::node& node, const std::string& where, const std::string& key) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* text = node.as_string()) return text->get();
  std::ostringstream type;
  type << node.type();
  fault(where, key + ": wanted a text, a number, true or false, got " +
                   (node.is_array() ? "an " : "a ") + type.str());
}

Json list_of(const toml::array& array, const std::string& where, const std::string& key) {
  auto list = Json::array();
  for (const auto& element : array) list.push_back(value_of(element, where, key));
  return list;
}

ConfigEntry entry_of(const toml::key& key, const toml::node& node, const std::string& file) {
  ConfigEntry entry{
      .where = place(file, key.source().begin), .key = std::string(key.str()), .value = {}};
  const auto* array = node.as_array();
  const bool tables = array != nullptr && !array->empty() && array->front().is_table();
  if (node.is_table() || tables) {
    fault(entry.where, "wanted options at the top level, got the table [" + entry.key +
                           "]; the options of a subcommand stand on the command line");
  }
  entry.value = array == nullptr ? value_of(node, entry.where, entry.key)
                                 : list_of(*array, entry.where, entry.key);
  return entry;
}

/// The library calls itself for each part of a dotted key; no option has any.
void refuse_deep_keys(std::string_view bytes, const std::string& file) {
  constexpr std::ptrdiff_t kMostParts = 256;
  for (std::size_t line = 1; !bytes.empty(); ++line) {
    const auto text = bytes.substr(0, bytes.find('\n'));
    if (std::ranges::count(text.substr(0, text.find_first_of("=#\"'")), '.') > kMostParts)
      fault(file + ":" + std::to_string(line) + ":1", "wanted the name of an option");
    bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
  }
}

}  // namespace

std::vector<ConfigEntry> read_toml(const std::string& file) {
  const auto bytes = text_of(file);
  refuse_deep_keys(bytes, file);
  const auto parsed = toml::parse(std::string_view(bytes));
  if (parsed.failed()) {
    const auto& error = parsed.error();
    const auto& begin = error.source().begin;
    fault(place(file, begin), std::string(error.description()) + hint_about_quotes(bytes, begin));
  }
  // The library sorts keys by name; errors are told in the order of the file.
  std::vector<std::pair<const toml::key*, const toml::node*>> found;
  found.reserve(parsed.table().size());
  for (const auto& [key, node] : parsed.table()) found.emplace_back(&key, &node);
  std::ranges::sort(found, {}, [](const auto& one) {
    const auto& begin = one.first->source().begin;
    return std::pair(begin.line, begin.column);
  });
  std::vector<ConfigEntry> entries;
  entries.reserve(found.size());
  for (const auto& [key, node] : found) entries.push_back(entry_of(*key, *node, file));
  return entries;
}

}  // namespace smdm
