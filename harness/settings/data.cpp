#include "harness/settings/data.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/error.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {

DataSettings data_settings(const Settings& settings) {
  return {.root = settings.data.value_or(""),
          .limit = settings.limit,
          .corpus = corpus_query(settings),
          .reference_period = settings.reference_period};
}

CorpusQuery corpus_query(const Settings& settings) {
  CorpusQuery query;
  query.text_fields = settings.text_fields;
  query.date_field = settings.date_field;
  if (!settings.period.empty()) {
    if (!settings.date_field) {
      throw Error(
          ErrorKind::usage,
          "--period: wanted --date-field beside it, the field with a document's date; without it "
          "every file is a period");
    }
    try {
      query.periods = parse_period_rule(settings.period);
    } catch (const std::invalid_argument& error) {
      throw Error(ErrorKind::usage, std::string("--period: ") + error.what());
    }
  }
  if (settings.limit && *settings.limit >= 1.0) {
    query.most = limited(std::numeric_limits<std::size_t>::max(), settings.limit);
  }
  return query;
}

std::size_t limited(std::size_t documents, const std::optional<double>& limit) {
  if (!limit) return documents;
  const auto& rule = setting_named("limit").range;
  if (!rule.holds(*limit)) refuse("--limit", rule.wanted, number_text(*limit));
  const auto count = *limit < 1.0 ? std::ceil(static_cast<double>(documents) * *limit) : *limit;
  return count < static_cast<double>(documents) ? static_cast<std::size_t>(count) : documents;
}

}  // namespace smdm
