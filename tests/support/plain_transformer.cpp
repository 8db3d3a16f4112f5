// A layer's keys and values follow from its normed input alone, so a row that reads some positions
// over what is held of the others is the row itself with the inputs of these taken from elsewhere.
#include "tests/support/plain_transformer.hpp"

#include <cmath>

namespace smdm::test {
namespace {

using Ids = std::vector<std::int64_t>;

std::string name_of(std::size_t layer) {
  return "transformer.h." + std::to_string(layer) + ".";
}

}  // namespace

PlainTransformer::PlainTransformer(const nlohmann::json& config, const TensorMap& tensors)
    : config_(config), tensors_(tensors), causal_(config.at("x_model_type") == "arm") {}

Matrix PlainTransformer::logits(const Ids& ids) const {
  auto x = embedded(ids);
  for (std::size_t layer = 0; layer < size("n_layer"); ++layer)
    x = block(layer, x, attention_input(layer, x));
  return logits_of(x);
}

Matrix PlainTransformer::logits_over(const Ids& held,
                                     const Ids& ids,
                                     std::size_t begin,
                                     std::size_t end) const {
  auto old = embedded(held);
  auto x = embedded(ids);
  for (std::size_t layer = 0; layer < size("n_layer"); ++layer) {
    const auto old_input = attention_input(layer, old);
    auto input = old_input;
    const auto own = attention_input(layer, x);
    for (auto t = begin; t < end; ++t) input[t] = own[t];
    old = block(layer, old, old_input);
    x = block(layer, x, input);
  }
  return logits_of(x);
}

std::size_t PlainTransformer::size(const char* field) const {
  return config_.at(field).get<std::size_t>();
}

Matrix PlainTransformer::embedded(const Ids& ids) const {
  Matrix x;
  const auto& embedding = tensors_.at("transformer.wte.weight");
  const auto width = size("n_embd");
  for (const auto id : ids) {
    const auto row = embedding.values.begin() + id * static_cast<std::int64_t>(width);
    x.emplace_back(row, row + static_cast<std::int64_t>(width));
  }
  return x;
}

Matrix PlainTransformer::logits_of(const Matrix& x) const {
  Matrix out;
  for (const auto& row : x) out.push_back(linear("lm_head", norm("transformer.ln_f", row)));
  return out;
}

Matrix PlainTransformer::attention_input(std::size_t layer, const Matrix& x) const {
  Matrix n1;
  for (const auto& row : x) n1.push_back(norm(name_of(layer) + "norm_1", row));
  return n1;
}

Matrix PlainTransformer::block(std::size_t layer, Matrix x, const Matrix& n1) const {
  const auto at = name_of(layer);
  const auto attended = attention(at, n1);
  for (std::size_t t = 0; t < x.size(); ++t) {
    Vector middle = x[t];
    add(middle, attended[t]);
    if (!config_.at("parallel_residual").get<bool>()) {
      add(middle, mlp(at, norm(at + "norm_2", middle)));
    } else if (config_.at("shared_attention_norm").get<bool>()) {
      add(middle, mlp(at, n1[t]));
    } else {
      add(middle, mlp(at, norm(at + "norm_2", x[t])));
    }
    x[t] = middle;
  }
  return x;
}

void PlainTransformer::add(Vector& to, const Vector& what) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
}

Vector PlainTransformer::norm(const std::string& name, const Vector& x) const {
  double squares = 0.0;
  for (const double value : x) squares += value * value;
  const double root =
      std::sqrt(squares / static_cast<double>(x.size()) + config_.at("norm_eps").get<double>());
  Vector out;
  const auto& weight = tensors_.at(name + ".weight").values;
  for (std::size_t i = 0; i < x.size(); ++i) out.push_back(x[i] / root * weight[i]);
  return out;
}

Vector PlainTransformer::linear(const std::string& name, const Vector& x) const {
  const auto& values = tensors_.at(name + ".weight").values;
  Vector out(values.size() / x.size(), 0.0);
  for (std::size_t o = 0; o < out.size(); ++o) {
    for (std::size_t i = 0; i < x.size(); ++i) out[o] += values[o * x.size() + i] * x[i];
  }
  return out;
}

Vector PlainTransformer::mlp(const std::string& at, const Vector& x) const {
  auto inner = linear(at + "mlp.swiglu.w1", x);
  const auto up = linear(at + "mlp.swiglu.w2", x);
  for (std::size_t i = 0; i < inner.size(); ++i) inner[i] *= up[i] / (1.0 + std::exp(-inner[i]));
  return linear(at + "mlp.swiglu.w3", inner);
}

Matrix PlainTransformer::attention(const std::string& at, const Matrix& x) const {
  const auto heads = size("n_head");
  const auto groups = size("n_query_groups");
  const auto per_group = heads / groups;
  const auto hs = size("n_embd") / heads;
  Matrix joint;
  for (const auto& row : x) joint.push_back(linear(at + "attn.attn", row));
  const auto part = [&](std::size_t t, std::size_t group, std::size_t index) {
    const auto begin =
        joint[t].begin() + static_cast<std::ptrdiff_t>((group * (per_group + 2) + index) * hs);
    return Vector(begin, begin + static_cast<std::ptrdiff_t>(hs));
  };
  Matrix out(x.size());
  for (std::size_t t = 0; t < x.size(); ++t) {
    Vector all;
    for (std::size_t head = 0; head < heads; ++head) {
      const auto group = head / per_group;
      const auto query = rotated(part(t, group, head % per_group), t);
      const auto last = causal_ ? t + 1 : x.size();
      Vector weights;
      double sum = 0.0;
      for (std::size_t s = 0; s < last; ++s) {
        const auto key = rotated(part(s, group, per_group), s);
        double dot = 0.0;
        for (std::size_t i = 0; i < hs; ++i) dot += query[i] * key[i];
        weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(hs))));
        sum += weights.back();
      }
      Vector mixed(hs, 0.0);
      for (std::size_t s = 0; s < last; ++s) {
        const auto value = part(s, group, per_group + 1);
        for (std::size_t i = 0; i < hs; ++i) mixed[i] += weights[s] / sum * value[i];
      }
      all.insert(all.end(), mixed.begin(), mixed.end());
    }
    out[t] = linear(at + "attn.proj", all);
  }
  return out;
}

Vector PlainTransformer::rotated(Vector x, std::size_t position) const {
  const bool rounded = config_.value("rope_tables", "bf16") == "bf16";
  const auto elements = static_cast<std::size_t>(config_.at("rotary_percentage").get<double>() *
                                                 static_cast<double>(x.size()));
  const auto half = elements / 2;
  for (std::size_t j = 0; j < half; ++j) {
    // Angles in float, as the tables are made; a double could round to another bfloat16.
    const float share = static_cast<float>(2 * j) / static_cast<float>(elements);
    const float theta = 1.0F / std::pow(10000.0F, share);
    const float angle = static_cast<float>(position) /
                        static_cast<float>(config_.at("condense_ratio").get<int>()) * theta;
    const auto table = [&](float value) { return rounded ? as_bf16(value) : value; };
    const double c = table(std::cos(angle));
    const double s = table(std::sin(angle));
    const double first = x[j];
    const double second = x[half + j];
    x[j] = first * c - second * s;
    x[half + j] = first * s + second * c;
  }
  return x;
}

}  // namespace smdm::test
