/// Trained models as a scaling law sees them: what each cost, how large it is, what it lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smdm::scaling {

/// One training at its end.
struct Point {
  std::string family;
  double flops = 0.0;   ///< of the whole training, positive
  double params = 0.0;  ///< positive; which parameters count is the file's matter, one for all
  double loss = 0.0;    ///< positive, in `unit`
  std::optional<double> tokens;       ///< trained on, counted with repetitions; flops / (6 params)
  std::optional<double> se;           ///< standard error of the loss
  std::optional<std::uint64_t> seed;  ///< of the training
  std::optional<std::string> bound;   ///< exact, lower or any_order
  std::string unit;                   ///< nats_per_token, bits_per_token or bits_per_byte
  std::optional<std::string> tokenizer;
  std::string where;  ///< file:line, or the training's file
};

/// The tokens of a point: those given, or C / (6 N).
[[nodiscard]] double tokens_of(const Point& point);

/// Something that is left out of a fit.
struct Refusal {
  std::string what;    ///< file:line, or family and budget
  std::string reason;  ///< "wanted ..., got ..."
};

/// What files hold.
struct Points {
  std::vector<Point> points;     ///< in the order of the files
  std::vector<Refusal> refused;  ///< rows whose numbers are not finite or not positive
};

/// Reads tables and trainings as one set of points.
///
/// A table is CSV with a line of titles: family, flops, params, loss, and where they are known
/// tokens, se, seed, bound, unit and tokenizer; empty lines and lines that begin with # are left
/// out. A row with a number that is not finite or not positive, as of a training that diverged, is
/// refused by itself. A training is a folder with a training.json, or that file; it counts at its
/// end alone, with the loss of its validation rows.
/// @throws Error(data)  file:line, if something is missing, no number or unknown; if two points
///                      have the same family, flops, params and seed; if units differ, or
///                      tokenizers with a unit per token; if no point is left
[[nodiscard]] Points read_points(const std::vector<std::string>& files);

/// Leaves out what patterns name: "family", "family:flops" or "family:flops:params", numbers within
/// a part in a thousand.
/// @throws Error(usage)  for a pattern that is none, or names no point
void exclude(Points& points, const std::vector<std::string>& patterns);

}  // namespace smdm::scaling
