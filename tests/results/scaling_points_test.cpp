// Tables and trainings as points: what is read, and what is refused with its place.
#include "base/error.hpp"
#include "results/scaling/budgets.hpp"
#include "results/scaling/points.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {

using scaling::read_points;

namespace {

class Table {
 public:
  explicit Table(const std::string& text) { test::write_file(path(), text); }

  [[nodiscard]] std::string path() const { return (folder_.path() / "points.csv").string(); }
  [[nodiscard]] scaling::Points read() const { return read_points({path()}); }

  /// The error of reading it; its kind is checked.
  [[nodiscard]] std::string fault() const {
    try {
      static_cast<void>(read());
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::data);
      return error.what();
    }
    return "";
  }

 private:
  test::TemporaryFolder folder_;
};

const std::string kTitles = "family,flops,params,loss\n";

std::string training(const std::string& step, const std::string& loss) {
  return R"({"step": )" + step + R"(, "steps": 25, "tokens": 1344, "flops": 2.5e8,
    "parameters_outside_embedding_and_head": 30880, "loss": 3.6, )" +
         loss + R"(
    "settings": {"seed": 3, "model": {"x_model_type": "mdm", "vocab_size": 32}}})";
}

}  // namespace

TEST_CASE("a table with all columns, comments and quotes") {
  const Table table(
      "# from nowhere\nloss, family,flops,params,tokens,se,seed,bound,unit,tokenizer\n\n"
      "2.5,\"a, \"\"b\"\"\",1e18,1e8,2e9,0.01,7,lower,bits_per_byte,t1\n"
      "+2.4,\"a, \"\"b\"\"\",1e18,2e8,,,,lower,bits_per_byte,t2\n");
  const auto points = table.read().points;
  REQUIRE(points.size() == 2);
  CHECK(points[0].family == "a, \"b\"");
  CHECK(points[0].loss == 2.5);
  CHECK(points[0].seed == 7U);
  CHECK(points[0].se == 0.01);
  CHECK(points[0].bound == "lower");
  CHECK(tokens_of(points[0]) == 2e9);
  CHECK(points[1].loss == 2.4);
  CHECK(tokens_of(points[1]) == Approx(1e18 / (6.0 * 2e8)));
  CHECK(points[1].where == table.path() + ":5");
}

TEST_CASE("rows whose numbers no law can have are refused by themselves, with file and line") {
  const Table table(kTitles + "a,1e18,1e8,nan\na,1e18,2e8,2.5\na,1e18,-3e8,2.4\na,1e999,3e8,2\n");
  const auto read = table.read();
  CHECK(read.points.size() == 1);
  REQUIRE(read.refused.size() == 3);
  CHECK(read.refused[0].what == table.path() + ":2");
  CHECK(test::contains(read.refused[0].reason, "loss: wanted a finite number above 0, got nan"));
  CHECK(test::contains(read.refused[1].reason, "params"));
  CHECK(test::contains(read.refused[2].reason, "flops"));
}

TEST_CASE("tables that cannot be read say where and why") {
  const auto says = [](const std::string& text, const std::string& line, const std::string& why) {
    const Table table(text);
    const auto fault = table.fault();
    INFO(fault);
    CHECK(test::contains(fault, table.path() + line));
    CHECK(test::contains(fault, why));
  };
  says("", "", "wanted a line of titles");
  says(kTitles, "", "wanted points to fit, got none");
  says(kTitles + "a,1e18,1e8,0\n", "", "got none but");
  says("family,flops,params\n", ":1", "wanted a column loss");
  says("family,flops,params,loss,sede\n", ":1", "did you mean");
  says("family,flops,params,loss,loss\n", ":1", "each column once");
  says(kTitles + "a,1e18,1e8\n", ":2", "wanted 4 cells, got 3");
  says(kTitles + "a,1e18,1e8,low\n", ":2", "loss: wanted a number, got low");
  says(kTitles + "a,1e18,,2.5\n", ":2", "params: wanted a number, got nothing");
  says(kTitles + ",1e18,1e8,2.5\n", ":2", "family: wanted a name");
  says(kTitles + "\"a,1e18,1e8,2.5\n", ":2", "closing quote");
  says("family,flops,params,loss,seed\na,1e18,1e8,2.5,x\n", ":2", "seed: wanted a whole number");
  says("family,flops,params,loss,bound\na,1e18,1e8,2.5,upper\n", ":2", "bound: wanted one of");
  says(kTitles + "a,1e18,1e8,2.5\nb,1e18,1e8,2.5\na,1e18,1e8,2.6\n", ":4", "again");
  says("family,flops,params,loss,unit\na,1,1,2,bits_per_byte\na,1,2,2,nats_per_token\n", ":3",
       "wanted losses in bits_per_byte");
  says("family,flops,params,loss,tokenizer\na,1,1,2,x\na,1,2,2,y\n", ":3", "one tokenizer");
  says("family,flops,params,loss,bound\na,1,1,2,exact\na,1,2,2,lower\n", ":3", "one kind of loss");
}

TEST_CASE("seeds are no duplicates") {
  const Table table("family,flops,params,loss,seed\na,1e18,1e8,2.5,1\na,1e18,1e8,2.6,2\n");
  CHECK(table.read().points.size() == 2);
}

TEST_CASE("a training is one point, at its end") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "training.json";
  test::write_file(path, training("25", R"("validation_loss": 3.5,)"));
  for (const auto& name : {folder.path().string(), path.string()}) {
    const auto points = read_points({name}).points;
    REQUIRE(points.size() == 1);
    CHECK(points[0].family == "mdm");
    CHECK(points[0].flops == 2.5e8);
    CHECK(points[0].params == 30880);
    CHECK(points[0].loss == 3.5);
    CHECK(points[0].tokens == 1344.0);
    CHECK(points[0].seed == 3U);
    CHECK(points[0].bound == "lower");
    CHECK(points[0].tokenizer == "vocabulary of 32 ids");
  }
  const auto fault = [&] {
    try {
      static_cast<void>(read_points({path.string()}));
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::data);
      return std::string(error.what());
    }
    return std::string();
  };
  test::write_file(path, training("20", R"("validation_loss": 3.5,)"));
  CHECK(test::contains(fault(), "got step 20 of 25"));
  test::write_file(path, training("25", ""));
  CHECK(test::contains(fault(), "validation_loss: wanted a finite number above 0, got nothing"));
  test::write_file(path, "{");
  CHECK(test::contains(fault(), "wanted JSON"));
}

TEST_CASE("points are left out by family, budget and size") {
  const Table table(kTitles + "a,1e18,1e8,2.5\na,1e18,2e8,2.4\na,2e18,1e8,2.3\nb,1e18,1e8,2.6\n");
  const auto left = [&](const std::vector<std::string>& patterns) {
    auto points = table.read();
    exclude(points, patterns);
    return points.points.size();
  };
  CHECK(left({"b"}) == 3);
  CHECK(left({"a:1e18"}) == 2);
  CHECK(left({"a:1e18:2e8", "b"}) == 2);
  CHECK_THROWS_AS(left({"c"}), Error);
  CHECK_THROWS_AS(left({"a:x"}), Error);
  CHECK_THROWS_AS(left({"a", "b"}), Error);
}

TEST_CASE("trainings whose costs differ by a rounding are one budget") {
  const Table table(kTitles +
                    "a,1.000e18,3e8,2.5\na,1.004e18,1e8,2.4\na,1.02e18,1e8,2.3\nb,5e18,1e8,2.6\n");
  const auto families = scaling::families_of(table.read().points);
  REQUIRE(families.size() == 2);
  REQUIRE(families[0].budgets.size() == 2);
  CHECK(families[0].budgets[0].points.size() == 2);
  CHECK(families[0].budgets[0].points[0].params == 1e8);
  CHECK(families[0].budgets[0].sizes == 2);
  CHECK(families[0].budgets[0].flops == Approx(1.002e18).epsilon(1e-5));
}

}  // namespace smdm
