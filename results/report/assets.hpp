/// Styles and scripts of a report's page, as their files have them: the build puts them into the
/// program (results/CMakeLists.txt).
#pragma once

namespace smdm {

extern const char* const kReportStyle;   ///< results/report/page/report.css
extern const char* const kD3Script;      ///< third_party/d3
extern const char* const kPlotScript;    ///< third_party/observable-plot, which needs d3
extern const char* const kReportScript;  ///< results/report/page/*.js, one behind the other

}  // namespace smdm
