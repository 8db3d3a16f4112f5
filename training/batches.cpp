#include "training/batches.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace smdm::training {

Batches::Batches(const Corpus& corpus, const BatchOptions& options)
    : corpus_(corpus), options_(options) {}

void Batches::shuffle(std::int64_t epoch) {
  const std::array content = {epoch};
  const RandomStream stream(options_.seed, Purpose::training_order, content);
  std::vector<std::uint32_t> keys(corpus_.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i] = stream.bits(0, static_cast<std::int64_t>(i));
  order_.resize(keys.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  epoch_ = epoch;
}

std::size_t Batches::row_of(std::int64_t sample) {
  const auto count = static_cast<std::int64_t>(corpus_.size());
  if (sample / count != epoch_) shuffle(sample / count);
  return order_[static_cast<std::size_t>(sample % count)];
}

std::vector<BatchRow> Batches::batch(std::int64_t step) {
  std::vector<BatchRow> rows;
  for (std::int64_t i = 0; i < options_.rows; ++i) {
    const auto sample = step * options_.rows + i;
    const auto row = row_of(sample);
    rows.push_back({.row = row, .length = corpus_.row(row).length, .sample = sample});
  }
  if (options_.random_length > 0.0) cut(step, rows);
  return rows;
}

std::int64_t Batches::tokens(std::int64_t step) {
  std::int64_t sum = 0;
  for (const auto& row : batch(step)) sum += row.length;
  return sum;
}

void Batches::cut(std::int64_t step, std::vector<BatchRow>& rows) const {
  const std::array content = {step};
  const RandomStream stream(options_.seed, Purpose::training_length, content);
  if (options_.cut_unit == CutUnit::row) {
    cut_each(stream, rows);
  } else {
    cut_alike(stream, rows);
  }
}

void Batches::cut_each(const RandomStream& stream, std::vector<BatchRow>& rows) const {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto place = 2 * static_cast<std::int64_t>(i);
    if (stream.uniform(0, place) >= options_.random_length) continue;
    rows[i].length = shortened(rows[i], stream.uniform(0, place + 1));
  }
}

/// One length for all, up to that of the longest row.
void Batches::cut_alike(const RandomStream& stream, std::vector<BatchRow>& rows) const {
  if (stream.uniform(0, 0) >= options_.random_length) return;
  const BatchRow* longest = nullptr;  // of those that may be cut
  for (const auto& row : rows) {
    const bool whole = corpus_.row(row.row).prompt > 0;
    if (!whole && (longest == nullptr || row.length > longest->length)) longest = &row;
  }
  if (longest == nullptr) return;
  const auto length = shortened({.row = longest->row, .length = longest->length, .sample = 0},
                                stream.uniform(0, 1));
  for (auto& row : rows) {
    if (corpus_.row(row.row).prompt == 0) row.length = std::min(row.length, length);
  }
}

/// Uniform in 2..length, or the length where it is shorter. Rows with a prompt stay whole.
std::int64_t Batches::shortened(const BatchRow& row, double uniform) const {
  if (row.length <= 2 || corpus_.row(row.row).prompt > 0) return row.length;
  return 2 + static_cast<std::int64_t>(uniform * static_cast<double>(row.length - 1));
}

}  // namespace smdm::training
