// Which of the files in a checkpoint's folder are its weights. Published folders often hold the
// same weights in several formats; the index of safetensors files decides, else their one name.
#include "models/weight_index.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/text/json_text.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// A name that cannot lead out of the folder.
bool is_plain_name(const std::string& name) {
  constexpr std::string_view kParts("/\\\0", 3);
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(kParts) == std::string::npos;
}

std::string quoted(const std::string& tensor) {
  return "tensor \"" + tensor + "\"";
}

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::checkpoint, path.string() + ": " + what);
}

/// A list of names for one line.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

/// Refuses a tensor that stands twice in the map: reading JSON keeps one of the two silently.
class OnceEach {
 public:
  explicit OnceEach(const fs::path& path) : path_(path) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    constexpr int kInMap = 2;  // the members of an object in the outermost one
    if (event == Json::parse_event_t::object_start) keys_.clear();
    if (event == Json::parse_event_t::key && depth == kInMap &&
        !keys_.insert(parsed.get<std::string>()).second)
      fail(path_, quoted(parsed.get<std::string>()) + " is named twice");
    return true;
  }

 private:
  const fs::path& path_;
  std::set<std::string> keys_;
};

Json read_index(const fs::path& path) {
  const auto text = read_file(path, ErrorKind::checkpoint);
  try {
    static_cast<void>(parse_json(text));  // knows how deep text may be
    return Json::parse(text, OnceEach(path));
  } catch (const JsonTextError& error) {
    fail(path, "wanted JSON, got " + std::string(error.what()));
  } catch (const Json::exception& error) {
    fail(path, std::string("not valid JSON: ") + error.what());
  }
}

bool looks_like_weights(const std::string& name) {
  constexpr std::array<std::string_view, 8> kEndings = {
      ".safetensors", ".pth", ".pt", ".gguf", ".ggml", ".h5", ".msgpack", ".onnx"};
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  return std::ranges::any_of(kEndings, ends) || (name.starts_with("pytorch_model") && ends(".bin"));
}

/// Adds the names of weights in a folder that are not among those read.
void collect(const fs::path& folder,
             const std::string& prefix,
             const std::set<fs::path>& read,
             std::vector<std::string>& found) {
  for (const auto& path : entries_of(folder, ErrorKind::checkpoint)) {
    const auto name = path.filename().string();
    if (looks_like_weights(name) && !read.contains(path) && is_file(path))
      found.push_back(prefix + name);
  }
}

}  // namespace

WeightIndex::WeightIndex(const fs::path& path) : path_(path) {
  const auto json = read_index(path);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object() || map->empty())
    fail(path, "wanted \"weight_map\", an object with a file for each tensor");
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string() || !is_plain_name(file.get<std::string>())) {
      fail(path, quoted(tensor) + ": wanted the name of a file in the same folder, got " +
                     (file.is_structured() ? "a list or an object" : json_text(file)));
    }
    file_of_.emplace(tensor, file.get<std::string>());
  }
}

std::vector<fs::path> WeightIndex::shards() const {
  std::set<std::string> names;
  for (const auto& [tensor, file] : file_of_) names.insert(file);
  std::vector<fs::path> paths;
  paths.reserve(names.size());
  for (const auto& name : names) {
    const auto& path = paths.emplace_back(path_.parent_path() / name);
    const auto state = look_at(path);
    if (state.standing == Standing::file) continue;
    fail(path_, "missing shard " + name + ", named by the index: found " + in_words(state));
  }
  return paths;
}

void WeightIndex::check(const fs::path& shard, const TensorEntries& entries) const {
  const auto name = shard.filename().string();
  for (const auto& [tensor, entry] : entries) {
    const auto found = file_of_.find(tensor);
    if (found == file_of_.end())
      fail(shard, quoted(tensor) + " is not named by the index " + path_.filename().string());
    if (found->second != name)
      fail(shard, quoted(tensor) + " stands in " + found->second + " by the index");
  }
  for (const auto& [tensor, file] : file_of_) {
    if (file == name && !entries.contains(tensor))
      fail(shard, quoted(tensor) + " is missing, which the index says is in it");
  }
}

std::string WeightPlace::name() const {
  return index ? folder_of(*index).string() : files.front().string();
}

WeightPlace weights_in(const fs::path& folder) {
  const auto index = folder / kWeightsIndex;
  // Also a link that leads nowhere: somebody meant shards.
  if (is_taken(index)) return {.files = WeightIndex(index).shards(), .index = index};
  const auto file = folder / kWeightsFile;
  const auto state = look_at(file);
  if (state.standing == Standing::file) return {.files = {file}, .index = {}};
  const auto others = other_weights_in(folder, {});
  fail(file, "wanted the model's weights, found " + in_words(state) +
                 (others.empty() ? ""
                                 : "; beside it " + listed(others) +
                                       ", of formats or names that are not read"));
}

std::vector<std::string> other_weights_in(const fs::path& folder,
                                          const std::vector<fs::path>& read) {
  const std::set<fs::path> known(read.begin(), read.end());
  std::vector<std::string> found;
  collect(folder, "", known, found);
  const auto original = folder / "original";  // where Meta's own files lie
  if (is_folder(original)) collect(original, "original/", known, found);
  return found;
}

}  // namespace smdm
