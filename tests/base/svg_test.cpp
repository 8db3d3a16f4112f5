#include "base/text/svg.hpp"

#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("elements are lines of SVG with their attributes in order") {
  CHECK(svg::element("circle", {{"cx", "1.0"}, {"r", "3"}}) == "<circle cx=\"1.0\" r=\"3\"/>\n");
  CHECK(svg::line({"0", "1"}, {"2", "3"}, "#ccc") ==
        "<line x1=\"0\" y1=\"1\" x2=\"2\" y2=\"3\" stroke=\"#ccc\"/>\n");
  CHECK(svg::group({{"fill", "red"}}, "x\n") == "<g fill=\"red\">\nx\n</g>\n");
  const std::vector<std::pair<std::string, std::string>> places{{"1", "2"}, {"3", "4"}};
  CHECK(svg::points(places) == "1,2 3,4 ");
}

TEST_CASE("text and attributes cannot break out") {
  CHECK(svg::text("1", "2", "end", "a < b & \"c\"\xff") ==
        "<text x=\"1\" y=\"2\" text-anchor=\"end\">a &lt; b &amp; &quot;c&quot;\xEF\xBF\xBD"
        "</text>\n");
  CHECK(svg::element("g", {{"id", "\"/>"}}) == "<g id=\"&quot;/&gt;\"/>\n");
}

TEST_CASE("a picture is whole") {
  CHECK(svg::picture(30, 20, 12, "<g/>\n") ==
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"20\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<g/>\n</svg>\n");
}

}  // namespace smdm
