// One function for each type says what its parts are, for both directions: a writer and a reader
// visit the same parts in the same order. Structured bindings name every member, so that a type
// which gets another one no longer compiles here.
#include "harness/journal/answer_codec.hpp"

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace smdm {
namespace {

constexpr char kVersion = 3;

/// Integers take 7 bits a byte, the lowest first, signs folded in; floating-point numbers their
/// bits.
class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(std::string& out) : out_(out) {}

  void number(const std::int64_t& value) {
    const std::uint64_t sign = value < 0 ? ~std::uint64_t{0} : 0;
    auto left = (static_cast<std::uint64_t>(value) << 1) ^ sign;
    for (; left >= 0x80; left >>= 7) out_ += static_cast<char>(left | 0x80U);
    out_ += static_cast<char>(left);
  }
  void real(const double& value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8) out_ += static_cast<char>(bits >> shift);
  }
  void text(const std::string& value) {
    number(static_cast<std::int64_t>(value.size()));
    out_ += value;
  }

 private:
  std::string& out_;
};

struct Malformed : std::runtime_error {
  Malformed() : std::runtime_error("malformed answer") {}
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view in) : in_(in) {}

  void number(std::int64_t& value) {
    std::uint64_t folded = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = next();
      if (shift > 63) throw Malformed();
      folded |= (byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
    value = static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
  }
  void real(double& value) {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) bits |= next() << shift;
    value = std::bit_cast<double>(bits);
  }
  void text(std::string& value) {
    const auto size = count();
    value = in_.substr(0, size);
    in_.remove_prefix(size);
  }
  /// Of things that take a byte each at least.
  std::size_t count() {
    std::int64_t size = 0;
    number(size);
    if (size < 0 || static_cast<std::uint64_t>(size) > in_.size()) throw Malformed();
    return static_cast<std::size_t>(size);
  }
  [[nodiscard]] bool at_end() const { return in_.empty(); }

 private:
  /// The next byte.
  std::uint64_t next() {
    if (in_.empty()) throw Malformed();
    const auto byte = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return byte;
  }

  std::string_view in_;
};

/// What every type consists of, the same for both directions.
template <typename Codec>
class Parts {
 public:
  /// `Value` for a reader, which fills it in; `const Value` for a writer.
  template <typename Value>
  using Of = std::conditional_t<Codec::kReads, Value, const Value>;

  explicit Parts(Codec codec) : codec_(std::move(codec)) {}
  [[nodiscard]] const Codec& codec() const { return codec_; }

  void visit(Of<Answer>& answer) {
    auto& [value, trace] = answer;
    alternatives(value);
    visit(trace);
  }

 private:
  void visit(Of<double>& value) { codec_.real(value); }
  void visit(Of<std::string>& value) { codec_.text(value); }

  template <typename Integer>
    requires(std::is_integral_v<Integer> || std::is_enum_v<Integer>)
  void visit(Integer& value) {
    auto number = static_cast<std::int64_t>(value);
    codec_.number(number);
    if constexpr (Codec::kReads) value = static_cast<Integer>(number);
  }

  template <typename Value>
  void optional(Value& value) {
    bool has = value.has_value();
    visit(has);
    if constexpr (Codec::kReads) {
      if (has) value.emplace();
    }
    if (has) visit(*value);
  }
  template <typename Value>
  void visit(std::optional<Value>& value) {
    optional(value);
  }
  template <typename Value>
  void visit(const std::optional<Value>& value) {
    optional(value);
  }

  template <typename List>
  void list(List& values) {
    if constexpr (Codec::kReads) {
      values.resize(codec_.count());
    } else {
      codec_.number(static_cast<std::int64_t>(values.size()));
    }
    for (auto& value : values) visit(value);
  }
  template <typename Value>
  void visit(std::vector<Value>& values) {
    list(values);
  }
  template <typename Value>
  void visit(const std::vector<Value>& values) {
    list(values);
  }
  void visit(Of<std::vector<bool>>& values) {  // whose elements are no variables
    if constexpr (Codec::kReads) {
      values.resize(codec_.count());
      for (std::size_t i = 0; i < values.size(); ++i) {
        bool value = false;
        visit(value);
        values[i] = value;
      }
    } else {
      codec_.number(static_cast<std::int64_t>(values.size()));
      for (const bool value : values) visit(value);
    }
  }

  void alternatives(Of<std::variant<Likelihoods, Passes>>& value) {
    bool generated = value.index() == 1;
    visit(generated);
    if constexpr (Codec::kReads) {
      if (generated) value.template emplace<Passes>();
    }
    if (generated) {
      visit(std::get<Passes>(value));
    } else {
      visit(std::get<Likelihoods>(value));
    }
  }

  void visit(Of<Likelihoods>& value) {
    auto& [estimates, race] = value;
    visit(estimates);
    visit(race);
  }

  void visit(Of<Estimate>& value) {
    auto& [nats, standard_error, fold_count, bound, is_greedy, rows, tokens, enumerated,
           target_missed, stopped, eliminated, eliminated_from, prompt_reuse, folds, values,
           orders] = value;
    visit(nats);
    visit(standard_error);
    visit(fold_count);
    visit(bound);
    visit(is_greedy);
    visit(rows);
    visit(tokens);
    visit(enumerated);
    visit(target_missed);
    visit(stopped);
    visit(eliminated);
    visit(eliminated_from);
    visit(prompt_reuse);
    visit(folds);
    visit(values);
    visit(orders);
  }

  void visit(Of<OrderValues>& value) {
    auto& [any_order, elbo, orders_sd, oracle_best, oracle_worst, left_to_right, confidence, margin,
           entropy] = value;
    visit(any_order);
    visit(elbo);
    visit(orders_sd);
    visit(oracle_best);
    visit(oracle_worst);
    visit(left_to_right);
    visit(confidence);
    visit(margin);
    visit(entropy);
  }

  void visit(Of<OrderBounds>& value) {
    auto& [orders, effective, low, low_error, high, high_error, pilot] = value;
    visit(orders);
    visit(effective);
    visit(low);
    visit(low_error);
    visit(high);
    visit(high_error);
    visit(pilot);
  }

  void visit(Of<PromptReuseRecord>& value) {
    auto& [cheap_rows, full_rows, cheap_error, correction_error, cheap_folds, correction_folds] =
        value;
    visit(cheap_rows);
    visit(full_rows);
    visit(cheap_error);
    visit(correction_error);
    visit(cheap_folds);
    visit(correction_folds);
  }

  void visit(Of<RaceOutcome>& value) {
    auto& [undecided, left, rows, full_rows] = value;
    visit(undecided);
    visit(left);
    visit(rows);
    visit(full_rows);
  }

  void visit(Of<Generation>& value) {
    auto& [output_ids, forwards, rows, tokens, new_tokens] = value;
    visit(output_ids);
    visit(forwards);
    visit(rows);
    visit(tokens);
    visit(new_tokens);
  }

  void visit(Of<TracedStep>& value) {
    auto& [step, revealed] = value;
    visit(step);
    visit(revealed);
  }

  void visit(Of<Candidate>& value) {
    auto& [position, token, log_confidence, entropy, best, second] = value;
    visit(position);
    visit(token);
    visit(log_confidence);
    visit(entropy);
    visit(best);
    visit(second);
  }

  Codec codec_;
};

}  // namespace

std::string encode_answer(const Answer& answer) {
  std::string bytes(1, kVersion);
  Parts<Writer>(Writer(bytes)).visit(answer);
  return bytes;
}

std::optional<Answer> decode_answer(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kVersion) return std::nullopt;
  try {
    Answer answer;
    Parts<Reader> parts(Reader(bytes.substr(1)));
    parts.visit(answer);
    if (!parts.codec().at_end()) return std::nullopt;
    return answer;
  } catch (const Malformed&) {
    return std::nullopt;
  }
}

}  // namespace smdm
