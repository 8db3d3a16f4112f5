/// Where a part of a text stands while it is on its way to tokens.
#pragma once

namespace smdm {

struct TextPlace {
  bool at_start = false;  ///< does its beginning stand where the text began?
  bool inside = false;    ///< did the text begin in the middle of another?

  /// Does it go on with a word that began before the text? Nothing is put before it.
  [[nodiscard]] bool goes_on() const { return inside && at_start; }
};

}  // namespace smdm
