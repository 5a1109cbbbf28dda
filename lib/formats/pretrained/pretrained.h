#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "formats/pretrained/torch_file.h"
#include "graph/graph.h"

namespace tnn {

/// How a trained network's file is to be read.
struct PretrainedOptions {
  std::filesystem::path file;
  /// The graph's name of a tensor that has this name in the file; empty: names are the same.
  std::function<std::string(const std::string&)> rename;
  /// Nodes, or groups of nodes by the name before a dot, that keep their own values: "fc", "layer4".
  std::vector<std::string> except;
};

/// The parameters of a graph as a file holds them.
struct PretrainedTensors {
  TensorFile file;
  std::map<std::string, TensorView> by_name;  ///< of the graph's parameters, but for the excepted
};

/// Reads a PyTorch or safetensors file for a graph. "module." (DataParallel) and "_orig_mod." (torch.compile) before names, and PyTorch's
/// num_batches_tracked, are dropped; of a tnn model file the statistics of single operating points, too. DataError that lists every tensor
/// that is missing, unexpected, given twice, of another shape or of a type that is no real number.
PretrainedTensors read_pretrained(const Graph& graph, const PretrainedOptions& options);

}  // namespace tnn
