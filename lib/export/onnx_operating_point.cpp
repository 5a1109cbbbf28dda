#include "export/onnx_operating_point.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace tnn {
namespace {

constexpr int64_t kOnnxInt64 = 7;  // TensorProto.INT64, for Cast

bool is_prefix(const ChannelRanges& ranges) { return ranges.size() == 1 && ranges.front().begin == 0; }

}  // namespace

OnnxOperatingPoint::OnnxOperatingPoint(OnnxWriter& writer, const ModelDescription& description)
    : writer_(writer), description_(description) {
  const auto& points = description.points;
  for (size_t i = 1; i < points.size(); ++i)
    if (!(points[i].u_begin > points[i - 1].u_begin))
      throw UsageError("the model's operating points do not follow each other by u: a throttleable ONNX file cannot choose among them");
  if (points.size() < 2) return;
  const bool ceil = description.gating.rounding == Rounding::ceil;
  std::vector<float> steps;
  for (size_t i = 1; i < points.size(); ++i)
    steps.push_back(static_cast<float>(points[i].u_begin + (ceil ? kUtilizationTolerance : -kUtilizationTolerance)));
  writer.input({"u", {}});
  const std::string table = writer.constant("tnn.steps", {static_cast<int64_t>(steps.size())}, steps);
  const std::string reached = writer.emit_prologue(ceil ? "Greater" : "GreaterOrEqual", "tnn.reached", {"u", table});
  const std::string numbers = writer.emit_prologue("Cast", "tnn.reached_count", {reached}, {{"to", kOnnxInt64}});
  index_ = writer.emit_prologue("ReduceSum", "tnn.point", {numbers, writer.integers("tnn.axis0", {0})}, {{"keepdims", int64_t{0}}});
  index_vector_ = writer.emit_prologue("Unsqueeze", "tnn.point_vector", {index_, writer.integers("tnn.axis0", {0})});
}

std::string OnnxOperatingPoint::pick(const std::string& name, const std::vector<int64_t>& per_point) {
  std::string& picked = picked_[per_point];
  if (picked.empty()) picked = writer_.emit_prologue("Gather", name, {writer_.integers(name + ".table", per_point), index_vector_});
  return picked;
}

std::string OnnxOperatingPoint::pick_condition(const std::string& name, const std::vector<uint8_t>& per_point) {
  const std::string table = writer_.constant(name + ".table", {static_cast<int64_t>(per_point.size())}, per_point);
  return writer_.emit_prologue("Gather", name, {table, index_});
}

std::string OnnxOperatingPoint::pick_row(const std::string& name, const std::string& table) {
  return writer_.emit("Gather", name, {table, index_});
}

OnnxChannels OnnxOperatingPoint::channels(const Node& node, const TensorShape& shape) {
  std::vector<ChannelRanges> ranges(count(), {{0, description_.graph.channels(shape)}});
  for (size_t i = 0; i < count(); ++i) {
    if (!runs(node, i)) {  // not asked for there: the same as elsewhere
      if (i > 0) ranges[i] = ranges[i - 1];
      continue;
    }
    ranges[i] = active_channels(description_.graph, shape, configuration(i));
    if (ranges[i].empty())
      throw UsageError(fmt::format("node '{}' has no active channel at u = {}: ONNX cannot say that", node.name, description_.points[i].u));
  }
  const int64_t full = description_.graph.channels(shape);
  if (std::all_of(ranges.begin(), ranges.end(), [&](const ChannelRanges& r) { return count_channels(r) == full; })) return {};
  std::vector<int64_t> counts;
  for (const ChannelRanges& r : ranges) counts.push_back(count_channels(r));
  const std::string active = pick("tnn.channels", counts);
  if (std::all_of(ranges.begin(), ranges.end(), is_prefix)) return {active, ""};
  return {active, list_of("tnn.channel_list", ranges, active)};
}

std::string OnnxOperatingPoint::places(const std::string& name, const TensorShape& shape) {
  const int64_t channels = description_.graph.channels(shape);
  std::vector<int64_t> table(count() * static_cast<size_t>(channels));
  for (size_t i = 0; i < count(); ++i) {
    int64_t place = 0;
    for (const ChannelRange& range : active_channels(description_.graph, shape, configuration(i)))
      for (int64_t c = range.begin; c < range.end; ++c) table[i * static_cast<size_t>(channels) + static_cast<size_t>(c)] = ++place;
  }
  return pick_row(name, writer_.constant(name + ".table", {static_cast<int64_t>(count()), channels}, table));
}

std::string OnnxOperatingPoint::list_of(const std::string& name, const std::vector<ChannelRanges>& ranges, const std::string& active) {
  int64_t longest = 0;
  for (const ChannelRanges& r : ranges) longest = std::max(longest, count_channels(r));
  std::vector<int64_t> table;
  for (const ChannelRanges& r : ranges) {
    const size_t begin = table.size();
    for (const ChannelRange& range : r)
      for (int64_t c = range.begin; c < range.end; ++c) table.push_back(c);
    table.resize(begin + static_cast<size_t>(longest));
  }
  std::string& list = lists_[table];
  if (!list.empty()) return list;
  const std::string stored = writer_.constant(name + ".table", {static_cast<int64_t>(ranges.size()), longest}, table);
  const std::string row = writer_.emit_prologue("Gather", name + ".row", {stored, index_});
  const std::string zero = writer_.integers("tnn.axis0", {0});
  return list = writer_.emit_prologue("Slice", name, {row, zero, active, zero});
}

std::string OnnxOperatingPoint::ends_of(const std::vector<std::string>& counts) {
  if (counts.size() == 1) return counts.front();
  std::string& ends = ends_[counts];
  if (ends.empty()) ends = writer_.emit_prologue("Concat", "tnn.ends", counts, {{"axis", int64_t{0}}});
  return ends;
}

std::string OnnxOperatingPoint::slice(const std::string& name, const std::string& tensor, const std::vector<OnnxChannels>& axes) {
  std::vector<std::string> counts;
  std::vector<int64_t> prefix_axes;
  std::string sliced = tensor;
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    if (axes[axis].all() || !axes[axis].list.empty()) continue;
    counts.push_back(axes[axis].count);
    prefix_axes.push_back(static_cast<int64_t>(axis));
  }
  if (!counts.empty()) {
    const std::string starts = writer_.integers("tnn.starts", std::vector<int64_t>(counts.size(), 0));
    sliced = writer_.emit("Slice", name + ".active", {sliced, starts, ends_of(counts), writer_.integers("tnn.axes", prefix_axes)});
  }
  for (size_t axis = 0; axis < axes.size(); ++axis)
    if (!axes[axis].list.empty())
      sliced = writer_.emit("Gather", name + ".active", {sliced, axes[axis].list}, {{"axis", static_cast<int64_t>(axis)}});
  return sliced;
}

}  // namespace tnn
