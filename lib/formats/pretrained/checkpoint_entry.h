#pragma once

#include <string>
#include <vector>

#include "formats/pretrained/pickle.h"

namespace tnn {

/// A call that makes a tensor: the function's name and its arguments; of a Parameter or a subclass of Tensor, that inside. `arguments` is
/// nullptr where the value is no tensor.
struct TensorCall {
  std::string_view function;
  const PickleValue* arguments = nullptr;
};
TensorCall tensor_call(const PickleValue& value);

/// The state_dict of a checkpoint.
struct CheckpointEntry {
  std::string path;                      ///< its key, with dots between those on the way; empty: the file's top
  const PickleValue* tensors = nullptr;  ///< a dictionary with tensors
  std::vector<std::string> others;       ///< keys of the top that hold tensors, too
};

/// Names under which the state_dict of a checkpoint is looked for, in this order; averages of weights (EMA) are not among them.
const std::vector<std::string>& state_dict_names();

/// The entry `wanted`; empty: the first of state_dict_names() that holds tensors, at the top or inside another of these names, else the top
/// itself. UsageError where the wanted one is not there; DataError, saying what there is, where none is.
CheckpointEntry find_state_dict(const Pickle& pickle, const std::string& wanted, const std::string& file);

}  // namespace tnn
