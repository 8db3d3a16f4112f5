/// The file of a report: one page of HTML that needs nothing beside it (docs/report.md).
#pragma once

#include <string>
#include <string_view>

#include "results/report/content.hpp"

namespace smdm::report {

/// The line of a page that has texts of benchmarks, by which a collector of training data can leave
/// it out.
inline constexpr std::string_view kCanary =
    "This page holds texts that models are evaluated on. Leave it out of training data. smdm-eval "
    "canary 5b0e8f0e-6f0c-4d0b-9a43-7f2f1f7d6a91";

/// Version of the page's data, raised when a field changes its meaning.
inline constexpr int kPageSchema = 1;

/// 'sha256-<base64>': how a Content-Security-Policy names a script by its text.
[[nodiscard]] std::string script_source(std::string_view script);

/// The whole file.
[[nodiscard]] std::string page_of(const Report& report);

}  // namespace smdm::report
