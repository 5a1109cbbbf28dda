#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// What a recipe's `model` section says of an architecture; each reads what concerns it.
struct ModelOptions {
  std::vector<int64_t> input{3, 32, 32};
  int64_t classes = 10;
  int cardinality = 16;               ///< D of every gate
  std::vector<std::string> stages;    ///< VGG: channels of each convolution; "M" a 2x2 max pool
  std::vector<int64_t> hidden{4096};  ///< widths of the fully connected layers before the classifier
  bool batch_norm = false;
  bool pool_before_norm = false;  ///< VGG: the pool of a stage directly after its last convolution
  double dropout = 0.0;
  int depth = 0;                ///< layers as the papers count them; 0: the architecture's usual depth
  int64_t group_width = 4;      ///< ResNeXt: channels of one group in the first stage
  double width_multiplier = 1;  ///< times the channels of every layer, where Architecture::scales_width
  std::string variant;          ///< DenseNet: w, d, dw; DS-CNN: s, l; empty: the first
  std::string file;             ///< for "file": a graph as JSON
};

/// An architecture: its registry name (= recipe name = file stem) and what declares its graph.
struct Architecture {
  std::string name;
  std::string help;
  Graph (*build)(const ModelOptions& options);
  /// The graph's name of a tensor that trained networks in use call `name`, where that is not its name; "": such networks hold it and never
  /// use it. nullptr: names are the same.
  std::string (*pretrained_name)(const std::string& name, const ModelOptions& options) = nullptr;
  bool scales_width = false;  ///< whether it reads width_multiplier; others refuse one that is not 1
};

const std::vector<Architecture>& architectures();

/// The architecture of this name; UsageError lists the known ones.
const Architecture& find_architecture(const std::string& name);

/// Declares the named architecture; UsageError lists the known names or says which option is wrong.
Graph build_model(const std::string& name, const ModelOptions& options);

}  // namespace tnn
