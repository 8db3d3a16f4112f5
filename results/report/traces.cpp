// What steps of generations revealed, out of files of --trace (docs/generation.md). Results do not
// hold them: the command line says where they were written.
#include <new>
#include <set>
#include <sstream>
#include <string_view>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/text/json_text.hpp"
#include "results/report/content.hpp"

namespace smdm::report {
namespace {

namespace fs = std::filesystem;

/// The value of --trace; nothing where it was not given.
std::optional<std::string> traced_to(const RunFacts& run) {
  constexpr std::string_view kOption = "--trace";
  const auto arguments = run.command_line.value_or(std::vector<std::string>());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == kOption && i + 1 < arguments.size()) return arguments[i + 1];
    if (argument.starts_with(kOption) && argument.substr(kOption.size()).starts_with('='))
      return std::string(argument.substr(kOption.size() + 1));
  }
  return std::nullopt;
}

std::optional<fs::path> found_at(const std::string& trace, const RunFacts& run) {
  const fs::path given(trace);
  for (const auto& place : {given, folder_of(run.results_file) / given.filename()}) {
    if (is_file(place)) return place;
  }
  return std::nullopt;
}

/// Repeats over seeds write one trace.
bool is_of_run(const Json& line, const RunFacts& run) {
  return !line.contains("seed") || line.at("seed") == run.seed;
}

void add_line(const Json& line, const std::string& prefix, Traces& traces) {
  auto& tokens = traces[{prefix + line.at("task").get<std::string>(), line.at("doc_id")}];
  for (const Json& one : line.at("revealed")) {
    Revealed token{.step = line.at("step"),
                   .position = one.at("position"),
                   .piece = {},
                   .probability = one.at("confidence"),
                   .pass = line.at("pass")};
    if (one.contains("piece")) token.piece = one.at("piece").get<std::string>();
    tokens.push_back(std::move(token));
  }
}

/// @return why nothing of the file is shown; nothing where it is a trace of the run
std::optional<std::string> add_file(const fs::path& file, const RunFacts& run, Traces& traces) {
  std::istringstream in(read_file(file, ErrorKind::results));
  std::string text;
  bool any = false;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    try {
      const auto line = parse_json(text);
      if (!is_of_run(line, run)) continue;
      add_line(line, run.embedded ? "micro_" : "", traces);
      any = true;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      return file.string() + ":" + std::to_string(number) + ": no line of a trace: " + error.what();
    }
  }
  if (any) return std::nullopt;
  return file.string() + " has no line of this run";
}

}  // namespace

Traces read_traces(const Facts& facts, std::optional<std::string>& reason) {
  Traces traces;
  std::set<std::string> seen;  // parts of one command share their trace
  for (const auto& part : facts.parts) {
    const auto trace = traced_to(*part);
    if (!trace || !seen.insert(*trace).second) continue;
    const auto file = found_at(*trace, *part);
    if (!file) {
      reason = "the trace " + *trace + " is not there";
    } else if (auto fault = add_file(*file, *part, traces)) {
      reason = std::move(fault);
      return {};
    }
  }
  return traces;
}

}  // namespace smdm::report
