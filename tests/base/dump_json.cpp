// Reads lines of JSON on standard input, and prints of each the digest of what Python's json.dumps
// would make of it, then the line as samples files have it; or "refused" twice. json_test.py holds
// both against Python.
#include <iostream>
#include <string>

#include "base/files/digest.hpp"
#include "base/text/json_text.hpp"
#include "base/text/python.hpp"

int main() {
  for (std::string text; std::getline(std::cin, text);) {
    try {
      const auto value = smdm::parse_json(text);
      std::cout << smdm::sha256(smdm::python_json(value)) << "\n" << smdm::json_line(value);
    } catch (const smdm::JsonTextError&) {
      std::cout << "refused\nrefused\n";
    }
  }
}
