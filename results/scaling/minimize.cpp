#include "results/scaling/minimize.hpp"

#include <cmath>
#include <exception>
#include <limits>

#include <lbfgs.h>

namespace smdm::scaling {
namespace {

/// What C hands through: the function, and an exception of its that must not cross C's frames.
struct Call {
  const Objective* objective;
  std::exception_ptr error;
};

lbfgsfloatval_t evaluate(void* instance,
                         const lbfgsfloatval_t* x,
                         lbfgsfloatval_t* gradient,
                         const int n,
                         const lbfgsfloatval_t /*step*/) {
  auto& call = *static_cast<Call*>(instance);
  const auto size = static_cast<std::size_t>(n);
  try {
    return (*call.objective)({x, size}, {gradient, size});
  } catch (...) {
    call.error = std::current_exception();
    return std::numeric_limits<double>::quiet_NaN();  // ends the search
  }
}

lbfgs_parameter_t parameters() {
  lbfgs_parameter_t chosen;
  lbfgs_parameter_init(&chosen);
  chosen.max_iterations = 500;
  chosen.epsilon = 1e-7;
  chosen.past = 5;  // steps over which the value has to fall by `delta` of itself
  chosen.delta = 1e-8;
  return chosen;
}

}  // namespace

Minimum minimize(const Objective& objective, std::vector<double> start) {
  auto chosen = parameters();
  Call call{.objective = &objective, .error = nullptr};
  Minimum minimum{.x = std::move(start), .value = 0.0};
  double value = 0.0;
  // Its return code says why it ended; wherever that was, x is the best place it came to.
  ::lbfgs(static_cast<int>(minimum.x.size()), minimum.x.data(), &value, evaluate, nullptr, &call,
          &chosen);
  if (call.error) std::rethrow_exception(call.error);
  std::vector<double> unused(minimum.x.size());
  minimum.value = objective(minimum.x, unused);
  return minimum;
}

}  // namespace smdm::scaling
