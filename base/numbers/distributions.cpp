// Everything follows from two functions: erfc for the normal distribution, the incomplete beta
// function for Student's t. Quantiles are found by bisection, which is slow and cannot go wrong.
#include "base/numbers/distributions.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace smdm {
namespace {

[[noreturn]] void refuse(const char* function, const char* wanted, double got) {
  throw std::invalid_argument(std::string(function) + ": wanted " + wanted + ", got " +
                              std::to_string(got));
}

/// Keeps a partial denominator away from 0, as Lentz's method asks.
double away_from_zero(double value) {
  constexpr double kTiny = 1e-300;
  return std::fabs(value) < kTiny ? kTiny : value;
}

/// The continued fraction of DLMF 8.17.22; quick where x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr int kMostTerms = 20000;
  constexpr double kPrecision = std::numeric_limits<double>::epsilon();
  double numerator = 1.0;
  double denominator = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double value = denominator;
  for (int i = 1; i < kMostTerms; ++i) {
    const double m = i;
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    double step = 1.0;
    for (const double term : {even, odd}) {
      denominator = 1.0 / away_from_zero(1.0 + term * denominator);
      numerator = away_from_zero(1.0 + term / numerator);
      step = numerator * denominator;
      value *= step;
    }
    if (std::fabs(step - 1.0) <= kPrecision) break;
  }
  return value;
}

/// log Gamma without the global sign that std::lgamma writes.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

}  // namespace

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0.0)) refuse("incomplete_beta", "a positive a", a);
  if (!(b > 0.0)) refuse("incomplete_beta", "a positive b", b);
  if (!(x >= 0.0 && x <= 1.0)) refuse("incomplete_beta", "an x in [0, 1]", x);
  if (x == 0.0 || x == 1.0) return x;
  const double log_front =
      a * std::log(x) + b * std::log1p(-x) + log_gamma(a + b) - log_gamma(a) - log_gamma(b);
  const double front = std::exp(log_front);
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

double student_t_cdf(double t, double degrees) {
  if (!(degrees > 0.0)) refuse("student_t_cdf", "positive degrees of freedom", degrees);
  if (std::isinf(t)) return t > 0.0 ? 1.0 : 0.0;
  const double tail = 0.5 * incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + t * t));
  return t > 0.0 ? 1.0 - tail : tail;
}

double student_t_quantile(double probability, double degrees) {
  if (!(probability > 0.0 && probability < 1.0)) {
    refuse("student_t_quantile", "a probability in (0, 1)", probability);
  }
  if (probability > 0.5) return -student_t_quantile(1.0 - probability, degrees);
  double low = -1.0;
  while (student_t_cdf(low, degrees) > probability) low *= 2.0;
  double high = 0.0;
  constexpr int kHalvings = 200;  // more than a double has bits; ends when nothing lies between
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (student_t_cdf(middle, degrees) > probability ? high : low) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace smdm
