#include "runtime/prefix/winograd_choice.h"

#include <algorithm>

#include "runtime/kernels/planar_convolution.h"
#include "runtime/kernels/tile_choice.h"
#include "runtime/lowering/rewriting.h"

namespace tnn::prefix {
namespace {

constexpr double kGain = 0.9;           ///< of the direct estimate, for what estimates leave out
constexpr double kMeasuredGain = 0.97;  ///< of the direct time

struct Candidate {
  size_t step = 0;
  int64_t extra_weights = 0;
  double saved = 0;  ///< at the point that saves most
  WeightForms forms;
};

/// Whether a value may lie in planes while the layer's output is wide.
bool may_be_planar(const PlanarRegions& regions, ValueId value, ValueId output) {
  const int region = regions.of_value[static_cast<size_t>(value)];
  return value == 0 || (region != kNone && region != regions.of_value[static_cast<size_t>(output)]);  // 0: the network's input
}

/// Whether a layer reads wide values and writes a prefix of its outputs, with shared weights, at every point.
bool is_eligible(const Plan& plan, const PlanarRegions& regions, const Step& step, const Layer& layer) {
  if (!std::holds_alternative<Convolution>(step.operation) || layer.groups != 1 || layer.output_extent.size() != 2) return false;
  const Operand& input = step.inputs.front();
  if (!kernels::winograd_fits(layer.window, layer.output_extent)) return false;
  for (const Segment& segment : input)
    if (!segment.is_plain() || may_be_planar(regions, segment.value, step.output)) return false;
  return std::all_of(plan.points.begin(), plan.points.end(), [&](const PlanPoint& point) {
    const auto pieces = output_pieces(layer, false, point.channels[static_cast<size_t>(step.output)]);
    return pieces.empty() || (pieces.size() == 1 && !pieces.front().copied && pieces.front().outputs.front().begin == 0);
  });
}

/// The better of wide and planar kernels.
double direct_cycles(const kernels::KernelSet& set, const kernels::ImageLayout& numbering, kernels::WideWork work) {
  const double wide = kernels::wide_cycles(set, work);
  work.pixels = kernels::PlanarLayout{numbering}.span();
  return std::min(wide, kernels::choose_planar_tiling(set, work, false).cycles);
}

/// What a layer takes at a point in both ways: estimated cycles, or measured time.
struct Times {
  double direct = 0, filtered = 0;
  bool filtering_pays = false;
};

Times estimate(const kernels::KernelSet& set, const kernels::ImageLayout& numbering, int64_t positions, int64_t inputs, int64_t outputs) {
  kernels::WideWork work;
  work.pixels = positions, work.outputs = outputs, work.steps = inputs * 9, work.segment_length = static_cast<double>(inputs);
  const double direct = direct_cycles(set, numbering, work), filtered = kernels::winograd_cycles(set, positions / 4, inputs, outputs);
  return {direct, filtered, filtered < kGain * direct};
}

Times measured(const StepTuning& tuned) {
  const double direct = std::min(tuned.wide, tuned.planar);
  return {direct, tuned.winograd, tuned.winograd < kMeasuredGain * direct};
}

Candidate candidate_of(const Plan& plan, const std::vector<kernels::ImageLayout>& numbering, const kernels::KernelSet& set, size_t index,
                       const Layer& layer, const Tuning& tuning) {
  const Step& step = plan.steps[index];
  const int64_t positions = plan.value(step.output).shape.positions(), weights = layer.outputs_per_group * layer.inputs_per_group * 9;
  Candidate candidate{index, weights * kernels::kWinogradPositions / 9, 0, {}};
  bool all = true;
  for (size_t p = 0; p < plan.points.size(); ++p) {
    const PlanPoint& point = plan.points[p];
    const int64_t inputs = count_channels(plan, point, step.inputs.front());
    const int64_t outputs = count_channels(point.channels[static_cast<size_t>(step.output)]);
    const bool runs = point.steps[index].mode == StepMode::run && outputs > 0;
    if (!runs || inputs == 0) {
      candidate.forms.winograd_points.push_back(false);
      all = all && !runs;  // of no inputs: directly
      continue;
    }
    const StepTuning* const tuned = tuning.find(static_cast<int>(p), index);
    const Times times = tuned ? measured(*tuned) : estimate(set, numbering[static_cast<size_t>(step.output)], positions, inputs, outputs);
    candidate.forms.winograd_points.push_back(times.filtering_pays);
    all = all && times.filtering_pays;
    if (times.filtering_pays) candidate.saved = std::max(candidate.saved, times.direct - times.filtered);
  }
  candidate.forms.direct = !all;
  if (all) candidate.extra_weights -= weights;
  return candidate;
}

bool saves_more_a_byte(const Candidate& a, const Candidate& b) {
  return a.saved * static_cast<double>(b.extra_weights) > b.saved * static_cast<double>(a.extra_weights);
}

}  // namespace

std::vector<WeightForms> choose_winograd(const Plan& plan, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
                                         const kernels::KernelSet& set, const Tuning& tuning) {
  std::vector<WeightForms> forms(plan.steps.size());
  std::vector<Candidate> candidates;
  int64_t weights = 0;
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    if (!is_weighted(plan.steps[s].operation)) continue;
    const Layer layer = layer_of(plan, numbering, plan.steps[s]);
    weights += layer.groups * layer.outputs_per_group * layer.inputs_per_group * layer.taps();
    if (!is_eligible(plan, regions, plan.steps[s], layer)) continue;
    candidates.push_back(candidate_of(plan, numbering, set, s, layer, tuning));
    if (candidates.back().saved <= 0) candidates.pop_back();
  }
  std::stable_sort(candidates.begin(), candidates.end(), saves_more_a_byte);
  double left = tuning.winograd_share * static_cast<double>(weights);
  for (Candidate& candidate : candidates) {
    if (static_cast<double>(candidate.extra_weights) > left) continue;
    left -= static_cast<double>(candidate.extra_weights);
    forms[candidate.step] = std::move(candidate.forms);
  }
  return forms;
}

}  // namespace tnn::prefix
