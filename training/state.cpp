#include "training/state.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "models/safetensors.hpp"
#include "models/safetensors_writer.hpp"

namespace smdm::training {
namespace {
namespace fs = std::filesystem;

constexpr const char* kParameters = "parameters";
constexpr const char* kFirst = "first_moments";
constexpr const char* kSecond = "second_moments";

/// The first setting of two that differs, as "model.n_layer was 4, now 6"; "" if none does.
std::string difference(const Json& before, const Json& now, const std::string& name) {
  if (before == now) return "";
  if (!before.is_object() || !now.is_object())
    return name + " was " + before.dump() + ", now " + now.dump();
  std::set<std::string> keys;
  for (const auto& [key, value] : before.items()) keys.insert(key);
  for (const auto& [key, value] : now.items()) keys.insert(key);
  const auto prefix = name.empty() ? name : name + ".";
  for (const auto& key : keys) {
    const auto text = difference(before.value(key, Json()), now.value(key, Json()), prefix + key);
    if (!text.empty()) return text;
  }
  return "";
}

class StateReader {
 public:
  explicit StateReader(const fs::path& path) : file_(path) {}

  [[nodiscard]] Json progress() const {
    const auto found = file_.metadata().find("progress");
    if (found == file_.metadata().end()) fail("wanted the state of a training, found none in it");
    try {
      auto progress = Json::parse(found->second);
      for (const char* count : {"step", "tokens"}) {
        static_cast<void>(progress.at(count).get<std::int64_t>());
      }
      return progress;
    } catch (const Json::exception& error) {
      fail(std::string("wanted JSON about the progress: ") + error.what());
    }
  }

  void require(const Json& before, const Json& settings) const {
    const auto text = difference(before, settings, "");
    if (!text.empty()) fail("wanted the settings that it was made with, got others: " + text);
  }

  [[nodiscard]] at::Tensor vector(const char* name, std::int64_t length) const {
    const auto stored = file_.tensor(name);
    if (stored.scalar_type() != at::kFloat || stored.dim() != 1 || stored.size(0) != length)
      fail(std::string("tensor \"") + name + "\": wanted " + std::to_string(length) +
           " float32 numbers");
    return stored.clone();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::checkpoint, file_.name() + ": " + what);
  }

  SafetensorsFile file_;
};

}  // namespace

void write_state(const fs::path& folder, const TrainingState& state, const Json& settings) {
  const Json progress = {{"step", state.step}, {"tokens", state.tokens}, {"settings", settings}};
  OutputFile file(folder / kStateFile, Existing::replace);
  write_safetensors({{kParameters, state.parameters},
                     {kFirst, state.moments.first},
                     {kSecond, state.moments.second}},
                    {{"progress", progress.dump()}},
                    [&](std::string_view bytes) { file.write(bytes); });
  file.finish();
}

std::optional<TrainingState> read_state(const fs::path& folder,
                                        const ParameterLayout& layout,
                                        const Json& settings) {
  const auto path = folder / kStateFile;
  if (is_absent(path)) return std::nullopt;
  const StateReader reader(path);
  const auto progress = reader.progress();
  reader.require(progress.value("settings", Json()), settings);
  return TrainingState{.parameters = reader.vector(kParameters, layout.length),
                       .moments = {.first = reader.vector(kFirst, layout.length),
                                   .second = reader.vector(kSecond, layout.length)},
                       .step = progress.at("step").get<std::int64_t>(),
                       .tokens = progress.at("tokens").get<std::int64_t>()};
}

}  // namespace smdm::training
