#include "models/text/tokenizer.hpp"

#include <algorithm>

#include "base/files/paths.hpp"
#include "base/text/unicode.hpp"
#include "models/text/sentencepiece.hpp"

namespace smdm {
EncodedPair Tokenizer::encode_pair(std::string_view context, std::string_view continuation) const {
  const auto kept = unicode::without_trailing_space(context);
  const auto whole = encode(std::string(context).append(continuation));
  EncodedPair pair{.context = encode(kept), .continuation = {}};
  const auto border = std::min(pair.context.size(), whole.size());
  pair.continuation.assign(whole.begin() + static_cast<std::ptrdiff_t>(border), whole.end());
  return pair;
}

std::unique_ptr<const Tokenizer> open_tokenizer(const std::filesystem::path& path) {
  return open_sentencepiece(path);
}

std::optional<std::filesystem::path> tokenizer_file_in(const std::filesystem::path& folder) {
  auto file = folder / "tokenizer.model";
  if (is_absent(file)) return std::nullopt;
  return file;
}

}  // namespace smdm
