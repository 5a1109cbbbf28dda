#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "formats/pretrained/torch_file.h"
#include "graph/graph.h"

namespace tnn {

/// How a trained network's file is to be read.
struct PretrainedOptions {
  std::filesystem::path file;
  std::string entry = {};                                        ///< of a checkpoint (see read_torch_file)
  std::vector<std::pair<std::string, std::string>> rename = {};  ///< rules for names in the file (see NameRule)
  std::vector<std::string> ignore = {};                          ///< patterns of names in the file that are left out (see NameRule)
  /// The graph's name of a tensor that networks of this kind in use call otherwise; "" for one that they hold and never use. Asked for
  /// names only that the graph does not have. Empty: names are the same.
  std::function<std::string(const std::string&)> known_name = {};
  /// Nodes, or groups of nodes by the name before a dot, that keep their own values: "fc", "layer4".
  std::vector<std::string> except = {};
};

/// The parameters of a graph as a file holds them.
struct PretrainedTensors {
  std::string path;
  TensorFile file;
  std::map<std::string, TensorView> by_name;  ///< of the graph's parameters, but for the excepted
  size_t left_out = 0;                        ///< tensors of the file that were ignored as options.ignore says
  /// "62 tensors under 'state_dict' (also there: state_dict_ema)".
  std::string summary() const;
};

/// Reads a PyTorch or safetensors file for a graph. In this order: names are changed by options.rename; "module." (DataParallel) and
/// "_orig_mod." (torch.compile) before them are dropped; PyTorch's num_batches_tracked, of a tnn model file the statistics of single
/// operating points, and what options.ignore names are left out; a beginning such as "model." or "backbone." that all names share is
/// dropped where more names then are the graph's; options.known_name translates the rest. DataError where tensors are missing, unexpected,
/// given twice, of another shape or of a type that cannot be weights, in a few lines with the likely cause; or where one holds a number
/// that is not finite, or a negative variance. UsageError where an option names nothing.
PretrainedTensors read_pretrained(const Graph& graph, const PretrainedOptions& options);

}  // namespace tnn
