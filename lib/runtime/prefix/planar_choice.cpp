#include "runtime/prefix/planar_choice.h"

#include <algorithm>
#include <limits>

#include "runtime/kernels/planar_convolution.h"
#include "runtime/kernels/tile_choice.h"
#include "runtime/kernels/winograd.h"
#include "runtime/lowering/rewriting.h"
#include "runtime/prefix/layer.h"

namespace tnn::prefix {
namespace {

constexpr double kCyclesOfPixelPart = 12;  ///< of a wide batch norm: one part of one pixel, beside its vectors
constexpr double kPlanarGain = 0.95;       ///< planes have to be that much faster, for what estimates and single steps' times leave out

struct Cycles {
  double wide = 0, planar = 0;

  void add(const Cycles& other) { wide += other.wide, planar += other.planar; }
};

/// Estimates, in cycles, of the steps of a point.
class Estimate {
 public:
  Estimate(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
           const kernels::KernelSet& set, int point)
      : plan_(plan), regions_(regions), numbering_(numbering), set_(set), point_(plan.points[static_cast<size_t>(point)]) {}

  Cycles of(size_t index, bool filtered) const {
    const Step& step = plan_.steps[index];
    if (is_weighted(step.operation)) return of_convolution(index, filtered);
    return {regions_.fused_into[index] == kNone ? 0 : of_batch_norm(step), 0};
  }

 private:
  Cycles of_convolution(size_t index, bool filtered) const {
    const Step& step = plan_.steps[index];
    const Operand& input = step.inputs.front();
    const auto& fused = regions_.fused_into;
    const bool preactivated = std::find(fused.begin(), fused.end(), static_cast<int>(index)) != fused.end();
    kernels::WideWork work;
    const int64_t inputs = count_channels(plan_, point_, input), taps = layer_of(plan_, numbering_, step).taps();
    work.pixels = plan_.value(step.output).shape.positions();
    work.outputs = count_channels(point_.channels[static_cast<size_t>(step.output)]);
    work.steps = std::max<int64_t>(1, inputs * taps);
    work.segment_length = static_cast<double>(inputs) / static_cast<double>(input.size());
    Cycles cycles;
    cycles.wide = filtered ? kernels::winograd_cycles(set_, work.pixels / 4, inputs, work.outputs) : kernels::wide_cycles(set_, work);
    work.pixels = kernels::PlanarLayout{numbering_[static_cast<size_t>(step.output)]}.span();
    cycles.planar = kernels::choose_planar_tiling(set_, work, preactivated).cycles;
    return cycles;
  }

  /// A batch norm that planes would spare.
  double of_batch_norm(const Step& step) const {
    double cycles = 0;
    for (const Segment& segment : step.inputs.front()) {
      const int64_t channels = count_channels(active_channels(point_, segment));
      const int64_t vectors = (channels + set_.lanes - 1) / set_.lanes;
      if (channels > 0) cycles += kCyclesOfPixelPart + 3 * static_cast<double>(vectors);
    }
    return cycles * static_cast<double>(plan_.value(step.output).shape.positions());
  }

  const Plan& plan_;
  const PlanarRegions& regions_;
  const std::vector<kernels::ImageLayout>& numbering_;
  const kernels::KernelSet& set_;
  const PlanPoint& point_;
};

/// Whether a step can have a planar result at a point: with the weights that points share.
bool can_be_planar(const Plan& plan, const PlanPoint& point, size_t index) {
  const StepMode mode = point.steps[index].mode;
  if (mode == StepMode::residual_only) return false;
  if (mode == StepMode::skip || !is_weighted(plan.steps[index].operation)) return true;
  const ChannelRanges& active = point.channels[static_cast<size_t>(plan.steps[index].output)];
  return active.size() == 1 && active.front().begin == 0;
}

}  // namespace

std::vector<bool> where_planes_pay(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
                                   const kernels::KernelSet& set, const Tuning& tuning, int point, const std::vector<bool>& filtered) {
  const Estimate estimate(plan, regions, numbering, set, point);
  std::vector<Cycles> cycles(static_cast<size_t>(regions.count));
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const int region = regions.of_value[static_cast<size_t>(plan.steps[s].output)];
    const PlanPoint& at = plan.points[static_cast<size_t>(point)];
    if (region == kNone) continue;
    if (!can_be_planar(plan, at, s)) cycles[static_cast<size_t>(region)].planar = std::numeric_limits<double>::infinity();
    if (at.steps[s].mode != StepMode::run) continue;
    const StepTuning* const tuned = tuning.find(point, s);
    cycles[static_cast<size_t>(region)].add(tuned ? Cycles{filtered[s] ? tuned->winograd : tuned->wide, tuned->planar}
                                                  : estimate.of(s, filtered[s]));
  }
  std::vector<bool> pay;
  for (const Cycles& own : cycles) pay.push_back(own.planar < kPlanarGain * own.wide);
  return pay;
}

}  // namespace tnn::prefix
