// Samples files of a leaderboard read once more, for the numbers of their documents alone.
#include "results/export/sample_values.hpp"

#include <new>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/read.hpp"
#include "base/numbers/finite.hpp"
#include "base/text/json_text.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/sample_reader.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

using Metrics = std::map<std::string, DocumentValues>;

/// The cluster of a document: "" where it stands alone, and in files of older versions.
std::string cluster_key(const Json& line) {
  const Json& own = line.at("smdm_eval");
  const auto found = own.find("cluster");
  if (found == own.end()) return "";
  return shared_key(found->get<std::string>(),
                    line.at("doc_hash").get<std::string>().substr(0, kClusterDigits));
}

/// Adds what one document contributes to each metric.
void add_line(const Json& line, Metrics& metrics) {
  for (const auto& [name, value] : line.at("smdm_eval").at("metrics").items()) {
    DocumentValues& of_metric = metrics[name];
    const Json numbers = value.is_array() ? value : Json::array({value});
    of_metric.width = numbers.size();
    for (const Json& number : numbers) of_metric.values.push_back(number_or_nan(number));
  }
}

Metrics metrics_in(const std::string& text) {
  Metrics metrics;
  std::istringstream in(text);
  std::vector<std::string> keys;
  std::string text_line;
  while (std::getline(in, text_line)) {
    const auto line = parse_json(text_line);
    keys.push_back(cluster_key(line));
    add_line(line, metrics);
  }
  const auto clusters = dense_clusters(keys);
  for (auto& [name, of_metric] : metrics) of_metric.clusters = clusters;
  return metrics;
}

}  // namespace

SampleValues::SampleValues(std::filesystem::path folder) : folder_(std::move(folder)) {}

const SampleValues::File& SampleValues::file_of(const std::string& path,
                                                const std::string& digest) {
  const auto [place, is_new] = files_.try_emplace({path, digest});
  File& file = place->second;
  if (!is_new) return file;
  try {
    const auto text = read_file(folder_ / path, ErrorKind::results);
    if (sha256(text) == digest) {
      file.metrics = metrics_in(text);
    } else {
      file.reason = "the file was changed: its digest is another than the entries have";
    }
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    file.reason = error.what();
  }
  return file;
}

const DocumentValues* SampleValues::of(const Json& entry) {
  const Json& samples = entry.at("samples");
  const File& file = file_of(samples.at("path"), samples.at("sha256"));
  const auto found = file.metrics.find(metric_name(entry));
  if (found == file.metrics.end()) return nullptr;
  const DocumentValues& values = found->second;
  const auto documents = entry.at("task").at("documents").get<std::size_t>();
  const bool is_whole = values.values.size() == documents * values.width;
  return is_whole && all_finite(values.values) ? &values : nullptr;
}

std::vector<std::string> SampleValues::unusable() const {
  std::vector<std::string> lines;
  for (const auto& [key, file] : files_) {
    if (!file.reason.empty()) lines.push_back(key.first + ": " + file.reason);
  }
  return lines;
}

}  // namespace smdm
