#include "formats/tensor_numbers.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "core/error.h"
#include "formats/half.h"

namespace tnn {
namespace {

template <typename Stored, typename Convert>
std::vector<float> convert(const TensorView& view, Convert to_float) {
  std::vector<float> values(static_cast<size_t>(view.elements()));
  for (size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, view.data + i * sizeof stored, sizeof stored);  // a file's data may lie at any address
    values[i] = to_float(stored);
  }
  return values;
}

}  // namespace

bool can_be_weights(DType dtype) { return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f64; }

std::vector<float> as_floats(const TensorView& view, const std::string& file) {
  switch (view.dtype) {
    case DType::f32:
      return convert<float>(view, [](float x) { return x; });
    case DType::f16:
      return convert<uint16_t>(view, half_to_float);
    case DType::bf16:
      return convert<uint16_t>(view, bfloat16_to_float);
    case DType::f64:
      return convert<double>(view, [](double x) { return static_cast<float>(x); });
    default:
      throw DataError(fmt::format("'{}': tensor '{}' has type {}, which cannot be weights (allowed: F32, F16, BF16, F64)", file, view.name,
                                  dtype_name(view.dtype)));
  }
}

void check_numbers(const std::string& file, const std::string& tensor, ParameterRole role, const float* numbers, size_t count) {
  const bool variance = role == ParameterRole::running_variance;
  for (size_t i = 0; i < count; ++i)
    if (!std::isfinite(numbers[i]) || (variance && numbers[i] < 0))
      throw DataError(fmt::format("'{}': tensor '{}' holds {} at element {} (allowed: {})", file, tensor, numbers[i], i,
                                  variance ? "finite numbers from 0" : "finite numbers"));
}

}  // namespace tnn
