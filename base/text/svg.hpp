/// Elements of SVG pictures, each one line of text. Numbers come as text: how many digits a picture
/// has is its own matter.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace smdm::svg {

/// Names and values, in the order of writing. Values are escaped.
using Attributes = std::vector<std::pair<std::string, std::string>>;

/// <name a="..." b="..."/>
[[nodiscard]] std::string element(const std::string& name, const Attributes& attributes);

/// <g a="...">, the content, which is elements, and </g>.
[[nodiscard]] std::string group(const Attributes& attributes, const std::string& content);

/// A line of text.
/// @param anchor   "start", "middle" or "end": which point of the text is at (x, y)
/// @param content  plain text: it is escaped
[[nodiscard]] std::string text(const std::string& x,
                               const std::string& y,
                               const std::string& anchor,
                               const std::string& content);

/// A straight line of one colour.
[[nodiscard]] std::string line(const std::pair<std::string, std::string>& from,
                               const std::pair<std::string, std::string>& to,
                               const std::string& colour);

/// The value of a polyline's attribute "points".
[[nodiscard]] std::string points(std::span<const std::pair<std::string, std::string>> places);

/// A whole file: elements on a white ground.
/// @param width, height, font_size  pixels
[[nodiscard]] std::string picture(int width, int height, int font_size, const std::string& content);

}  // namespace smdm::svg
