/// Special tokens by what the files beside a checkpoint's weights say: which token is the mask and
/// which ids end a text. No tokenizer is opened for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// An id and the file that says it, for errors.
struct SaidId {
  std::int64_t id = 0;
  std::string by;  ///< "models/x/tokenizer.json: mask_token \"<|mask|>\""
};

/// The ids of the token that tokenizer_config.json calls mask_token, by every file that gives it
/// one: added_tokens_decoder there, added_tokens of tokenizer.json, added_tokens.json. Empty where
/// there is no such token, or no file knows its id.
/// @throws Error(checkpoint)  if one of the files is not what its name promises
[[nodiscard]] std::vector<SaidId> said_mask_tokens(const std::filesystem::path& folder);

/// The ids of the added token with this text, by the same files.
/// @throws Error(checkpoint)  as above
[[nodiscard]] std::vector<SaidId> said_added_tokens(const std::filesystem::path& folder,
                                                    std::string_view text);

/// The ids that end a text by generation_config.json, which may be a number or a list; nothing
/// where the file or the field is absent.
/// @throws Error(checkpoint)  if the field is anything else
[[nodiscard]] std::optional<std::vector<std::int64_t>> said_ends(
    const std::filesystem::path& folder);

}  // namespace smdm
