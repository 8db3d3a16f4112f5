#include "harness/errors.hpp"

#include <algorithm>

#include "models/checkpoint_error.hpp"
#include "results/results_error.hpp"
#include "tasks/dataset_error.hpp"
#include "training/training_error.hpp"

namespace smdm {

void refuse(const std::string& option, const std::string& wanted, const std::string& came) {
  throw UsageError(option + ": wanted " + wanted + ", got " + came);
}

ExitCode exit_code(const std::exception& error) noexcept {
  if (dynamic_cast<const UsageError*>(&error) != nullptr) return ExitCode::usage;
  if (dynamic_cast<const DatasetError*>(&error) != nullptr) return ExitCode::data;
  if (dynamic_cast<const CheckpointError*>(&error) != nullptr) return ExitCode::checkpoint;
  if (dynamic_cast<const RequestError*>(&error) != nullptr) return ExitCode::request;
  if (dynamic_cast<const ResultsError*>(&error) != nullptr) return ExitCode::results;
  if (dynamic_cast<const training::TrainingError*>(&error) != nullptr) return ExitCode::training;
  if (dynamic_cast<const GateFailure*>(&error) != nullptr) return ExitCode::gate;
  return ExitCode::failure;
}

std::string one_line(const std::exception& error) {
  std::string text = error.what();
  const auto end = text.find('\n');  // LibTorch appends a stack trace
  if (end != std::string::npos && exit_code(error) == ExitCode::failure) text.resize(end);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace smdm
