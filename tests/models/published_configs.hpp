/// Configurations as published models have them, key by key, with the sizes that they stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smdm::test {

struct PublishedConfig {
  std::string name;
  std::string family;
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t key_heads = 0;
  std::int64_t head_size = 0;
  std::int64_t intermediate = 0;
  std::int64_t vocabulary = 0;
  std::int64_t positions = 0;
  double rotary_base = 10000.0;
  std::vector<std::int64_t> ends;
  std::optional<std::int64_t> mask = {};
  bool tied = false;
  bool scaled = false;
  std::optional<std::int64_t> window = {};
  std::string text;  ///< of config.json
};

[[nodiscard]] std::vector<PublishedConfig> published_configs();

}  // namespace smdm::test
