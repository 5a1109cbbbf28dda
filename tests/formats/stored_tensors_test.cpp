#include "formats/stored_tensors.h"

#include <cstring>
#include <limits>
#include <map>

#include "catch_compat.h"
#include "core/error.h"
#include "formats/half.h"
#include "graph/graph_builder.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

ModelDescription small_model() {
  GraphBuilder b("small");
  const NodeId x = b.batch_norm("bn", b.linear("fc", b.input({2}), 3));
  return describe_model(b.finish({x}), {}, BatchNormMode::shared);
}

/// Bytes of numbers as a type of the file stores them.
std::string stored(DType dtype, const std::vector<float>& numbers) {
  std::string bytes;
  for (const float number : numbers) {
    const uint16_t half = dtype == DType::f16 ? float_to_half(number) : float_to_bfloat16(number);
    const double wide = number;
    const void* from = dtype == DType::f32   ? static_cast<const void*>(&number)
                       : dtype == DType::f64 ? static_cast<const void*>(&wide)
                                             : &half;
    bytes.append(static_cast<const char*>(from), dtype_bits(dtype) / 8);
  }
  return bytes;
}

/// A file of the model, every tensor 1, 2, 3, ..., but for one number.
std::filesystem::path write(const TemporaryFolder& folder, DType dtype, const std::string& changed = "", float number = 0) {
  std::map<std::string, std::string> bytes;
  std::vector<TensorView> views;
  for (const ModelTensor& tensor : model_tensors(small_model())) {
    std::vector<float> numbers;
    for (int64_t i = 0; i < tensor.shape.front() * (tensor.shape.size() > 1 ? tensor.shape[1] : 1); ++i)
      numbers.push_back(static_cast<float>(i + 1));
    if (tensor.name == changed) numbers[1] = number;
    bytes[tensor.name] = stored(dtype, numbers);
    views.push_back({tensor.name, dtype, tensor.shape, reinterpret_cast<const std::byte*>(bytes[tensor.name].data())});
  }
  write_safetensors(folder.path() / "m.safetensors", views, description_to_metadata(small_model()));
  return folder.path() / "m.safetensors";
}

}  // namespace

TEST_CASE("a model's tensors are the same numbers in every type that they may be stored in") {
  const TemporaryFolder folder;
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16, DType::f64}) {
    const SafetensorsFile file(write(folder, dtype));
    const StoredTensors tensors(file, small_model());
    REQUIRE(tensors.entries().size() == 6);
    for (const auto& entry : tensors.entries())
      for (size_t i = 0; i < entry.count; ++i) CHECK(entry.numbers[i] == static_cast<float>(i + 1));
    CHECK(tensors.stored_numbers() == 6 + 5 * 3);
    CHECK(tensors.stored_bytes() * 8 == tensors.stored_numbers() * static_cast<int64_t>(dtype_bits(dtype)));
  }
}

TEST_CASE("a model's numbers that are not finite and negative variances are told by tensor and place") {
  const TemporaryFolder folder;
  const auto check = [&](DType dtype, const std::string& tensor, float number) {
    const SafetensorsFile file(write(folder, dtype, tensor, number));
    CHECK_THROWS_AS(StoredTensors(file, small_model()), DataError);
    CHECK_THROWS_WITH(StoredTensors(file, small_model()),
                      ContainsSubstring("m.safetensors") && ContainsSubstring("'" + tensor + "'") && ContainsSubstring("element 1"));
  };
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16, DType::f64}) {
    check(dtype, "fc.weight", std::numeric_limits<float>::quiet_NaN());
    check(dtype, "bn.bias", std::numeric_limits<float>::infinity());
    check(dtype, "bn.running_var", -1);
  }
  const SafetensorsFile file(write(folder, DType::f32, "bn.running_mean", -1));
  CHECK_NOTHROW(StoredTensors(file, small_model()));
}
