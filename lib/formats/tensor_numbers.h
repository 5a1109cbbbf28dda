#pragma once

#include <string>
#include <vector>

#include "formats/safetensors.h"
#include "graph/parameters.h"

namespace tnn {

/// Whether numbers of this type can be weights: F32, F16, BF16, F64.
bool can_be_weights(DType dtype);

/// The numbers of a tensor as 32-bit floats. DataError, naming `file` and the tensor, where its type cannot be weights.
std::vector<float> as_floats(const TensorView& view, const std::string& file);

/// DataError, naming `file`, the tensor and the first place, where a number is not finite, or is a negative variance.
void check_numbers(const std::string& file, const std::string& tensor, ParameterRole role, const float* numbers, size_t count);

}  // namespace tnn
