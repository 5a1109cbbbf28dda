#include "runtime/prefix/step_times.h"

#include <algorithm>
#include <utility>

#include "runtime/kernels/local_convolution.h"
#include "runtime/kernels/planar_convolution.h"
#include "runtime/kernels/tile_choice.h"
#include "runtime/kernels/winograd_weights.h"
#include "runtime/lowering/rewriting.h"
#include "runtime/prefix/layer.h"

namespace tnn::prefix {
namespace {

constexpr double kImpossible = std::numeric_limits<double>::infinity();
constexpr double kCyclesOfPixelPart = 4;  ///< of a wide batch norm: one part of one pixel, beside its vectors

class Estimates {
 public:
  Estimates(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
            const kernels::KernelSet& set)
      : plan_(plan), regions_(regions), numbering_(numbering), set_(set) {}

  StepTuning at(const PlanPoint& point, size_t index) const {
    const Step& step = plan_.steps[index];
    if (regions_.fused_into[index] != kNone) return {batch_norm_cycles(point, step), 0, 0, 0};
    if (!std::holds_alternative<Convolution>(step.operation) || point.steps[index].mode != StepMode::run) return {0, 0, 0, 0};
    return convolution_cycles(point, index);
  }

 private:
  StepTuning convolution_cycles(const PlanPoint& point, size_t index) const {
    const Step& step = plan_.steps[index];
    const Operand& input = step.inputs.front();
    const Layer layer = layer_of(plan_, numbering_, step);
    const bool fits = can_be_filtered(layer);
    const bool may_be_planar = regions_.of_value[static_cast<size_t>(step.output)] != kNone;
    if (!fits && !may_be_planar) return {0, 0, 0, 0};
    StepTuning cycles;
    kernels::WideWork work;
    const int64_t inputs = count_channels(plan_, point, input);
    work.pixels = plan_.value(step.output).shape.positions();
    work.outputs = count_channels(point.channels[static_cast<size_t>(step.output)]);
    if (layer.groups > 1) return grouped_cycles(layer, work);
    work.steps = std::max<int64_t>(1, inputs * layer.taps());
    work.segment_length = static_cast<double>(inputs) / static_cast<double>(input.size());
    cycles.wide = kernels::wide_cycles(set_, work);
    if (fits && inputs > 0) {
      cycles.winograd = kernels::winograd_cycles(set_, work.pixels / 4, inputs, work.outputs, input.size() == 1);
      if (input.size() == 1) cycles.transforming = kernels::transforming_winograd_cycles(set_, work.pixels / 4, inputs, work.outputs);
    }
    if (!may_be_planar) return cycles;
    work.pixels = kernels::PlanarLayout{numbering_[static_cast<size_t>(step.output)]}.span();
    cycles.planar = kernels::choose_planar_tiling(set_, work, is_preactivated(index)).cycles;
    return cycles;
  }

  /// `work`: of the whole layer, but for its steps.
  StepTuning grouped_cycles(const Layer& layer, kernels::WideWork work) const {
    const int64_t size = layer.inputs_per_group;
    const double groups = static_cast<double>(work.outputs) / static_cast<double>(size);
    StepTuning cycles;
    cycles.winograd = kernels::grouped_winograd_cycles(set_, work.pixels / 4, size, work.outputs);
    work.outputs = size;
    work.steps = size * layer.taps();
    work.segment_length = static_cast<double>(size);
    cycles.wide = groups * (kernels::LocalWeights::has_kernel(size, size) ? kernels::grouped_cycles(set_, work.pixels, size, layer.taps())
                                                                          : kernels::wide_cycles(set_, work));
    return cycles;
  }

  bool is_preactivated(size_t index) const {
    const auto& fused = regions_.fused_into;
    return std::find(fused.begin(), fused.end(), static_cast<int>(index)) != fused.end();
  }

  double batch_norm_cycles(const PlanPoint& point, const Step& step) const {
    double cycles = 0;
    for (const Segment& segment : step.inputs.front()) {
      const int64_t channels = count_channels(active_channels(point, segment));
      const int64_t vectors = (channels + set_.lanes - 1) / set_.lanes;
      if (channels > 0) cycles += kCyclesOfPixelPart + 3 * static_cast<double>(vectors);
    }
    return cycles * static_cast<double>(plan_.value(step.output).shape.positions());
  }

  const Plan& plan_;
  const PlanarRegions& regions_;
  const std::vector<kernels::ImageLayout>& numbering_;
  const kernels::KernelSet& set_;
};

}  // namespace

StepTimes times_of_steps(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
                         const kernels::KernelSet& set, const Tuning& tuning) {
  const Estimates estimates(plan, regions, numbering, set);
  StepTimes times(plan.points.size());
  for (size_t p = 0; p < plan.points.size(); ++p)
    for (size_t s = 0; s < plan.steps.size(); ++s) times[p].push_back(estimates.at(plan.points[p], s));
  if (tuning.points.empty()) return times;
  for (size_t p = 0; p < plan.points.size(); ++p)
    for (size_t s = 0; s < plan.steps.size(); ++s) {
      const StepTuning estimated = std::exchange(times[p][s], tuning.points[p][s]);
      if (estimated.transforming < kImpossible)
        times[p][s].transforming = times[p][s].winograd * estimated.transforming / estimated.winograd;
    }
  return times;
}

}  // namespace tnn::prefix
