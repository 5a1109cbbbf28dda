#include "runtime/onednn/layer_terms.h"

namespace tnn::onednn {
namespace {

bool reorders(const Plan& plan, const Segment& segment) { return segment.flattened && plan.value(segment.value).shape.positions() > 1; }

const PlanPoint& point_of(const LoweredModel& model, int point) { return model.plan.points[static_cast<size_t>(point)]; }

std::vector<int64_t> list(const ChannelRanges& ranges) {
  std::vector<int64_t> channels;
  for (const ChannelRange& range : ranges)
    for (int64_t c = range.begin; c < range.end; ++c) channels.push_back(c);
  return channels;
}

/// The channels of an operand at full width, in the order of its rows.
std::vector<int64_t> row_order(const Plan& plan, const PlanPoint& point, const Operand& operand, bool linear) {
  std::vector<int64_t> channels;
  const bool positions_first = linear && is_read_in_place(plan, point, operand, linear);
  int64_t first = 0;
  for (const Segment& segment : operand) {
    const Value& value = plan.value(segment.value);
    const int64_t positions = segment.flattened ? value.shape.positions() : 1;
    const std::vector<int64_t> active = list(active_channels(point, segment));
    if (positions_first)
      for (int64_t p = 0; p < positions; ++p)
        for (const int64_t c : active) channels.push_back(first + c * positions + p);
    else
      for (const int64_t c : active)
        for (int64_t p = 0; p < positions; ++p) channels.push_back(first + c * positions + p);
    first += value.channels * positions;
  }
  return channels;
}

int64_t groups_of(const Step& step) {
  const auto* convolution = std::get_if<Convolution>(&step.operation);
  return convolution ? convolution->groups : 1;
}

/// Groups of a convolution that are open: a gate opens whole ones.
int64_t active_groups(const LoweredModel& model, const Step& step, int point) {
  const int64_t groups = groups_of(step), outputs = model.plan.value(step.output).channels;
  if (groups == 1) return 1;
  return count_channels(point_of(model, point).channels[static_cast<size_t>(step.output)]) / (outputs / groups);
}

std::vector<int64_t> sizes(int64_t batch, int64_t channels, const std::vector<int64_t>& extent) {
  std::vector<int64_t> result{batch, channels};
  result.insert(result.end(), extent.begin(), extent.end());
  return result;
}

}  // namespace

std::vector<Segment> present_segments(const PlanPoint& point, const Operand& operand) {
  std::vector<Segment> present;
  for (const Segment& segment : operand)
    if (!active_channels(point, segment).empty()) present.push_back(segment);
  return present;
}

bool is_read_in_place(const Plan& plan, const PlanPoint& point, const Operand& operand, bool linear) {
  const auto present = present_segments(point, operand);
  return present.empty() || (present.size() == 1 && (linear || !reorders(plan, present.front())));
}

LayerShape layer_shape(const LoweredModel& model, const Step& step, int point, int64_t batch) {
  const PlanPoint& at = point_of(model, point);
  const Operand& operand = step.inputs.front();
  const int64_t inputs = count_channels(model.plan, at, operand), groups = active_groups(model, step, point);
  const int64_t outputs = count_channels(at.channels[static_cast<size_t>(step.output)]);
  LayerShape shape;
  shape.input = sizes(batch, inputs, operand_extent(model.plan, operand));
  shape.output = sizes(batch, outputs, model.plan.value(step.output).extent());
  shape.weights = {outputs / groups, inputs / groups};
  if (const auto* convolution = std::get_if<Convolution>(&step.operation)) {
    if (convolution->groups > 1) shape.weights.insert(shape.weights.begin(), groups);
    shape.window = convolution->window;
    shape.weights.insert(shape.weights.end(), shape.window.kernel.begin(), shape.window.kernel.end());
  }
  shape.adds_output = at.steps[static_cast<size_t>(&step - model.plan.steps.data())].adds_residual;
  shape.activation = step.epilogue.activation;
  return shape;
}

WeightSelection select_weights(const LoweredModel& model, const Step& step, int point) {
  const PlanPoint& at = point_of(model, point);
  const Operand& operand = step.inputs.front();
  WeightSelection selection;
  selection.weights = model.weights.weight(step.node);
  selection.columns = full_channels(model.plan, operand) / groups_of(step);
  if (const auto* convolution = std::get_if<Convolution>(&step.operation)) selection.taps = reference::taps_of(convolution->window).count();
  selection.outputs = list(at.channels[static_cast<size_t>(step.output)]);
  selection.inputs.resize(static_cast<size_t>(active_groups(model, step, point)));
  const bool linear = std::holds_alternative<Linear>(step.operation);
  const std::vector<int64_t> order = row_order(model.plan, at, operand, linear);
  const size_t per_group = order.size() / selection.inputs.size();
  for (size_t i = 0; i < order.size(); ++i) selection.inputs[i / per_group].push_back(order[i] % selection.columns);
  RowAffine affine = active_affine(model, step, point);
  selection.scale = std::move(affine.scale);
  selection.shift = std::move(affine.shift);
  return selection;
}

RowAffine active_affine(const LoweredModel& model, const Step& step, int point) {
  const ChannelAffine full = channel_affine(model, step, point);
  RowAffine affine;
  for (const int64_t c : list(point_of(model, point).channels[static_cast<size_t>(step.output)])) {
    affine.scale.push_back(full.scale[static_cast<size_t>(c)]);
    affine.shift.push_back(full.shift[static_cast<size_t>(c)]);
  }
  return affine;
}

}  // namespace tnn::onednn
