/// Numbers as tables show them.
#pragma once

#include <string>

namespace smdm {

/// "0.1250" for 0.125 with four digits; "nan" and "inf" where it is none.
[[nodiscard]] std::string fixed_text(double value, int digits);

/// The same with its sign: "+0.1250".
[[nodiscard]] std::string signed_text(double value, int digits);

/// Six significant digits, as C's %g: "1", "2.5", "1e-05".
[[nodiscard]] std::string short_text(double value);

}  // namespace smdm
