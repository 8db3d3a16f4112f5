// bench --scale on the embedded model and data: what it simulates, and what it refuses.
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

std::string embedded(const char* name) {
  return (fs::path(SMDM_SOURCE_DIR) / "embedded" / name).string();
}

test::CommandResult bench(Arguments more) {
  more.insert(more.begin(), "bench");
  return test::smdm_eval(more);
}

/// What --json says of a simulation of the embedded model.
Json simulated(Arguments more) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "scale.json";
  more.insert(more.end(), {"--data", "embedded", "--json", file.string()});
  const auto result = bench(std::move(more));
  INFO(result.err);
  REQUIRE(result.code == 0);
  return Json::parse(test::read_file(file));
}

Json of_model(Arguments more) {
  more.insert(more.end(), {"--model", embedded("micro-base-mdm")});
  return simulated(std::move(more));
}

double sum_of(const Json& ranks, const char* field) {
  double sum = 0.0;
  for (const auto& rank : ranks) sum += rank.at(field).get<double>();
  return sum;
}

/// Tokens of all Items, as the first number of ranks has computed them.
double tokens_of(const Json& json) {
  return sum_of(json.at("rank_totals").at(0), "tokens");
}

}  // namespace

TEST_CASE("bench --scale: Items, seconds and what each rank does") {
  const auto json =
      of_model({"--scale", "1,3", "--task", "piqa,boolq", "--limit", "50", "--tokens-per-second",
                "100", "--start-seconds", "2", "--load-seconds", "3", "--store-latency", "0.001"});
  const auto& rows = json.at("rows");
  REQUIRE(rows.size() == 2);
  const auto& totals = json.at("rank_totals");
  REQUIRE(totals.size() == 2);
  REQUIRE(totals[0].size() == 1);
  REQUIRE(totals[1].size() == 3);
  for (const auto& ranks : totals) {
    CHECK(sum_of(ranks, "items") == 100.0);
    CHECK(std::abs(sum_of(ranks, "tokens") / tokens_of(json) - 1.0) < 1e-9);
    CHECK(std::abs(sum_of(ranks, "of_fair_share") - static_cast<double>(ranks.size())) < 1e-9);
  }
  CHECK(rows[0].at("Busy") == 100.0);
  CHECK(std::abs(rows[0].at("Seconds").get<double>() - 5.0 - tokens_of(json) / 100.0) < 0.006);
  const double seconds = rows[1].at("Seconds").get<double>();
  const double working = tokens_of(json) / 300.0;
  CHECK(seconds >= 5.0 + working - 0.006);
  CHECK(std::abs(rows[1].at("Busy").get<double>() - 100.0 * working / (seconds - 5.0)) < 0.1);
  CHECK(std::abs(rows[1].at("With start-up").get<double>() - 100.0 * working / seconds) < 0.1);
  const double speed_up = rows[0].at("Seconds").get<double>() / seconds;
  CHECK(std::abs(rows[1].at("Speed-up").get<double>() - speed_up) < 0.01);
  const auto& busy = json.at("busy_95");
  CHECK(busy.at("ranks") > busy.at("with_start_up"));
  CHECK(busy.at("with_start_up") > 0);
  CHECK(contains(json.at("about").get<std::string>(), "100 Items"));
}

TEST_CASE("bench --scale: settings, counted tokens and a size of the family") {
  const Arguments usual = {"--scale", "1", "--task", "piqa", "--limit", "50", "--tokens-per-second",
                           "1000"};
  const auto with = [&](const Arguments& more) {
    auto all = usual;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto plain = of_model(usual);
  CHECK(contains(plain.at("about").get<std::string>(), "(expected)"));
  const auto counted = of_model(with({"--counted"}));
  CHECK(contains(counted.at("about").get<std::string>(), "(counted)"));
  CHECK(tokens_of(counted) != tokens_of(plain));
  // Chain rule under guidance instead of all subsets: rows of both kinds, which an estimate leaves
  // out.
  const auto preset = of_model(with({"--preset", "smdm"}));
  CHECK(tokens_of(preset) != tokens_of(plain));
  const auto guided = of_model(with({"--preset", "smdm", "--counted"}));
  CHECK(tokens_of(guided) > tokens_of(preset));
  const auto family = simulated(
      with({"--model-size", "6", "--tokenizer", embedded("micro-base-mdm/tokenizer.model")}));
  CHECK(tokens_of(family) == tokens_of(plain));
}

TEST_CASE("bench --scale: failures cost time and no Item") {
  const Arguments usual = {"--scale", "4", "--task", "piqa", "--tokens-per-second", "50"};
  const auto whole = of_model(usual);
  auto failing = usual;
  failing.insert(failing.end(), {"--failures-per-hour", "20", "--rank-timeout", "5"});
  const auto json = of_model(failing);
  const auto& row = json.at("rows").at(0);
  CHECK(row.at("Failures") > 0.0);
  CHECK(row.at("Seconds") > whole.at("rows").at(0).at("Seconds"));
  CHECK(sum_of(json.at("rank_totals").at(0), "items") ==
        sum_of(whole.at("rank_totals").at(0), "items"));
  CHECK(of_model(failing) == json);
  failing.insert(failing.end(), {"--seed", "1"});
  CHECK(of_model(failing).at("rows") != json.at("rows"));
}

TEST_CASE("bench --scale: what is refused") {
  constexpr int kUsage = 2;
  const auto model = embedded("micro-base-mdm");
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{"--scale", "1"}, "--data: wanted the root folder of the benchmark data, got nothing"},
      {{"--scale", "1", "--data", "embedded"},
       "--scale: wanted --model, or --tokenizer with a size of the published family, beside it"},
      {{"--scale", "1", "--data", "embedded", "--model", model},
       "--tokens-per-second: wanted what one rank reads, beside --scale, got nothing"},
      {{"--scale", "1,0", "--data", "embedded", "--model", model, "--tokens-per-second", "1"},
       "--scale: wanted numbers of ranks from 1 to"},
      {{"--scale", "1,x", "--data", "embedded", "--model", model, "--tokens-per-second", "1"},
       "--scale: wanted a whole number, got x"},
      {{"--scale", "1", "--data", "embedded", "--model", model, "--tokens-per-second", "0"},
       "--tokens-per-second: wanted a number above 0, got 0"},
      {{"--scale", "1", "--data", "embedded", "--model", model, "--tokens-per-second", "1",
        "--store-latency", "-0.1"},
       "--store-latency: wanted a number from 0, got -0.1"},
      {{"--scale", "1", "--train", "--data", "embedded", "--tokens-per-second", "1"},
       "--scale: wanted no other kind of measurement beside it"},
      {{"--load-seconds", "1"}, "--load-seconds requires --scale"}};
  for (const auto& [arguments, wanted] : cases) {
    const auto result = bench(arguments);
    INFO(wanted << "\n" << result.err);
    CHECK(result.code == kUsage);
    CHECK(contains(result.err, wanted));
  }
}

}  // namespace smdm
