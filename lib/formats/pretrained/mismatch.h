#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// A tensor of a file that the network does not know.
struct SurplusTensor {
  std::string name;      ///< in the file
  std::string resolved;  ///< after all changes of names
  std::vector<int64_t> shape;
};

/// What of a file does not fit a network.
struct Mismatch {
  std::map<std::string, std::vector<int64_t>> expected;  ///< every parameter that is looked for
  std::vector<std::string> missing;                      ///< of these
  std::vector<SurplusTensor> unexpected;
  std::vector<std::string> twice;       ///< names in the file
  std::vector<std::string> misshaped;   ///< "fc.weight is F32 [1000, 512] and should be [10, 512]"
  std::vector<SurplusTensor> reshaped;  ///< those of other shape alone
  std::vector<std::string> unreadable;  ///< "fc.weight is of type QInt8Storage"

  bool empty() const;
};

/// In a few lines: how many of each kind, the first of each, and the likely mends.
std::string describe_mismatch(const Mismatch& mismatch, const Graph& graph);

}  // namespace tnn
