#pragma once

#include "export/onnx_model.h"
#include "export/stored_model.h"

namespace tnn {

/// Computes an ONNX model's outputs, in their order, by plain loops, operator by operator as the ONNX specification defines them, knowing
/// nothing of how the file came to be: the check that `export` makes on what it wrote. Only the operators that this program writes;
/// DataError for any other. Integers become floats. `inputs` by name; u is a tensor of shape {}.
std::vector<HostTensor> evaluate_onnx(const OnnxModel& model, const std::map<std::string, HostTensor>& inputs);

}  // namespace tnn
