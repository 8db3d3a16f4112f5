#include "harness/ranks/messages.hpp"

#include <cstdint>

#include "base/json.hpp"

namespace smdm::ranks {
namespace {

/// CBOR (RFC 8949): JSON's values with strings of bytes.
std::string packed(const Json& json) {
  const auto bytes = Json::to_cbor(json);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::uint8_t> binary(const std::string& text) {
  return {text.begin(), text.end()};
}

}  // namespace

std::string to_bytes(const Report& report) {
  Json json = {{"rank", report.rank}, {"seconds", report.seconds}, {"asks", report.asks}};
  auto& answers = json["answers"] = Json::array();
  for (const auto& answer : report.answers) {
    auto& one = answers.emplace_back(Json::array({answer.task, answer.item}));
    one.push_back(Json::binary(binary(answer.bytes)));
  }
  if (report.failure) {
    // A text may quote bytes of files; those that are no UTF-8 come out as such bytes.
    json["failure"] = Json::array({static_cast<int>(report.failure->kind())});
    json["failure"].push_back(Json::binary(binary(report.failure->what())));
  }
  return packed(json);
}

Report report_of(const std::string& bytes) {
  const auto json = Json::from_cbor(bytes);
  Report report{.rank = json.at("rank").get<int>(),
                .seconds = json.at("seconds").get<double>(),
                .asks = json.at("asks").get<std::int64_t>()};
  for (const auto& one : json.at("answers")) {
    const auto& value = one.at(2).get_binary();
    report.answers.push_back({.task = one.at(0).get<std::size_t>(),
                              .item = one.at(1).get<std::size_t>(),
                              .bytes = {value.begin(), value.end()}});
  }
  if (json.contains("failure")) {
    const auto& text = json.at("failure").at(1).get_binary();
    report.failure.emplace(static_cast<ErrorKind>(json.at("failure").at(0).get<int>()),
                           std::string(text.begin(), text.end()));
  }
  return report;
}

std::string to_bytes(const std::optional<Lease>& lease) {
  if (!lease) return packed(nullptr);
  return packed({{"task", lease->task}, {"items", lease->items}, {"cost", lease->cost}});
}

std::optional<Lease> lease_of(const std::string& bytes) {
  const auto json = Json::from_cbor(bytes);
  if (json.is_null()) return std::nullopt;
  return Lease{.task = json.at("task").get<std::size_t>(),
               .items = json.at("items").get<std::vector<std::size_t>>(),
               .cost = json.at("cost").get<double>()};
}

std::string lease_key(int rank, std::int64_t number) {
  return "lease/" + std::to_string(rank) + "/" + std::to_string(number);
}

std::string inbox_key(std::int64_t number) {
  return std::string(kInbox) + "/" + std::to_string(number);
}

}  // namespace smdm::ranks
