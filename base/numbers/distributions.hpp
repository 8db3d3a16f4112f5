/// Distribution functions that intervals and tests are made of.
#pragma once

namespace smdm {

/// Standard normal distribution function; relative accuracy about 1e-15 in both tails.
[[nodiscard]] double normal_cdf(double z);

/// I_x(a, b), the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22,
/// evaluated with Lentz's method); relative accuracy about 1e-13 for a, b up to 1e5.
/// @param a, b  positive
/// @param x     in [0, 1]
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] double incomplete_beta(double a, double b, double x);

/// Student's t distribution function.
/// @param degrees  degrees of freedom, positive
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] double student_t_cdf(double t, double degrees);

/// The t that student_t_cdf() maps to `probability`.
/// @param probability  in (0, 1)
/// @param degrees      degrees of freedom, positive
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] double student_t_quantile(double probability, double degrees);

}  // namespace smdm
