// `smdm-eval report` as a user starts it.
#include <filesystem>

#include "base/json.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::check_refused;
using test::contains;
using test::evaluated;

constexpr int kUsage = 2;
constexpr int kResults = 6;

/// The numbers that a page has for its scripts.
Json data_of(const fs::path& file) {
  const auto page = test::read_file(file);
  const std::string begin = R"(<script type="application/json" id="report-data">)";
  const auto from = page.find(begin);
  REQUIRE(from != std::string::npos);
  const auto start = from + begin.size();
  return Json::parse(page.substr(start, page.find("</script>", start) - start));
}

Json reported(std::vector<std::string> arguments, const fs::path& file) {
  arguments.insert(arguments.begin(), "report");
  arguments.insert(arguments.end(), {"--output", file.string()});
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "wrote "));
  return data_of(file);
}

/// Whether a page has these words.
bool says(const fs::path& file, const std::string& part) {
  return test::read_file(file).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("runs of both models become one page with their numbers") {
  const test::TemporaryFolder folder;
  const auto run = [&](const std::string& name, const std::vector<std::string>& arguments) {
    return evaluated(arguments, folder.path() / name).string();
  };
  const std::vector<std::string> tasks = {"--task", "piqa,line_copy,temporal_shift", "--limit",
                                          "6"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), tasks.begin(), tasks.end());
    return more;
  };
  const auto trace = folder.path() / "steps.jsonl";
  const auto mdm = run("mdm", with({"--trace", trace.string()}));
  const auto arm = run("arm", with({"--backend", "arm"}));
  const auto file = folder.path() / "page.html";
  const auto data = reported({mdm, arm}, file);
  REQUIRE(data.at("runs").size() == 2);
  CHECK(data.at("runs").at(0).at("kind") == "mdm");
  CHECK(data.at("texts") == true);  // invented texts
  for (const Json& task : data.at("tasks")) {
    CHECK(task.at("results").size() >= 2);
    CHECK(task.at("documents").get<int>() > 0);
  }
  CHECK(data.at("comparisons").size() > 20);
  const auto& pictures = data.at("pictures");
  CHECK(pictures.at("periods").at("lines").size() == 2);
  CHECK(pictures.at("periods").at("lines").at(0).at("points").size() == 24);
  CHECK(pictures.at("orders").at("tasks").at(0).at("points").size() == 6);
  CHECK(contains(pictures.at("reverse_curse").at("absent"), "reverse_curse"));
  CHECK(says(file, "tokens were traced"));
  CHECK(says(file, "The command that repeats it:"));
  SECTION("the same runs give the same page but for its date") {
    const auto again = folder.path() / "again.html";
    auto other = reported({mdm, arm}, again);
    other["made"] = data.at("made");
    CHECK(other == data);
  }
  SECTION("a trace that is gone is said to be") {
    fs::remove(trace);
    reported({mdm}, folder.path() / "gone.html");
    CHECK(says(folder.path() / "gone.html", "is not there"));
  }
  SECTION("what is left out") {
    const auto bare = folder.path() / "bare.html";
    const auto less =
        reported({mdm, "--documents", "2", "--texts", "off", "--title", "Mine"}, bare);
    CHECK(less.at("texts") == false);
    CHECK(less.at("tasks").at(0).at("documents_shown") == 2);
    CHECK(says(bare, "<title>Mine</title>"));
    CHECK(fs::file_size(bare) < fs::file_size(file));
  }
  SECTION("a file that exists stays, unless it may be replaced") {
    const auto before = test::read_file(file);
    check_refused({"report", mdm, "--output", file.string()}, kResults, "page.html");
    CHECK(test::read_file(file) == before);
    reported({mdm, "--replace", "--title", "Mine"}, file);
    CHECK(says(file, "<title>Mine</title>"));
  }
}

TEST_CASE("files of scaling fit and of tradeoff become pictures") {
  const test::TemporaryFolder folder;
  const auto run = evaluated({"--task", "piqa", "--limit", "3"}, folder.path() / "run").string();
  const auto fit = folder.path() / "fit";
  const auto table = fs::path(SMDM_SOURCE_DIR) / "tests/golden/scaling/smdm_fig1_optimum.csv";
  const auto fitted = test::smdm_eval(
      {"scaling", "fit", table.string(), "--method", "envelope", "--output", fit.string()});
  REQUIRE(fitted.code == 0);
  const auto study = folder.path() / "study";
  const auto swept = test::smdm_eval(
      {"tradeoff", "--task", "line_copy", "--limit", "2", "--output", study.string()});
  INFO(swept.err);
  REQUIRE(swept.code == 0);
  fs::path file;
  for (const auto& entry : fs::directory_iterator(study)) {
    if (entry.path().extension() == ".json") file = entry.path();
  }
  const auto data =
      reported({run, "--scaling", (fit / "fit.json").string(), "--tradeoff", file.string()},
               folder.path() / "page.html");
  const auto& families = data.at("pictures").at("scaling").at("families");
  const auto law = Json::parse(test::read_file(fit / "fit.json"));
  REQUIRE(families.size() == law.at("fits").size());
  const auto& drawn = families.at(0).at("optima");
  const auto& found = law.at("fits").at(0).at("optima");
  REQUIRE(drawn.size() == found.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    CHECK(drawn.at(i).at("flops") == found.at(i).at("flops"));
    CHECK(drawn.at(i).at("loss") == found.at(i).at("loss"));
  }
  const auto& points = data.at("pictures").at("tradeoff").at("points");
  CHECK(points.size() > 3);
  for (const Json& point : points) CHECK(point.at("y").get<double>() <= 1.0);
}

TEST_CASE("reports that cannot be made leave no file") {
  const test::TemporaryFolder folder;
  const auto run = evaluated({"--task", "piqa", "--limit", "3"}, folder.path() / "run").string();
  const auto file = folder.path() / "page.html";
  const std::string page = file.string();
  check_refused({"report", run}, kUsage, "--output");
  check_refused({"report", "--output", page}, kUsage, "RUN");
  check_refused({"report", run, "--output", page, "--documents", "some"}, kUsage, "--documents");
  check_refused({"report", run, "--output", page, "--texts", "yes"}, kUsage, "--texts");
  check_refused({"report", run, "--output", "-"}, kUsage, "--output");
  check_refused({"report", run, run, "--output", page}, kResults, "the same one twice");
  check_refused({"report", (folder.path() / "none").string(), "--output", page}, kResults, "none");
  check_refused({"report", run, "--output", page, "--scaling", run}, kResults, "run");
  CHECK_FALSE(fs::exists(file));
}

}  // namespace smdm
