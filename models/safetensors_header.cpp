// The header's rules, one small check each.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "models/safetensors.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;

struct Dtype {
  const char* name;
  std::uint64_t bytes;
};

/// Every data type of the format whose elements are whole bytes.
// NOLINTBEGIN(modernize-use-designated-initializers): a table with one column per member
constexpr Dtype kDtypes[] = {{"BOOL", 1},    {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
                             {"F8_E8M0", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},     {"BF16", 2},
                             {"I32", 4},     {"U32", 4}, {"F32", 4}, {"F64", 8},     {"I64", 8},
                             {"U64", 8},     {"C64", 8}};
// NOLINTEND(modernize-use-designated-initializers)

class Header {
 public:
  Header(std::string file, std::uint64_t data_bytes)
      : file_(std::move(file)), data_bytes_(data_bytes) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::checkpoint, file_ + ": header: " + what);
  }

  [[nodiscard]] Json parse(const std::string& text) const {
    if (text.empty() || text.front() != '{') fail("wanted a JSON object that begins with '{'");
    std::vector<std::set<std::string>> keys;  // of the objects that are open
    constexpr int kDeepest = 100;  // the format needs three; what comes back may be walked through
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
      if (depth > kDeepest) fail("more than 100 brackets within each other");
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key &&
          !keys.back().insert(parsed.get<std::string>()).second) {
        fail("duplicate key " + parsed.dump());
      }
      return true;
    };
    try {
      return Json::parse(text, watch);
    } catch (const Json::exception& error) {
      fail(std::string("not valid JSON: ") + error.what());
    }
  }

  void check_metadata(const Json& metadata) const {
    const bool strings =
        metadata.is_object() && std::all_of(metadata.begin(), metadata.end(),
                                            [](const Json& value) { return value.is_string(); });
    if (!strings) fail("__metadata__: wanted an object of strings");
  }

  [[nodiscard]] TensorEntry entry(const std::string& name, const Json& fields) const {
    const std::set<std::string> wanted = {"dtype", "shape", "data_offsets"};
    std::set<std::string> came;
    if (fields.is_object()) {
      for (const auto& [key, value] : fields.items()) came.insert(key);
    }
    if (came != wanted)
      fail(quoted(name) + ": wanted the fields dtype, shape and data_offsets, got " +
           fields.dump());
    TensorEntry entry;
    const auto element = element_bytes(name, fields.at("dtype"));
    entry.dtype = fields.at("dtype").get<std::string>();
    for (const auto size : naturals(name, "shape", fields.at("shape"))) {
      if (size > static_cast<std::uint64_t>(INT64_MAX)) fail(quoted(name) + ": shape overflows");
      entry.shape.push_back(static_cast<std::int64_t>(size));
    }
    const auto offsets = naturals(name, "data_offsets", fields.at("data_offsets"));
    if (offsets.size() != 2)
      fail(quoted(name) + ": wanted two data_offsets, got " + std::to_string(offsets.size()));
    entry.begin = offsets[0];
    entry.end = offsets[1];
    check_extent(name, entry, element);
    return entry;
  }

  /// The data section must be covered exactly once.
  void check_layout(const TensorEntries& entries) const {
    std::vector<std::pair<TensorEntry, std::string>> order;
    order.reserve(entries.size());
    for (const auto& [name, entry] : entries) order.emplace_back(entry, name);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.begin, a.first.end) < std::pair(b.first.begin, b.first.end);
    });
    std::uint64_t covered = 0;
    for (const auto& [entry, name] : order) {
      if (entry.begin < covered)
        fail(quoted(name) + " overlaps another tensor at byte " + std::to_string(entry.begin));
      if (entry.begin > covered)
        fail("hole of " + std::to_string(entry.begin - covered) + " bytes before " + quoted(name));
      covered = entry.end;
    }
    if (covered != data_bytes_) {
      fail("tensors cover " + std::to_string(covered) + " bytes, the file holds " +
           std::to_string(data_bytes_));
    }
  }

 private:
  static std::string quoted(const std::string& name) { return "tensor \"" + name + "\""; }

  [[nodiscard]] std::uint64_t element_bytes(const std::string& name, const Json& dtype) const {
    if (dtype.is_string()) {
      for (const auto& known : kDtypes) {
        if (dtype.get<std::string>() == known.name) return known.bytes;
      }
    }
    fail(quoted(name) + ": unknown dtype " + dtype.dump());
  }

  [[nodiscard]] std::vector<std::uint64_t> naturals(const std::string& name,
                                                    const std::string& field,
                                                    const Json& list) const {
    std::vector<std::uint64_t> numbers;
    if (list.is_array()) {
      for (const auto& value : list) {
        if (value.is_number_unsigned()) numbers.push_back(value.get<std::uint64_t>());
      }
    }
    if (!list.is_array() || numbers.size() != list.size()) {
      fail(quoted(name) + ": " + field + ": wanted a list of integers >= 0, got " + list.dump());
    }
    return numbers;
  }

  void check_extent(const std::string& name,
                    const TensorEntry& entry,
                    std::uint64_t element) const {
    std::uint64_t bytes = element;
    for (const auto size : entry.shape) {
      if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes))
        fail(quoted(name) + ": shape overflows");
    }
    const auto extent = std::to_string(entry.begin) + ".." + std::to_string(entry.end);
    if (entry.begin > entry.end) fail(quoted(name) + ": data_offsets " + extent + " run backwards");
    if (entry.end > data_bytes_) {
      fail(quoted(name) + ": truncated: data_offsets " + extent + " pass the end of the data at " +
           std::to_string(data_bytes_));
    }
    if (entry.end - entry.begin != bytes) {
      fail(quoted(name) + ": wanted " + std::to_string(bytes) +
           " bytes for its shape and dtype, data_offsets give " +
           std::to_string(entry.end - entry.begin));
    }
  }

  std::string file_;
  std::uint64_t data_bytes_;
};

}  // namespace

TensorEntries parse_safetensors_header(const std::string& header,
                                       std::uint64_t data_bytes,
                                       const std::string& file) {
  const Header rules(file, data_bytes);
  const auto json = rules.parse(header);
  TensorEntries entries;
  for (const auto& [name, fields] : json.items()) {
    if (name == "__metadata__") {
      rules.check_metadata(fields);
    } else {
      entries.emplace(name, rules.entry(name, fields));
    }
  }
  rules.check_layout(entries);
  return entries;
}

std::map<std::string, std::string> parse_safetensors_metadata(const std::string& header,
                                                              const std::string& file) {
  const Header rules(file, 0);
  const auto json = rules.parse(header);
  if (!json.contains("__metadata__")) return {};
  rules.check_metadata(json.at("__metadata__"));
  return json.at("__metadata__").get<std::map<std::string, std::string>>();
}

}  // namespace smdm
