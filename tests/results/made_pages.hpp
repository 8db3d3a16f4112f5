/// Pages of reports taken apart, as a browser or a script of theirs would.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "results/report/content.hpp"

namespace smdm::test {

/// The report of stored runs, made by a program of another day.
report::Report read_report(const report::Settings& settings);

/// The text between the first `begin` and the `end` behind it; fails the test where there is none.
std::string between(std::string_view page, std::string_view begin, std::string_view end);

/// The page's own numbers.
Json data_of(const std::string& page);

/// The packed documents of a page, opened, in their order.
std::vector<Json> chunks_in(const std::string& page);

/// How often a text occurs.
std::size_t count(std::string_view text, std::string_view part);

}  // namespace smdm::test
