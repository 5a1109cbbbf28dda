#pragma once

#include "export/onnx_writer.h"
#include "export/stored_model.h"

namespace tnn {

/// The active channels of a tensor inside an ONNX graph: all of them at every operating point, the first `count` ([1], int64), or those of
/// `list` ([count], int64).
struct OnnxChannels {
  std::string count, list;
  bool all() const { return count.empty() && list.empty(); }
};

/// The part of a throttleable ONNX graph that turns its input `u` into what an operating point is: its index by comparing u with the
/// utilizations where points begin, then numbers and rows from tables by that index. A model of one operating point needs none of it.
class OnnxOperatingPoint {
 public:
  /// Adds the input u where there are several operating points. UsageError where they do not follow each other by u.
  OnnxOperatingPoint(OnnxWriter& writer, const ModelDescription& description);

  size_t count() const { return description_.points.size(); }
  const Configuration& configuration(size_t point) const { return description_.points[point].configuration; }
  /// Whether a node runs at an operating point.
  bool runs(const Node& node, size_t point) const { return branches_active(node.branches, configuration(point)); }

  /// The number that belongs to the point, as [1].
  std::string pick(const std::string& name, const std::vector<int64_t>& per_point);
  /// A condition for If.
  std::string pick_condition(const std::string& name, const std::vector<uint8_t>& per_point);
  /// A row of a table [points, C], as [C].
  std::string pick_row(const std::string& name, const std::string& table);

  /// The active channels of `shape` where `node` reads or writes it. UsageError where none is left at a point at which the node runs.
  OnnxChannels channels(const Node& node, const TensorShape& shape);
  /// Of each channel of `shape` at full width its place among the active ones, from 1; 0 where it is closed. [C], int64.
  std::string places(const std::string& name, const TensorShape& shape);
  /// `tensor` with only these channels in axes 0 and up.
  std::string slice(const std::string& name, const std::string& tensor, const std::vector<OnnxChannels>& axes);

 private:
  std::string ends_of(const std::vector<std::string>& counts);
  std::string list_of(const std::string& name, const std::vector<ChannelRanges>& ranges, const std::string& count);

  OnnxWriter& writer_;
  const ModelDescription& description_;
  std::string index_, index_vector_;
  std::map<std::vector<int64_t>, std::string> picked_, lists_;
  std::map<std::vector<std::string>, std::string> ends_;
};

}  // namespace tnn
