/// Judgments as a stored run, for `smdm-eval compare` and all else that reads results files.
#pragma once

#include <filesystem>
#include <string>

#include "harness/judging/endpoint.hpp"
#include "harness/judging/plan.hpp"
#include "harness/judging/settings.hpp"
#include "harness/judging/store.hpp"

namespace smdm::judging {

/// The task of such a run: its documents are the turns of questions, its clusters the questions.
inline constexpr const char* kTask = "mt_bench_judged";

/// Writes the results file and the samples file of the judgments that are there, unless they are
/// there already: their date is that of the last judgment.
/// @param shown  the endpoint's address, for the record
/// @return the results file
/// @throws Error(results)  as write_run()
std::filesystem::path write_results(const std::filesystem::path& folder,
                                    const Plan& plan,
                                    const JudgmentStore& store,
                                    const JudgeSettings& settings,
                                    const std::string& shown);

}  // namespace smdm::judging
