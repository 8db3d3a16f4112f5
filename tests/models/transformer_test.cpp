// Every field of the configuration against a plain dense recomputation: loops in double over the
// formulas of the reference's lit_gpt, sharing no code with models/.
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::int64_t>;
using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // [T][...]

/// The transformer, one position and one number at a time.
class PlainTransformer {
 public:
  PlainTransformer(const Json& config, const test::TensorMap& tensors)
      : config_(config), tensors_(tensors), causal_(config.at("x_model_type") == "arm") {}

  /// Logits [T][V] of one row.
  [[nodiscard]] Matrix logits(const Ids& ids) const {
    Matrix x;
    const auto& embedding = tensors_.at("transformer.wte.weight");
    const auto width = size("n_embd");
    for (const auto id : ids) {
      const auto row = embedding.values.begin() + id * static_cast<std::int64_t>(width);
      x.emplace_back(row, row + static_cast<std::int64_t>(width));
    }
    for (std::size_t layer = 0; layer < size("n_layer"); ++layer) {
      x = block("transformer.h." + std::to_string(layer) + ".", x);
    }
    Matrix out;
    for (const auto& row : x) out.push_back(linear("lm_head", norm("transformer.ln_f", row)));
    return out;
  }

 private:
  [[nodiscard]] std::size_t size(const char* field) const {
    return config_.at(field).get<std::size_t>();
  }

  [[nodiscard]] Matrix block(const std::string& at, Matrix x) const {
    Matrix n1;
    for (const auto& row : x) n1.push_back(norm(at + "norm_1", row));
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

  static void add(Vector& to, const Vector& what) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
  }

  [[nodiscard]] Vector norm(const std::string& name, const Vector& x) const {
    double squares = 0.0;
    for (const double value : x) squares += value * value;
    const double root =
        std::sqrt(squares / static_cast<double>(x.size()) + config_.at("norm_eps").get<double>());
    Vector out;
    const auto& weight = tensors_.at(name + ".weight").values;
    for (std::size_t i = 0; i < x.size(); ++i) out.push_back(x[i] / root * weight[i]);
    return out;
  }

  [[nodiscard]] Vector linear(const std::string& name, const Vector& x) const {
    const auto& values = tensors_.at(name + ".weight").values;
    Vector out(values.size() / x.size(), 0.0);
    for (std::size_t o = 0; o < out.size(); ++o) {
      for (std::size_t i = 0; i < x.size(); ++i) out[o] += values[o * x.size() + i] * x[i];
    }
    return out;
  }

  [[nodiscard]] Vector mlp(const std::string& at, const Vector& x) const {
    auto inner = linear(at + "mlp.swiglu.w1", x);
    const auto up = linear(at + "mlp.swiglu.w2", x);
    for (std::size_t i = 0; i < inner.size(); ++i) inner[i] *= up[i] / (1.0 + std::exp(-inner[i]));
    return linear(at + "mlp.swiglu.w3", inner);
  }

  [[nodiscard]] Matrix attention(const std::string& at, const Matrix& x) const {
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

  [[nodiscard]] Vector rotated(Vector x, std::size_t position) const {
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
      const auto table = [&](float value) { return rounded ? test::as_bf16(value) : value; };
      const double c = table(std::cos(angle));
      const double s = table(std::sin(angle));
      const double first = x[j];
      const double second = x[half + j];
      x[j] = first * c - second * s;
      x[half + j] = first * s + second * c;
    }
    return x;
  }

  const Json& config_;
  const test::TensorMap& tensors_;
  bool causal_;
};

std::unique_ptr<LanguageModel> load(const std::filesystem::path& folder) {
  CheckpointOptions options;
  options.model = folder;
  return load_model(find_checkpoint(options), ComputeType::f32, torch::kCPU);
}

PackedRows packed(const std::vector<Ids>& sequences) {
  PackedRows rows;
  for (const auto& ids : sequences) rows.append(ids);
  for (std::int64_t position = 0; position < rows.tokens(); ++position)
    rows.wanted.push_back(position);
  return rows;
}

double worst_error(const torch::Tensor& got, const Matrix& wanted) {
  double worst = 0.0;
  REQUIRE(got.size(0) == static_cast<std::int64_t>(wanted.size()));
  const auto dense = got.contiguous();
  const float* value = dense.const_data_ptr<float>();
  for (const auto& row : wanted) {
    for (const double w : row)
      worst = std::max(worst, std::abs(*value++ - w) / (1.0 + std::abs(w)));
  }
  return worst;
}

/// Sequences of several lengths; an MDM's hold masks.
std::vector<Ids> sequences_for(const Json& config) {
  std::mt19937 random(99);
  const auto ids = config.at("padded_vocab_size").get<std::uint32_t>() +
                   (config.at("x_model_type") == "mdm" ? 1 : 0);
  std::vector<Ids> all;
  for (const std::size_t length : {1, 23, 8, 8, 40}) {
    Ids sequence;
    for (std::size_t i = 0; i < length; ++i) sequence.push_back(random() % ids);
    if (config.at("x_model_type") == "mdm") sequence[length / 2] = ids - 1;
    all.push_back(sequence);
  }
  return all;
}

void check_config(const Json& config, test::StoredType type = test::StoredType::f32) {
  INFO(config.dump());
  const auto tensors = test::random_tensors(config, type, 17);
  const test::TemporaryFolder folder;
  test::write_checkpoint(folder.path(), config, tensors, type);
  const auto model = load(folder.path());
  const auto sequences = sequences_for(config);
  Matrix wanted;
  const PlainTransformer plain(config, tensors);
  for (const auto& ids : sequences) {
    for (auto& row : plain.logits(ids)) wanted.push_back(std::move(row));
  }
  CHECK(worst_error(model->logits(packed(sequences)), wanted) <= 1e-4);
}

}  // namespace

TEST_CASE("logits equal a plain recomputation for every field of the configuration") {
  for (const std::string kind : {"mdm", "arm"}) {
    const auto with = [&](const Json& changes) {
      auto config = test::small_config(kind);
      config.update(changes);
      check_config(config);
    };
    with(Json::object());
    for (const double share : {0.75, 0.5, 0.25, 0.0}) with({{"rotary_percentage", share}});
    with({{"parallel_residual", true}});
    with({{"parallel_residual", true}, {"shared_attention_norm", true}});
    with({{"condense_ratio", 2}});
    with({{"condense_ratio", 3}, {"rope_tables", "f32"}});
    with({{"vocab_size", 35}});
    with({{"n_query_groups", 2}});
    with({{"n_query_groups", 1}});
    with({{"norm_eps", 0.05}});
    with({{"rope_tables", "f32"}});
    with({{"n_layer", 1},
          {"n_head", 2},
          {"n_query_groups", 1},
          {"rotary_percentage", 0.5},
          {"parallel_residual", true},
          {"shared_attention_norm", true},
          {"condense_ratio", 2},
          {"vocab_size", 40}});
  }
}

TEST_CASE("a stored bfloat16 checkpoint computes in float32") {
  for (const std::string kind : {"mdm", "arm"})
    check_config(test::small_config(kind), test::StoredType::bf16);
}

TEST_CASE("guided logits are un + (w + 1) * (cond - un)") {
  const auto config = test::small_config("mdm");
  const test::TemporaryFolder folder;
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 23);
  test::write_checkpoint(folder.path(), config, tensors);
  const auto model = load(folder.path());
  const Ids conditional = {3, 9, 27, 48, 48, 5};
  const Ids unconditional = {48, 48, 48, 48, 48, 5};
  const PlainTransformer plain(config, tensors);
  const auto cond = plain.logits(conditional);
  const auto un = plain.logits(unconditional);
  for (const double w : {0.1, 0.7, 1.6, -0.5}) {
    PackedRows rows;
    rows.append(conditional);
    rows.append(unconditional);
    rows.wanted = {3, 3, 4};
    rows.unconditional = {9, 9, 10};
    rows.guidance = w;
    Matrix wanted;
    for (const std::size_t t : {3, 3, 4}) {
      Vector row;
      for (std::size_t v = 0; v < cond[t].size(); ++v)
        row.push_back(un[t][v] + (w + 1.0) * (cond[t][v] - un[t][v]));
      wanted.push_back(row);
    }
    CHECK(worst_error(model->logits(rows), wanted) <= 3e-4);
  }
}

TEST_CASE("rows that continue others score as whole sequences do") {
  auto config = test::small_config("arm");
  config["n_query_groups"] = 2;
  const test::TemporaryFolder folder;
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 29);
  test::write_checkpoint(folder.path(), config, tensors);
  const auto model = load(folder.path());
  const Ids context = {1, 8, 30, 22, 17};
  const std::vector<Ids> choices = {{4, 4, 9}, {11}, {40, 3, 2, 2}};
  PackedRows rows;
  const auto parent = rows.append(context);
  for (const auto& choice : choices) rows.append(choice, parent);
  for (std::int64_t position = 4; position < rows.tokens(); ++position)
    rows.wanted.push_back(position);
  Matrix wanted;
  const PlainTransformer plain(config, tensors);
  wanted.push_back(plain.logits(context).back());
  for (const auto& choice : choices) {
    auto whole = context;
    whole.insert(whole.end(), choice.begin(), choice.end());
    const auto logits = plain.logits(whole);
    wanted.insert(wanted.end(), logits.begin() + 5, logits.end());
  }
  CHECK(worst_error(model->logits(rows), wanted) <= 1e-4);
}

TEST_CASE("scores are log-softmax of the logits, and argmax is the lowest of the best ids") {
  auto config = test::small_config("mdm");
  const test::TemporaryFolder folder;
  auto tensors = test::random_tensors(config, test::StoredType::f32, 31);
  auto& head = tensors.at("lm_head.weight");
  // Ids 10 and 20 are always equally likely, and here the likeliest.
  for (std::size_t e = 0; e < 32; ++e) head.values[20 * 32 + e] = head.values[10 * 32 + e] = 0.0F;
  test::write_checkpoint(folder.path(), config, tensors);
  const auto model = load(folder.path());
  const auto rows = packed({{1, 48, 3, 48}});
  const Ids tokens = {5, 10, 20, 47};
  const auto scores = model->scores(rows, tokens, WithArgmax::yes);
  const auto logits = model->logits(rows).to(torch::kFloat64);
  for (std::size_t w = 0; w < tokens.size(); ++w) {
    const auto row = logits[static_cast<std::int64_t>(w)];
    const double wanted = (row[tokens[w]] - row.logsumexp(0)).item<double>();
    CHECK(std::abs(scores.log_p[w] - wanted) <= 1e-5 * (1.0 + std::abs(wanted)));
    std::int64_t best = 0;
    for (std::int64_t v = 1; v < row.size(0); ++v) {
      if (row[v].item<double>() > row[best].item<double>()) best = v;
    }
    CHECK(scores.argmax[w] == best);
  }
  // All logits equal: the lowest id wins.
  head.values.assign(head.values.size(), 0.0F);
  test::write_checkpoint(folder.path() / "flat", config, tensors);
  const auto flat = load(folder.path() / "flat")->scores(rows, tokens, WithArgmax::yes);
  CHECK(flat.argmax == std::vector<std::int64_t>(4, 0));
  for (const double log_p : flat.log_p) CHECK(std::abs(log_p + std::log(48.0F)) <= 1e-6F);
}

}  // namespace smdm
