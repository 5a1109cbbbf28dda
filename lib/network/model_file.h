#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "network/network.h"

namespace tnn {

/// Tensors that a file holds beside the model's own (an optimiser's state), by name.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Writes a network as one safetensors file: tensors by PyTorch's names, the description as metadata; atomically. `extra_tensors` and
/// `extra_metadata` ride along (checkpoints) and are ignored by load_network.
void save_network(const std::filesystem::path& path, const Network& network, const NamedTensors& extra_tensors = {},
                  const SafetensorsMetadata& extra_metadata = {});

/// Reads such a file. DataError as StoredTensors.
Network load_network(const std::filesystem::path& path, at::Device device = at::kCPU, bool channels_last = true);

/// Copies the model's tensors of a file into a network of the same description.
void load_parameters(const SafetensorsFile& file, Network& network);

/// A copy of one tensor of a file, on the CPU, as fp32. DataError, naming file and tensor, where it is missing or no floating-point one.
at::Tensor read_tensor(const SafetensorsFile& file, const std::string& name);
at::Tensor read_tensor(const TensorView& view, const std::string& file);

}  // namespace tnn
