// A training as one point: what its training.json says of its end.
#include <cmath>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/text/json_text.hpp"
#include "results/scaling/sources.hpp"

namespace smdm::scaling {
namespace {

/// A training.json with its place, for errors.
struct File {
  std::filesystem::path path;
  Json json;

  [[noreturn]] void refuse(const std::string& text) const {
    throw Error(ErrorKind::data, path.string() + ": " + text);
  }

  /// A number that a law can have.
  [[nodiscard]] double positive(const std::string& pointer) const {
    const Json::json_pointer at(pointer);
    const bool there = json.contains(at) && json.at(at).is_number();
    const double value = there ? json.at(at).get<double>() : 0.0;
    if (!std::isfinite(value) || !(value > 0.0))
      refuse(pointer.substr(1) + ": wanted a finite number above 0, got " +
             (json.contains(at) ? json_text(json.at(at)) : "nothing"));
    return value;
  }

  [[nodiscard]] std::string text(const std::string& pointer) const {
    const Json::json_pointer at(pointer);
    if (!json.contains(at) || !json.at(at).is_string())
      refuse(pointer.substr(1) + ": wanted a text, got " +
             (json.contains(at) ? json_text(json.at(at)) : "nothing"));
    return json.at(at).get<std::string>();
  }
};

File read(const std::filesystem::path& path) {
  File file{.path = is_folder(path) ? path / "training.json" : path, .json = {}};
  const auto text = read_file(file.path, ErrorKind::data);
  try {
    file.json = parse_json(text);
  } catch (const JsonTextError& error) {
    file.refuse(std::string("wanted JSON, got ") + error.what() + " at byte " +
                std::to_string(error.byte()));
  }
  return file;
}

/// The tokenizer beside the weights, or the number of ids where ids were trained on.
std::string tokenizer_of(const File& file) {
  const auto beside = folder_of(file.path) / "tokenizer.model";
  if (is_file(beside)) return sha256_of_file(beside, ErrorKind::data);
  return "vocabulary of " +
         std::to_string(static_cast<std::int64_t>(file.positive("/settings/model/vocab_size"))) +
         " ids";
}

}  // namespace

Point read_training(const std::filesystem::path& path) {
  const auto file = read(path);
  const double step = file.positive("/step");
  const double steps = file.positive("/steps");
  if (step != steps)
    file.refuse("wanted a training at its end, whose learning rate has come down, got step " +
                std::to_string(static_cast<std::int64_t>(step)) + " of " +
                std::to_string(static_cast<std::int64_t>(steps)));
  Point point;
  point.where = file.path.string();
  point.family = file.text("/settings/model/x_model_type");
  point.flops = file.positive("/flops");
  point.params = file.positive("/parameters_outside_embedding_and_head");
  point.loss = file.positive("/validation_loss");
  point.tokens = file.positive("/tokens");
  const Json::json_pointer seed("/settings/seed");
  if (file.json.contains(seed) && file.json.at(seed).is_number_unsigned())
    point.seed = file.json.at(seed).get<std::uint64_t>();
  // The loss of a masked diffusion model is that of its bound.
  point.bound = point.family == "arm" ? "exact" : "lower";
  point.unit = "nats_per_token";
  point.tokenizer = tokenizer_of(file);
  return point;
}

}  // namespace smdm::scaling
