// `smdm-eval scaling fit` as a user starts it.
#include <filesystem>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

constexpr int kUsage = 2;
constexpr int kData = 3;
constexpr int kResults = 6;

std::string points(const std::string& name) {
  return (test::golden() / "scaling" / name).string();
}

test::CommandResult fitted(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"scaling", "fit"});
  return test::smdm_eval(arguments);
}

}  // namespace

TEST_CASE("scaling fit prints the gap of SMDM's figure, as tables and as JSON") {
  const auto file = points("smdm_fig1_optimum.csv");
  const auto text = fitted({file, "--method", "envelope", "--loss", "2.4"});
  REQUIRE(text.code == 0);
  CHECK(contains(text.out, "mdm 13.6 x beyond"));
  const auto json =
      fitted({file, "--method", "envelope", "--loss", "2.4", "--seed", "5", "--json"});
  REQUIRE(json.code == 0);
  const auto fit = Json::parse(json.out);
  CHECK(fit.at("seed") == 5);
  CHECK(fit.at("inputs").at(0) == file);
  const auto& gap = fit.at("gaps").at(0);
  CHECK(gap.at("more") == "mdm");
  CHECK(gap.at("points").at(0).at("ratio").get<double>() == Approx(16.4).margin(0.15));
  CHECK(gap.at("points").at(0).at("extrapolated") == true);
}

TEST_CASE("scaling fit writes its folder once") {
  const test::TemporaryFolder folder;
  const auto output = (folder.path() / "fit").string();
  const std::vector<std::string> arguments = {
      points("quokka_isoflop_mdm.csv"),  "--method", "isoflop", "--exclude", "mdm:1e21", "--law",
      points("gidd_published_fits.csv"), "--output", output};
  REQUIRE(fitted(arguments).code == 0);
  for (const char* name : {"fit.json", "optima.csv", "laws.csv", "gaps.csv", "loss.svg",
                           "params.svg", "residuals.svg"}) {
    CHECK(fs::is_regular_file(fs::path(output) / name));
  }
  CHECK_FALSE(fs::exists(fs::path(output) / "gaps.svg"));  // of one family
  CHECK(contains(test::read_file(fs::path(output) / "loss.svg"), "masked, published"));
  const auto fit = Json::parse(test::read_file(fs::path(output) / "fit.json"));
  CHECK(fit.at("excluded").at(0) == "mdm:1e21");
  CHECK(fit.at("fits").at(0).at("optima").size() == 8);
  CHECK(fitted(arguments).code == kResults);
}

TEST_CASE("scaling fit tells whose fault an error is") {
  const auto file = points("smdm_fig1_optimum.csv");
  CHECK(fitted({}).code == kUsage);
  CHECK(fitted({file, "--method", "quadratic"}).code == kUsage);
  CHECK(fitted({file, "--law", file}).code == kUsage);
  CHECK(fitted({file, "--loss", "-1"}).code == kUsage);
  CHECK(fitted({file, "--draws", "3"}).code == kUsage);
  CHECK(fitted({file, "--exclude", "nobody"}).code == kUsage);
  CHECK(fitted({"no-such-file.csv"}).code == kData);
  const auto one_point = fitted({file, "--method", "isoflop"});
  CHECK(one_point.code == kData);
  CHECK(contains(one_point.err, "at least 3 sizes, got 1"));
}

}  // namespace smdm
