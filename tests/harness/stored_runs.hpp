/// Runs of embedded checkpoints on the embedded world, stored as a user stores them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace smdm::test {

class StartedProgram;

/// Writes the smallest input of every job that reads lines: requests.jsonl, prompts.jsonl (for
/// models with a vocabulary above 3), rescore.jsonl, and corpus.jsonl for train.
void write_job_inputs(const std::filesystem::path& folder);

/// Runs `smdm-eval <arguments> --output <folder>`. @return the folder
std::filesystem::path evaluated(const std::vector<std::string>& arguments,
                                const std::filesystem::path& folder);

/// The first file of a folder whose name starts so; fails the test where there is none.
std::filesystem::path file_in(const std::filesystem::path& folder, const std::string& start);

/// Replaces the first `from` in a file; fails the test where there is none.
void edit(const std::filesystem::path& file, const std::string& from, const std::string& to);

/// A copy of a run's folder, to be damaged.
std::filesystem::path copy_of(const std::filesystem::path& run, const std::filesystem::path& to);

/// Fails the test unless the program ends with this code and one line of error with this text, and
/// prints nothing.
void check_refused(const std::vector<std::string>& arguments, int code, const std::string& text);

/// Waits until a journal's log holds answers: the tables are in the database itself by then. The
/// program is let run in short pieces, and is paused in its middle at the end. Fails the test where
/// the program ends before.
void wait_for_journal(const std::filesystem::path& journal, StartedProgram& program);

/// What the reader of another program says about a file, where it is installed.
/// @param kind  "leaderboard" or "junit": see tests/python/check_reports.py
void check_report(const std::string& kind, const std::filesystem::path& path);

}  // namespace smdm::test
