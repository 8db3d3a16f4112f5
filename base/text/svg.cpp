#include "base/text/svg.hpp"

#include "base/text/xml.hpp"

namespace smdm::svg {
namespace {

/// <name a="..." b="..." without its end
std::string opened(const std::string& name, const Attributes& attributes) {
  std::string out = "<" + name;
  for (const auto& [key, value] : attributes)
    out.append(" ").append(key).append("=\"").append(xml_text(value)).append("\"");
  return out;
}

}  // namespace

std::string element(const std::string& name, const Attributes& attributes) {
  return opened(name, attributes) + "/>\n";
}

std::string group(const Attributes& attributes, const std::string& content) {
  return opened("g", attributes) + ">\n" + content + "</g>\n";
}

std::string text(const std::string& x,
                 const std::string& y,
                 const std::string& anchor,
                 const std::string& content) {
  return opened("text", {{"x", x}, {"y", y}, {"text-anchor", anchor}}) + ">" + xml_text(content) +
         "</text>\n";
}

std::string line(const std::pair<std::string, std::string>& from,
                 const std::pair<std::string, std::string>& to,
                 const std::string& colour) {
  return element("line", {{"x1", from.first},
                          {"y1", from.second},
                          {"x2", to.first},
                          {"y2", to.second},
                          {"stroke", colour}});
}

std::string points(std::span<const std::pair<std::string, std::string>> places) {
  std::string out;
  for (const auto& [x, y] : places) out.append(x).append(",").append(y).append(" ");
  return out;
}

std::string picture(int width, int height, int font_size, const std::string& content) {
  return opened("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                        {"width", std::to_string(width)},
                        {"height", std::to_string(height)},
                        {"font-family", "sans-serif"},
                        {"font-size", std::to_string(font_size)}}) +
         ">\n" + element("rect", {{"width", "100%"}, {"height", "100%"}, {"fill", "white"}}) +
         content + "</svg>\n";
}

}  // namespace smdm::svg
