#include "training/optimizers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "models/cpu/row_ranges.hpp"
#include "training/cpu/loops.hpp"
#include "training/muon.hpp"

namespace smdm::training {
namespace {

constexpr std::int64_t kChunk = 4096;  ///< numbers that are summed or updated at once

bool is_hidden_matrix(const Parameter& parameter) {
  return parameter.role == Role::hidden || parameter.role == Role::output;
}

class Update {
 public:
  Update(const ParameterLayout& layout,
         const UpdateOptions& options,
         double learning_rate,
         std::int64_t step,
         double gradient_norm)
      : layout_(layout), options_(options), rate_(learning_rate), step_(step) {
    constexpr double kTiny = 1e-6;
    if (options.clip > 0.0) scale_ = std::min(1.0, options.clip / (gradient_norm + kTiny));
  }

  void run(const at::Tensor& gradient, at::Tensor& parameters, Moments& moments) const {
    if (const auto* adam = std::get_if<AdamW>(&options_.optimizer)) {
      adamw(*adam, 0, layout_.length, gradient, parameters, moments);
      return;
    }
    const auto& muon = std::get<Muon>(options_.optimizer);
    for (const auto& parameter : layout_.all) {
      if (!is_hidden_matrix(parameter))
        adamw(muon.rest, parameter.offset, parameter.numbers(), gradient, parameters, moments);
    }
    orthogonal(muon, gradient, parameters, moments);
  }

 private:
  void adamw(const AdamW& adam,
             std::int64_t first,
             std::int64_t count,
             const at::Tensor& gradient,
             at::Tensor& parameters,
             Moments& moments) const {
    const auto power = static_cast<double>(step_);
    const cpu::AdamStep step{
        .gradient_scale = static_cast<float>(scale_),
        .learning_rate = static_cast<float>(rate_),
        .beta_1 = static_cast<float>(adam.beta_1),
        .beta_2 = static_cast<float>(adam.beta_2),
        .epsilon = static_cast<float>(adam.epsilon),
        .decay = static_cast<float>(options_.weight_decay),
        .correction_1 = static_cast<float>(1.0 - std::pow(adam.beta_1, power)),
        .correction_2 = static_cast<float>(1.0 - std::pow(adam.beta_2, power))};
    const float* g = gradient.const_data_ptr<float>() + first;
    float* p = parameters.mutable_data_ptr<float>() + first;
    float* m = moments.first.mutable_data_ptr<float>() + first;
    float* v = moments.second.mutable_data_ptr<float>() + first;
    smdm::cpu::for_row_ranges(count, kChunk, [&](std::int64_t begin, std::int64_t end) {
      cpu::loops().adamw(step, g + begin, end - begin, p + begin, m + begin, v + begin);
    });
  }

  /// Matrices of one shape are orthogonalised together.
  void orthogonal(const Muon& muon,
                  const at::Tensor& gradient,
                  at::Tensor& parameters,
                  Moments& moments) const {
    struct Group {
      std::vector<at::Tensor> targets;     // views of parameters, of any shape
      std::vector<at::Tensor> directions;  // [rows, columns]
    };
    std::map<std::pair<std::int64_t, std::int64_t>, Group> groups;
    for (const auto& parameter : layout_.all) {
      if (!is_hidden_matrix(parameter)) continue;
      const auto g = view_of(parameter, gradient);
      const auto momentum = view_of(parameter, moments.first);
      momentum.mul_(muon.momentum).add_(g, scale_);
      const auto ahead = g.mul(scale_).add_(momentum, muon.momentum);
      const auto directions = matrices_of(parameter, ahead, layout_.config);
      const auto targets = matrices_of(parameter, view_of(parameter, parameters), layout_.config);
      for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto direction = directions[i].reshape({-1, parameter.shape.back()});
        auto& group = groups[{direction.size(0), direction.size(1)}];
        group.targets.push_back(targets[i]);
        group.directions.push_back(direction);
      }
    }
    for (const auto& [shape, group] : groups) {
      constexpr double kScale = 0.2;
      const auto longer = static_cast<double>(std::max(shape.first, shape.second));
      const double length = rate_ * kScale * std::sqrt(longer);
      const auto updates = orthogonalized(at::stack(group.directions));
      for (std::size_t i = 0; i < group.targets.size(); ++i) {
        const auto& target = group.targets[i];
        target.mul_(1.0 - rate_ * options_.weight_decay);
        target.sub_(updates[static_cast<std::int64_t>(i)].view(target.sizes()), length);
      }
    }
  }

  const ParameterLayout& layout_;
  const UpdateOptions& options_;
  double rate_;
  std::int64_t step_;
  double scale_ = 1.0;
};

}  // namespace

Moments no_moments(const ParameterLayout& layout) {
  return {.first = at::zeros({layout.length}, at::kFloat),
          .second = at::zeros({layout.length}, at::kFloat)};
}

double norm_of(const at::Tensor& gradient) {
  const auto chunks = (gradient.numel() + kChunk - 1) / kChunk;
  std::vector<double> squares(static_cast<std::size_t>(chunks));
  const float* from = gradient.const_data_ptr<float>();
  smdm::cpu::for_row_ranges(chunks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto chunk = begin; chunk < end; ++chunk) {
      const auto count = std::min(kChunk, gradient.numel() - chunk * kChunk);
      squares[static_cast<std::size_t>(chunk)] =
          cpu::loops().sum_of_squares(from + chunk * kChunk, count);
    }
  });
  double sum = 0.0;
  for (const double part : squares) sum += part;
  return std::sqrt(sum);
}

void update(const ParameterLayout& layout,
            const UpdateOptions& options,
            double learning_rate,
            std::int64_t step,
            const at::Tensor& gradient,
            double gradient_norm,
            at::Tensor& parameters,
            Moments& moments) {
  const c10::InferenceMode no_gradients;
  Update(layout, options, learning_rate, step, gradient_norm).run(gradient, parameters, moments);
}

}  // namespace smdm::training
