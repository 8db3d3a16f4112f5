// Types of models that people try and that are not computed here, each with a line on what it is.
#include "models/formats/unsupported.hpp"

#include <algorithm>

namespace smdm {
namespace {

struct KnownType {
  std::string_view begins;  ///< of the type, in small letters
  std::string_view is;
};

/// The first that a type begins with is its line.
constexpr KnownType kTypes[] = {
    {.begins = "sdar", .is = "SDAR: masked diffusion with attention in causal blocks"},
    {.begins = "trado", .is = "TraDo: masked diffusion with attention in causal blocks"},
    {.begins = "fast_dllm", .is = "Fast-dLLM v2: masked diffusion with attention in causal blocks"},
    {.begins = "nemotron_labs_diffusion",
     .is = "Nemotron-Labs-Diffusion: masked diffusion with attention in causal blocks"},
    {.begins = "bd3lm",
     .is = "BD3LM: masked diffusion over blocks, whose input is two rows in one"},
    {.begins = "llada2", .is = "LLaDA2: a mixture of experts, with attention in causal blocks"},
    {.begins = "lladamoe", .is = "LLaDA-MoE: a mixture of experts"},
    {.begins = "llada_moe", .is = "LLaDA-MoE: a mixture of experts"},
    {.begins = "llada-moe", .is = "LLaDA-MoE: a mixture of experts"},
    {.begins = "a2d-", .is = "A2D of another family than LLaMA, Qwen2 and Qwen3"},
    {.begins = "mixtral", .is = "Mixtral: a mixture of experts"},
    {.begins = "qwen2_moe", .is = "Qwen MoE: a mixture of experts"},
    {.begins = "qwen3_moe", .is = "Qwen MoE: a mixture of experts"},
    {.begins = "qwen3_next", .is = "Qwen3-Next: linear attention and a mixture of experts"},
    {.begins = "qwen3_5", .is = "Qwen3.5: linear attention in most layers"},
    {.begins = "qwen2_vl", .is = "Qwen-VL: a model of pictures and text"},
    {.begins = "qwen2_5_vl", .is = "Qwen-VL: a model of pictures and text"},
    {.begins = "qwen3_vl", .is = "Qwen-VL: a model of pictures and text"},
    {.begins = "mistral3", .is = "Mistral 3: a model of pictures and text"},
    {.begins = "ministral", .is = "Ministral: windows of attention in some of its layers"},
    {.begins = "llama4", .is = "Llama 4: a mixture of experts over pictures and text"},
    {.begins = "mllama", .is = "Llama 3.2 Vision: a model of pictures and text"},
    {.begins = "gemma", .is = "Gemma: scaled embeddings, other norms and windows in some layers"},
    {.begins = "phi", .is = "Phi: joint matrices and rotary scaling that are not read"},
    {.begins = "falcon", .is = "Falcon: multi-query attention or a state space"},
    {.begins = "opt", .is = "OPT: learned positions with an offset, and ReLU"},
    {.begins = "bloom", .is = "BLOOM: positions by a slope of the scores (ALiBi)"},
    {.begins = "mpt", .is = "MPT: positions by a slope of the scores (ALiBi)"},
    {.begins = "mamba", .is = "Mamba: a state space without attention"},
    {.begins = "rwkv", .is = "RWKV: a recurrent network"},
    {.begins = "gpt_oss", .is = "gpt-oss: a mixture of experts with sinks of attention"},
    {.begins = "gpt_neo", .is = "GPT-Neo: windows of attention in every other layer"},
    {.begins = "gptj", .is = "GPT-J: rotated pairs lie side by side"},
    {.begins = "gpt_bigcode", .is = "GPT BigCode: multi-query attention in GPT-2's layers"},
    {.begins = "deepseek", .is = "DeepSeek: latent attention and a mixture of experts"},
    {.begins = "kimi", .is = "Kimi: latent attention and a mixture of experts"},
    {.begins = "cohere", .is = "Command R: scaled logits and pairs that lie side by side"},
    {.begins = "granite", .is = "Granite: scaled embeddings, residuals and logits"},
    {.begins = "olmoe", .is = "OLMoE: a mixture of experts"},
    {.begins = "olmo", .is = "OLMo: norms without weights or behind the layers"},
    {.begins = "stablelm", .is = "StableLM: LayerNorm in LLaMA's layers"},
    {.begins = "smollm3", .is = "SmolLM3: layers without positions among others"},
    {.begins = "glm", .is = "GLM: rotated pairs that lie side by side"},
    {.begins = "chatglm", .is = "ChatGLM: rotated pairs that lie side by side"},
    {.begins = "internlm", .is = "InternLM: joint matrices that are not read"},
    {.begins = "baichuan", .is = "Baichuan: joint matrices that are not read"},
    {.begins = "bert", .is = "BERT: norms behind the layers, and segments"},
    {.begins = "roberta", .is = "RoBERTa: norms behind the layers"},
    {.begins = "modernbert", .is = "ModernBERT: windows of attention in some layers"},
    {.begins = "t5", .is = "T5: an encoder and a decoder"},
};

}  // namespace

std::optional<std::string_view> unsupported_type(const std::string& model_type) {
  auto small = model_type;
  std::ranges::transform(small, small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto* const found = std::ranges::find_if(
      kTypes, [&](const KnownType& known) { return small.starts_with(known.begins); });
  if (found == std::end(kTypes)) return std::nullopt;
  return found->is;
}

}  // namespace smdm
