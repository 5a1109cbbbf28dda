#pragma once

#include <string>

#include "formats/model_description.h"

namespace tnn {

/// What a controller of ControllerInput::features looks at: the value of one of the data path's nodes at the first action, of which only
/// the channels that the action opens: [active channels, extent...], row-major.
class ControllerFeatures {
 public:
  /// `node`: its name, default_features() where it is empty; `first_u`: of the first action. UsageError where the network has no such node,
  /// or one that may be absent (in a branch).
  ControllerFeatures(const ModelDescription& datapath, const std::string& node, double first_u);

  NodeId node() const { return node_; }
  const std::string& name() const { return name_; }
  /// Numbers of one input.
  int64_t count() const { return count_; }
  /// Those of `full`, the node's value for one input at full width: count() of them.
  void copy(const float* full, float* features) const;

 private:
  NodeId node_;
  std::string name_;
  ChannelRanges channels_;
  int64_t positions_, count_;
};

/// The input of the last linear layer in front of a network's first output. UsageError where there is none.
std::string default_features(const Graph& graph);

}  // namespace tnn
