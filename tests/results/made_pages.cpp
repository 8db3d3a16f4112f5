#include "tests/results/made_pages.hpp"

#include <cstdint>

#include "base/files/unpack.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {
namespace {

/// The bytes that base64 writes, digit by digit.
std::string bytes_of(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text) {
    const auto value = kDigits.find(digit);
    if (value == std::string_view::npos) break;  // padding
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 255U);
  }
  return bytes;
}

std::string unpacked(const std::string& packed) {
  const TemporaryFolder folder;
  write_file(folder.path() / "chunk", packed);
  Unpacker file(folder.path() / "chunk", Input::file);
  std::string bytes;
  std::string block(100'000, '\0');
  while (const auto got = file.read(block)) bytes.append(block, 0, got);
  return bytes;
}

}  // namespace

report::Report read_report(const report::Settings& settings) {
  return report::read_report(settings, "smdm-eval 0.1.0", "2024-09-01T00:00:00Z");
}

std::string between(std::string_view page, std::string_view begin, std::string_view end) {
  const auto from = page.find(begin);
  REQUIRE(from != std::string_view::npos);
  const auto start = from + begin.size();
  const auto to = page.find(end, start);
  REQUIRE(to != std::string_view::npos);
  return std::string(page.substr(start, to - start));
}

Json data_of(const std::string& page) {
  return Json::parse(
      between(page, R"(<script type="application/json" id="report-data">)", "</script>"));
}

std::vector<Json> chunks_in(const std::string& page) {
  constexpr std::string_view kBegin = R"(<script type="application/json" class="chunk")";
  std::vector<Json> chunks;
  for (auto at = page.find(kBegin); at != std::string::npos; at = page.find(kBegin, at + 1)) {
    const auto block = between(std::string_view(page).substr(at), ">", "</script>");
    const auto json = unpacked(bytes_of(Json::parse(block).get<std::string>()));
    chunks.push_back(Json::parse(json));
  }
  return chunks;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++times;
  return times;
}

}  // namespace smdm::test
