// The safetensors format: each fault has its own error, and no bytes crash the reader.
#include "models/safetensors.hpp"

#include <functional>
#include <random>
#include <string>

#include <torch/types.h>

#include "base/error.hpp"
#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

/// What reading a file of these bytes says.
std::string refusal(const std::string& bytes) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "x.safetensors";
  test::write_file(path, bytes);
  const auto error =
      test::error_text<ErrorKind::checkpoint>([&] { const SafetensorsFile file(path); });
  if (!error.empty()) {
    CHECK(error.find(path.string()) == 0);
    CHECK(error.find('\n') == std::string::npos);
  }
  return error;
}

std::string header_refusal(const std::string& header, std::size_t data = 8) {
  return refusal(test::safetensors_bytes(header, std::string(data, '\0')));
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

}  // namespace

TEST_CASE("a file that is too short or no safetensors file is refused") {
  CHECK(contains(refusal(""), "truncated: wanted 8 bytes of header length, got 0 bytes"));
  CHECK(contains(refusal("1234567"), "got 7 bytes"));
  CHECK(contains(refusal("a text file of some length"), "over the format's limit"));
  const auto whole = test::safetensors_bytes("{}", "");
  CHECK(refusal(whole).empty());
  CHECK(contains(refusal(whole.substr(0, 9)), "truncated: wanted a header of 2 bytes, got 1"));
  CHECK(contains(
      test::error_text<ErrorKind::checkpoint>([] { const SafetensorsFile file("no such file"); }),
      "wanted to read no such file, got: No such file or directory"));
  CHECK(contains(
      test::error_text<ErrorKind::checkpoint>([] { const SafetensorsFile file(test::golden()); }),
      test::golden().string() + ", got a folder"));
}

TEST_CASE("a header that is not the JSON the format asks for is refused") {
  CHECK(contains(header_refusal(""), "begins with '{'"));
  CHECK(contains(header_refusal(" {}"), "begins with '{'"));
  CHECK(contains(header_refusal("[]"), "begins with '{'"));
  CHECK(contains(header_refusal("{\"a\":"), "not valid JSON"));
  CHECK(contains(header_refusal("{} x"), "not valid JSON"));
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK(contains(header_refusal("{\"a\":" + deep + "}"), "brackets within each other"));
  CHECK(contains(header_refusal(std::string("{\"a\xff\":1}")), "not valid JSON"));
  const auto a = entry("F32", "[2]", "[0,8]");
  CHECK(header_refusal("{\"a\":" + a + "}   ").empty());
  CHECK(contains(header_refusal("{\"a\":" + a + ",\"a\":" + a + "}"), "duplicate key \"a\""));
  CHECK(contains(
      header_refusal(R"({"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})"),
      "duplicate key \"shape\""));
  CHECK(header_refusal("{\"__metadata__\":{\"format\":\"pt\"},\"a\":" + a + "}").empty());
  CHECK(contains(header_refusal("{\"__metadata__\":{\"n\":1},\"a\":" + a + "}"),
                 "__metadata__: wanted an object of strings"));
  CHECK(contains(header_refusal("{\"__metadata__\":[],\"a\":" + a + "}"),
                 "__metadata__: wanted an object of strings"));
}

TEST_CASE("a tensor's entry that breaks the rules is refused") {
  const auto one = [](const std::string& fields, std::size_t data = 8) {
    return header_refusal("{\"a\":" + fields + "}", data);
  };
  CHECK(contains(one("3"), "wanted the fields dtype, shape and data_offsets"));
  CHECK(contains(one(R"({"dtype":"F32","shape":[2]})"), "wanted the fields"));
  CHECK(contains(one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1})"),
                 "wanted the fields"));
  CHECK(contains(one(entry("F31", "[2]", "[0,8]")), "unknown dtype \"F31\""));
  CHECK(contains(one(R"({"dtype":4,"shape":[2],"data_offsets":[0,8]})"), "unknown dtype 4"));
  for (const std::string shape :
       {"[-2]", "[2.0]", "[\"2\"]", "2", "{}", "[99999999999999999999]"}) {
    CHECK(contains(one(entry("F32", shape, "[0,8]")), "shape: wanted a list of integers >= 0"));
  }
  CHECK(contains(one(entry("F32", "[4294967296,4294967296]", "[0,8]")), "shape overflows"));
  CHECK(contains(one(entry("F32", "[9223372036854775808]", "[0,8]")), "shape overflows"));
  CHECK(contains(one(entry("F32", "[9223372036854775808,0]", "[0,0]"), 0), "shape overflows"));
  CHECK(contains(one(entry("F32", "[2]", "[0]")), "wanted two data_offsets, got 1"));
  CHECK(contains(one(entry("F32", "[2]", "[0,8,8]")), "wanted two data_offsets, got 3"));
  CHECK(
      contains(one(entry("F32", "[2]", "[-8,0]")), "data_offsets: wanted a list of integers >= 0"));
  CHECK(contains(one(entry("F32", "[2]", "[8,0]")), "run backwards"));
  CHECK(contains(one(entry("F32", "[3]", "[0,12]")), "pass the end of the data at 8"));
  CHECK(contains(one(entry("F32", "[2]", "[0,18446744073709551615]")), "pass the end"));
  CHECK(contains(one(entry("F32", "[3]", "[0,8]")),
                 "wanted 12 bytes for its shape and dtype, data_offsets give 8"));
  CHECK(contains(one(entry("BF16", "[2]", "[0,8]")), "wanted 4 bytes"));
}

TEST_CASE("tensors must cover the data exactly once") {
  const auto two = [](const std::string& a, const std::string& b, std::size_t data) {
    return header_refusal(
        "{\"a\":" + entry("U8", "[8]", a) + ",\"b\":" + entry("U8", "[8]", b) + "}", data);
  };
  CHECK(two("[0,8]", "[8,16]", 16).empty());
  CHECK(two("[8,16]", "[0,8]", 16).empty());
  CHECK(contains(two("[0,8]", "[4,12]", 12), "tensor \"b\" overlaps another tensor at byte 4"));
  CHECK(contains(two("[0,8]", "[0,8]", 8), "overlaps"));
  CHECK(contains(two("[0,8]", "[9,17]", 17), "hole of 1 bytes before tensor \"b\""));
  CHECK(contains(two("[1,9]", "[9,17]", 17), "hole of 1 bytes before tensor \"a\""));
  CHECK(contains(two("[0,8]", "[8,16]", 17), "tensors cover 16 bytes, the file holds 17"));
}

TEST_CASE("values come out as stored, at any address and of any size") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "x.safetensors";
  const test::TensorMap tensors = {{"a", {.shape = {2, 3}, .values = {1, -2, 3.5F, 4, 5, 1e-3F}}},
                                   {"none", {.shape = {0, 3}, .values = {}}},
                                   {"one", {.shape = {}, .values = {7}}}};
  for (const bool misaligned : {false, true}) {
    test::write_safetensors(path, tensors, test::StoredType::f32, misaligned);
    auto file = std::make_unique<SafetensorsFile>(path);
    const auto a = file->tensor("a");
    CHECK(file->tensor("none").sizes() == at::IntArrayRef({0, 3}));
    CHECK(file->tensor("one").item<float>() == 7.0F);
    file.reset();  // a tensor keeps the mapping
    CHECK(torch::equal(a, torch::tensor({1.0F, -2.0F, 3.5F, 4.0F, 5.0F, 1e-3F}).view({2, 3})));
    test::write_safetensors(folder.path() / "y.safetensors", tensors, test::StoredType::bf16,
                            misaligned);
    const auto half = SafetensorsFile(folder.path() / "y.safetensors").tensor("a");
    CHECK(half.scalar_type() == torch::kBFloat16);
    CHECK(torch::equal(half, a.to(torch::kBFloat16)));
  }
  test::write_file(path, test::safetensors_bytes("{\"a\":" + entry("I64", "[1]", "[0,8]") + "}",
                                                 std::string(8, '\0')));
  CHECK(contains(
      test::error_text<ErrorKind::checkpoint>([&] { (void)SafetensorsFile(path).tensor("a"); }),
      "wanted floating-point numbers, got I64"));
  CHECK(contains(
      test::error_text<ErrorKind::checkpoint>([&] { (void)SafetensorsFile(path).tensor("b"); }),
      "tensor \"b\" is missing"));
}

TEST_CASE("a checkpoint's tensors must be those of its configuration") {
  const auto config = test::small_config("mdm");
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 3);
  const auto error = [&](const test::TensorMap& given) {
    const test::TemporaryFolder folder;
    test::write_checkpoint(folder.path(), config, given);
    return test::error_text<ErrorKind::checkpoint>([&] {
      CheckpointOptions options;
      options.model = folder.path();
      (void)load_model(find_checkpoint(options), ComputeType::f32, torch::kCPU);
    });
  };
  CHECK(error(tensors).empty());
  for (const auto& [name, tensor] : tensors) {
    auto fewer = tensors;
    fewer.erase(name);
    CHECK(contains(error(fewer), "tensor \"" + name + "\" is missing"));
    auto misshapen = tensors;
    misshapen.at(name).shape = {static_cast<std::int64_t>(tensor.values.size()), 1};
    CHECK(contains(error(misshapen), "tensor \"" + name + "\": wanted shape"));
  }
  auto more = tensors;
  more["transformer.h.2.norm_1.weight"] = tensors.at("transformer.h.1.norm_1.weight");
  CHECK(contains(error(more), "unexpected tensor \"transformer.h.2.norm_1.weight\" [32]"));
}

TEST_CASE("damaged files give an error or a model, never a crash") {
  const auto whole = test::read_file(test::golden() / "arm-tiny.safetensors");
  for (std::size_t length = 0; length < whole.size(); length += 1 + length / 3) {
    INFO("cut to " << length << " bytes");
    CHECK_FALSE(refusal(whole.substr(0, length)).empty());
  }
  std::mt19937 random(5);
  std::size_t header = 0;
  for (std::size_t i = 0; i < 8; ++i)
    header |= static_cast<std::size_t>(static_cast<unsigned char>(whole[i])) << (8 * i);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    auto damaged = whole;
    for (int flip = 0; flip < 1 + round % 3; ++flip) {
      damaged[random() % (header + 8)] = static_cast<char>(random() % 256);
    }
    refused += refusal(damaged).empty() ? 0 : 1;
  }
  CHECK(refused > 200);
}

}  // namespace smdm
