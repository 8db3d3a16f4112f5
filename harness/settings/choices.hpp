/// The named values of options that no other folder gives a name: each list stands here once.
#pragma once

#include <array>
#include <cstdint>

#include "base/text/names.hpp"
#include "evaluators/subsets/estimators.hpp"
#include "models/config.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// How the texts of a corpus become rows (evaluators/rows/text_rows.hpp).
enum class TextPacking : std::uint8_t { document, stream };

inline constexpr std::array kAllTextPackings{
    Named<TextPacking>{.name = "document", .value = TextPacking::document},
    Named<TextPacking>{.name = "stream", .value = TextPacking::stream}};

inline constexpr std::array kAllPromptReuses{
    Named<PromptReuse>{.name = "auto", .value = PromptReuse::automatic},
    Named<PromptReuse>{.name = "on", .value = PromptReuse::on},
    Named<PromptReuse>{.name = "off", .value = PromptReuse::off}};

inline constexpr std::array kAllBackends{Named<ModelKind>{.name = "mdm", .value = ModelKind::mdm},
                                         Named<ModelKind>{.name = "arm", .value = ModelKind::arm}};

inline constexpr std::array kAllComputeTypes{
    Named<ComputeType>{.name = "f32", .value = ComputeType::f32},
    Named<ComputeType>{.name = "bf16", .value = ComputeType::bf16}};

inline constexpr std::array kOnOrOff{Named<bool>{.name = "on", .value = true},
                                     Named<bool>{.name = "off", .value = false}};

/// What --bos asks for.
enum class BosChoice : std::uint8_t { automatic, on, off };

inline constexpr std::array kAllBosChoices{
    Named<BosChoice>{.name = "auto", .value = BosChoice::automatic},
    Named<BosChoice>{.name = "on", .value = BosChoice::on},
    Named<BosChoice>{.name = "off", .value = BosChoice::off}};

/// What --preset names.
enum class Preset : std::uint8_t { smdm, llada, dream };

inline constexpr std::array kAllPresets{Named<Preset>{.name = "smdm", .value = Preset::smdm},
                                        Named<Preset>{.name = "llada", .value = Preset::llada},
                                        Named<Preset>{.name = "dream", .value = Preset::dream}};

/// What --suffix is called where nothing stands behind a target, and where the token does that ends
/// a text.
inline constexpr const char* kNoSuffix = "none";
inline constexpr const char* kEosSuffix = "eos";

/// What --orders is called where orders say how many there shall be.
inline constexpr const char* kPilot = "pilot";

/// What --dtype is called where the program decides, by the model and the memory there is.
inline constexpr const char* kAutoDtype = "auto";

inline constexpr std::array kAllRopeTables{
    Named<RopeTables>{.name = "bf16", .value = RopeTables::bf16},
    Named<RopeTables>{.name = "f32", .value = RopeTables::f32}};

}  // namespace smdm
