#include <algorithm>

#include "runtime/kernels/planar_convolution.h"
#include "runtime/lowering/rewriting.h"
#include "runtime/prefix/point_layouts.h"

namespace tnn::prefix {
namespace {

constexpr double kCyclesOfPixelPart = 12;  ///< of a wide batch norm: one part of one pixel, beside its vectors
constexpr double kPlanarGain = 0.95;       ///< planes have to be that much faster, for what estimates and single steps' times leave out

struct Cycles {
  double wide = 0, planar = 0;
};

/// Estimates, in cycles, of a convolution whose result lies in a region.
Cycles convolution_cycles(const ModelParts& parts, int point_index, size_t index, bool preactivated) {
  const Plan& plan = parts.plan();
  const PlanPoint& point = plan.points[static_cast<size_t>(point_index)];
  const Step& step = plan.steps[index];
  const Operand& input = step.inputs.front();
  kernels::WideWork work;
  const int64_t inputs = count_channels(plan, point, input), taps = parts.weights[index]->layer().taps();
  work.pixels = plan.value(step.output).shape.positions();
  work.outputs = count_channels(point.channels[static_cast<size_t>(step.output)]);
  work.steps = std::max<int64_t>(1, inputs * taps);
  work.segment_length = static_cast<double>(inputs) / static_cast<double>(input.size());
  Cycles cycles;
  cycles.wide = parts.weights[index]->at(point_index).winograd
                    ? kernels::winograd_cycles(parts.kernels, work.pixels / 4, inputs, work.outputs)
                    : kernels::wide_cycles(parts.kernels, work);
  work.pixels = kernels::PlanarLayout{parts.numbering[static_cast<size_t>(step.output)]}.span();
  cycles.planar = kernels::choose_planar_tiling(parts.kernels, work, preactivated).cycles;
  return cycles;
}

/// The same as measured, of any step.
Cycles measured_times(const ModelParts& parts, int point_index, size_t index, const StepTuning& tuned) {
  const bool filters = parts.weights[index] && parts.weights[index]->at(point_index).winograd;
  return {filters ? tuned.winograd : tuned.wide, tuned.planar};
}

/// A batch norm that planes would spare.
double batch_norm_cycles(const ModelParts& parts, const PlanPoint& point, const Step& step) {
  double cycles = 0;
  for (const Segment& segment : step.inputs.front()) {
    const int64_t channels = count_channels(active_channels(point, segment));
    const int64_t vectors = (channels + parts.kernels.lanes - 1) / parts.kernels.lanes;
    if (channels > 0) cycles += kCyclesOfPixelPart + 3 * static_cast<double>(vectors);
  }
  return cycles * static_cast<double>(parts.plan().value(step.output).shape.positions());
}

/// Whether a step can have a planar result at a point: with the shared weights, and one image in hand.
bool can_be_planar(const ModelParts& parts, int point_index, size_t index, size_t split, int64_t batch_limit) {
  const PlanPoint& point = parts.plan().points[static_cast<size_t>(point_index)];
  const bool alone = batch_limit == 1 || (index + 1 < split || (index < split && split == parts.plan().steps.size()));
  if (!alone || point.steps[index].mode == StepMode::residual_only) return false;
  if (!parts.weights[index] || point.steps[index].mode == StepMode::skip) return true;
  if (!parts.weights[index]->has_direct()) return false;
  const ChannelRanges& active = point.channels[static_cast<size_t>(parts.plan().steps[index].output)];
  return active.size() == 1 && active.front().begin == 0;
}

}  // namespace

std::vector<bool> choose_planar_regions(const ModelParts& parts, int point_index, size_t split, int64_t batch_limit) {
  const Plan& plan = parts.plan();
  const PlanPoint& point = plan.points[static_cast<size_t>(point_index)];
  const auto count = static_cast<size_t>(parts.regions.count);
  std::vector<bool> possible(count, !parts.uses_bf16());  // bf16 kernels read pixels
  std::vector<Cycles> cycles(count);
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const Step& step = plan.steps[s];
    const int region = parts.regions.of_value[static_cast<size_t>(step.output)];
    if (region == kNone) continue;
    const auto r = static_cast<size_t>(region);
    possible[r] = possible[r] && can_be_planar(parts, point_index, s, split, batch_limit);
    if (point.steps[s].mode != StepMode::run) continue;
    if (const StepTuning* const tuned = parts.tuning.find(point_index, s)) {
      const Cycles own = measured_times(parts, point_index, s, *tuned);
      cycles[r].wide += own.wide;
      cycles[r].planar += own.planar;
      continue;
    }
    if (parts.regions.fused_into[s] != kNone) cycles[r].wide += batch_norm_cycles(parts, point, step);
    if (!parts.weights[s]) continue;
    const auto& fused = parts.regions.fused_into;
    const Cycles own = convolution_cycles(parts, point_index, s, std::find(fused.begin(), fused.end(), static_cast<int>(s)) != fused.end());
    cycles[r].wide += own.wide;
    cycles[r].planar += own.planar;
  }
  std::vector<bool> planar(count);
  for (size_t r = 0; r < count; ++r) planar[r] = possible[r] && cycles[r].planar < kPlanarGain * cycles[r].wide;
  return planar;
}

}  // namespace tnn::prefix
