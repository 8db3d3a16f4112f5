// Steps of generation as `bench --generation` measures them, on the smallest model of the family.
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using test::contains;

std::vector<std::string> arguments(const std::vector<std::string>& more) {
  std::vector<std::string> all = {"bench",     "--generation", "--model-size", "6",
                                  "--seconds", "0.01",         "--threads",    "1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// The cells of the table's rows, without its head.
std::vector<std::vector<std::string>> table_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|mdm") && !line.starts_with("|arm")) continue;
    std::istringstream cells(line.substr(1));
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '|');) {
      const auto first = cell.find_first_not_of(' ');
      const auto last = cell.find_last_not_of(' ');
      rows.back().push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
  }
  return rows;
}

enum Cell : std::size_t { kModel, kDtype, kProgram, kBatch, kTokens, kTime, kBound, kShare };

}  // namespace

TEST_CASE("bench --generation: tokens, milliseconds and share of each kind of step") {
  const auto result = test::smdm_eval(arguments({"--dtype", "bf16"}));
  INFO(result.out << result.err);
  REQUIRE(result.code == 0);
  const auto rows = table_of(result.out);
  REQUIRE(rows.size() == 4);
  const std::map<std::string, double> tokens_a_row = {{"arm", 1.0}, {"mdm", 256.0}};
  for (const auto& row : rows) {
    REQUIRE(row.size() == 8);
    CHECK(row[kDtype] == "bf16");
    CHECK(row[kProgram] == "smdm-eval");
    const double tokens = std::stod(row[kBatch]) * tokens_a_row.at(row[kModel]);
    const double of_a_step = std::stod(row[kTokens]) * std::stod(row[kTime]) / 1000.0;
    CHECK(std::abs(of_a_step / tokens - 1.0) < 0.1);  // both are rounded
    CHECK(contains(row[kBound], row[kModel] == "arm" ? " GB/s" : " GFLOP/s"));
    CHECK(std::stod(row[kBound]) > 0.0);
    CHECK(std::stod(row[kShare]) > 0.0);
  }
  CHECK(rows[0][kBatch] == "1");
  CHECK(rows[1][kBatch] == "8");
}

TEST_CASE("bench --generation --reference: another program beside it") {
  const auto result =
      test::smdm_eval(arguments({"--dtype", "bf16", "--backend", "mdm", "--reference",
                                 R"(printf '{"steps_per_second": 0.5}'; true)"}));
  INFO(result.out << result.err);
  REQUIRE(result.code == 0);
  const auto rows = table_of(result.out);
  REQUIRE(rows.size() == 6);
  CHECK(rows[1][kProgram] == "reference");
  CHECK(rows[1][kTokens] == "128.0");
  CHECK(rows[1][kTime] == "2000.00");
  CHECK(rows[2][kProgram] == "ratio");
  const double ours = std::stod(rows[0][kTokens]);
  CHECK(std::abs(std::stod(rows[2][kTokens]) / (ours / 128.0) - 1.0) < 0.1);
}

TEST_CASE("bench --generation says what is wrong") {
  const auto silent = test::smdm_eval(
      arguments({"--dtype", "bf16", "--backend", "mdm", "--reference", "echo hello; true"}));
  CHECK(silent.code == 2);
  CHECK(contains(silent.err, "wanted a program that prints {\"steps_per_second\"}, got \"hello"));
  const auto elsewhere = test::smdm_eval(arguments({"--device", "cuda"}));
  CHECK(elsewhere.code == 2);
  CHECK(contains(elsewhere.err, "bench --generation: wanted --device cpu, got cuda"));
}

}  // namespace smdm
