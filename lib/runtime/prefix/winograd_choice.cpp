#include "runtime/prefix/winograd_choice.h"

#include <algorithm>

#include "graph/node_traits.h"
#include "runtime/prefix/planar_choice.h"

namespace tnn::prefix {
namespace {

constexpr double kGain = 0.9;           ///< of the direct estimate, for what estimates leave out
constexpr double kMeasuredGain = 0.97;  ///< of the direct time

struct Candidate {
  size_t step = 0;
  int64_t extra_numbers = 0;  ///< that its weights take so, beyond those as they are
  double saved = 0;           ///< at the point that saves most, beside what takes no memory
  WeightForms forms;
};

/// Whether a value may lie in planes while the layer's output is wide.
bool may_be_planar(const PlanarRegions& regions, ValueId value, ValueId output) {
  const int region = regions.of_value[static_cast<size_t>(value)];
  return value == 0 || (region != kNone && region != regions.of_value[static_cast<size_t>(output)]);  // 0: the network's input
}

/// Whether outputs are the first groups, and their inputs side by side.
bool are_first_groups(const PlanPoint& point, const Operand& input, const ChannelRanges& outputs, int64_t size) {
  if (outputs.empty()) return true;
  if (input.size() != 1 || outputs.size() != 1 || outputs.front().begin != 0 || outputs.front().end % size != 0) return false;
  const ChannelRanges inputs = active_channels(point, input.front());
  return inputs.size() == 1 && inputs.front().begin == 0 && inputs.front().end >= outputs.front().end;
}

/// Whether a layer reads wide values and writes a prefix of its outputs, with shared weights, at every point; of groups the same whole
/// ones.
bool is_eligible(const Plan& plan, const PlanarRegions& regions, const Step& step, const Layer& layer) {
  if (!std::holds_alternative<Convolution>(step.operation) || !can_be_filtered(layer)) return false;
  const Operand& input = step.inputs.front();
  for (const Segment& segment : input)
    if (!segment.is_plain() || may_be_planar(regions, segment.value, step.output)) return false;
  return std::all_of(plan.points.begin(), plan.points.end(), [&](const PlanPoint& point) {
    const ChannelRanges& outputs = point.channels[static_cast<size_t>(step.output)];
    if (layer.groups > 1) return are_first_groups(point, input, outputs, layer.inputs_per_group);
    const auto pieces = output_pieces(layer, false, outputs);
    return pieces.empty() || (pieces.size() == 1 && !pieces.front().copied && pieces.front().outputs.front().begin == 0);
  });
}

/// Where the inputs end that are active at a point, counted as the layer's weights do.
int64_t end_of_inputs(const Plan& plan, const PlanPoint& point, const Operand& input) {
  int64_t first = 0, end = 0;
  for (const Segment& segment : input) {
    const ChannelRanges active = active_channels(point, segment);
    if (!active.empty()) end = first + active.back().end;
    first += plan.value(segment.value).channels;
  }
  return end;
}

/// What a layer takes at a point in both ways.
struct Times {
  double direct = 0, filtered = 0;
  double unfiltered = 0;  ///< without memory: the faster of direct and transforming
  bool filtering_pays = false, transforming_pays = false;
};

/// Of weights packed in blocks of 16 outputs.
int64_t packed_numbers(int64_t outputs, int64_t inputs, int64_t taps) {
  return kernels::round_up(outputs, kernels::kBlock) * inputs * taps;
}

bool saves_more_a_number(const Candidate& a, const Candidate& b) {
  return a.saved * static_cast<double>(b.extra_numbers) > b.saved * static_cast<double>(a.extra_numbers);
}

class Choice {
 public:
  Choice(const LoweredModel& model, const PlanarRegions& regions, const std::vector<kernels::ImageLayout>& numbering,
         const StepTimes& step_times, const Tuning& tuning, int64_t table_numbers)
      : plan_(model.plan),
        regions_(regions),
        step_times_(step_times),
        gain_(tuning.points.empty() ? kGain : kMeasuredGain),
        layers_(plan_.steps.size()) {
    times_.assign(plan_.steps.size(), std::vector<Times>(plan_.points.size()));
    int64_t packed = table_numbers;
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      const Step& step = plan_.steps[s];
      if (!traits_of(step.operation).is_weighted) continue;
      Layer& layer = layers_[s] = layer_of(plan_, numbering, step);
      packed += numbers_unfiltered(step, layer);
      if (is_eligible(plan_, regions, step, layer)) times_[s] = times_of(s);
    }
    batch_norms_ = regions_with_batch_norms();
    budget_ = tuning.weight_share * static_cast<double>(model.weights.stored_numbers()) - static_cast<double>(packed);
  }

  /// What a region gains in planes depends on which of its layers would else be filtered, for which there may not be memory. Ends, as each
  /// round gives up some.
  std::vector<WeightForms> choose() {
    while (true) {
      std::vector<WeightForms> forms = best_forms();
      if (leave_planar_layers(forms)) continue;
      for (size_t s = 0; s < forms.size(); ++s)
        if (forms[s].winograd_points.empty()) forms[s].transforming_points = transforming_points(s);
      return forms;
    }
  }

 private:
  /// Shared ones, and those that points have of their own.
  int64_t numbers_unfiltered(const Step& step, const Layer& layer) const {
    const bool local = is_local(plan_, step, layer);
    const int64_t inputs = layer.inputs_per_group, taps = layer.taps();
    int64_t numbers = local ? packed_numbers(layer.groups * layer.outputs_per_group, inputs, taps)
                            : layer.groups * packed_numbers(layer.outputs_per_group, inputs, taps);
    for (const PlanPoint& point : plan_.points)
      for (const OutputPiece& piece : output_pieces(layer, local, point.channels[static_cast<size_t>(step.output)]))
        if (piece.copied) numbers += packed_numbers(count_channels(piece.outputs), inputs, taps);
    return numbers;
  }

  /// By point; zeros where the layer does not run.
  std::vector<Times> times_of(size_t index) const {
    const Step& step = plan_.steps[index];
    std::vector<Times> times(plan_.points.size());
    for (size_t p = 0; p < plan_.points.size(); ++p) {
      const PlanPoint& point = plan_.points[p];
      const bool has_outputs = count_channels(point.channels[static_cast<size_t>(step.output)]) > 0;
      if (point.steps[index].mode != StepMode::run || !has_outputs || count_channels(plan_, point, step.inputs.front()) == 0) continue;
      const StepTuning& own = step_times_[p][index];
      const double direct = std::min(own.wide, own.planar);
      const bool has_one_part = step.inputs.front().size() == 1 && active_channels(point, step.inputs.front().front()).size() == 1;
      const bool transforming_pays = has_one_part && own.transforming < gain_ * direct;
      times[p] = {direct, own.winograd, transforming_pays ? own.transforming : direct, own.winograd < gain_ * direct, transforming_pays};
    }
    return times;
  }

  Candidate candidate_of(size_t index) const {
    const Step& step = plan_.steps[index];
    const Layer& layer = layers_[index];
    Candidate candidate{index, 0, 0, {}};
    candidate.forms.direct_outputs = candidate.forms.direct_inputs = 0;
    for (size_t p = 0; p < plan_.points.size(); ++p) {
      const PlanPoint& point = plan_.points[p];
      const Times& times = times_[index][p];
      candidate.forms.winograd_points.push_back(times.filtering_pays);
      if (times.filtering_pays) {
        candidate.saved = std::max(candidate.saved, times.unfiltered - times.filtered);
      } else if (point.steps[index].mode == StepMode::run) {
        const int64_t outputs = count_channels(point.channels[static_cast<size_t>(step.output)]);
        const int64_t inputs = layer.groups > 1 ? layer.inputs_per_group : end_of_inputs(plan_, point, step.inputs.front());
        candidate.forms.direct_outputs = std::max(candidate.forms.direct_outputs, outputs);
        candidate.forms.direct_inputs = std::max(candidate.forms.direct_inputs, inputs);
      }
    }
    candidate.extra_numbers =
        packed_numbers(layer.groups * layer.outputs_per_group, layer.inputs_per_group, kernels::kWinogradPositions - 9) +
        packed_numbers(candidate.forms.direct_outputs, candidate.forms.direct_inputs, 9);
    return candidate;
  }

  /// Where to filter a layer for whose transformed weights there is no memory. Empty: nowhere.
  std::vector<bool> transforming_points(size_t index) const {
    std::vector<bool> points;
    for (const Times& own : times_[index]) points.push_back(own.transforming_pays);
    return std::find(points.begin(), points.end(), true) == points.end() ? std::vector<bool>{} : points;
  }

  /// As many layers as there is memory for.
  std::vector<WeightForms> best_forms() const {
    std::vector<Candidate> candidates;
    for (size_t s = 0; s < times_.size(); ++s)
      if (std::any_of(times_[s].begin(), times_[s].end(), [](const Times& own) { return own.filtering_pays; }))
        candidates.push_back(candidate_of(s));
    std::stable_sort(candidates.begin(), candidates.end(), saves_more_a_number);
    std::vector<WeightForms> forms(times_.size());
    double left = budget_;
    for (Candidate& candidate : candidates) {
      if (static_cast<double>(candidate.extra_numbers) > left) continue;
      left -= static_cast<double>(candidate.extra_numbers);
      forms[candidate.step] = std::move(candidate.forms);
    }
    return forms;
  }

  /// Of each region whether planes spare it batch norms.
  std::vector<bool> regions_with_batch_norms() const {
    std::vector<bool> spared(static_cast<size_t>(regions_.count));
    for (size_t s = 0; s < plan_.steps.size(); ++s)
      if (const int region = region_of(s); region != kNone && regions_.fused_into[s] != kNone) spared[static_cast<size_t>(region)] = true;
    return spared;
  }

  std::vector<bool> planes_pay(size_t point, const std::vector<bool>& filtered) const {
    return where_planes_pay(plan_, regions_, step_times_, static_cast<int>(point), filtered);
  }

  void leave(size_t point, int region) {
    for (size_t s = 0; s < times_.size(); ++s)
      if (region_of(s) == region) times_[s][point].filtering_pays = false;
  }

  /// Gives up layers in regions that are faster in planes, or would be without what memory is there for: where planes spare batch norms, a
  /// region is filtered whole or not at all. Of the latter the last alone, whose maps are the smallest: there is memory for others then.
  /// True where there were such.
  bool leave_planar_layers(const std::vector<WeightForms>& forms) {
    bool some = false;
    std::vector<std::pair<int, size_t>> incomplete;  // region, point
    for (size_t p = 0; p < plan_.points.size(); ++p) {
      std::vector<bool> filtered, missing(static_cast<size_t>(regions_.count)), wanted(missing);
      for (size_t s = 0; s < forms.size(); ++s) {
        filtered.push_back(!forms[s].winograd_points.empty() && forms[s].winograd_points[p]);
        const int region = region_of(s);
        if (region == kNone || !times_[s][p].filtering_pays) continue;
        wanted[static_cast<size_t>(region)] = true;
        if (!filtered[s]) missing[static_cast<size_t>(region)] = true;
      }
      if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) continue;
      const std::vector<bool> planar = planes_pay(p, filtered), otherwise = planes_pay(p, std::vector<bool>(forms.size()));
      for (int r = 0; r < regions_.count; ++r) {
        const auto region = static_cast<size_t>(r);
        if (wanted[region] && planar[region])
          leave(p, r), some = true;
        else if (missing[region] && batch_norms_[region] && otherwise[region])
          incomplete.emplace_back(r, p);
      }
    }
    if (some || incomplete.empty()) return some;
    const int last = std::max_element(incomplete.begin(), incomplete.end())->first;
    for (const auto& [region, point] : incomplete)
      if (region == last) leave(point, region);
    return true;
  }

  int region_of(size_t step) const { return regions_.of_value[static_cast<size_t>(plan_.steps[step].output)]; }

  const Plan& plan_;
  const PlanarRegions& regions_;
  const StepTimes& step_times_;
  const double gain_;
  std::vector<Layer> layers_;              ///< of weighted steps
  std::vector<std::vector<Times>> times_;  ///< [step][point]; zeros for steps that cannot be filtered
  std::vector<bool> batch_norms_;          ///< of regions
  double budget_ = 0;                      ///< of numbers
};

}  // namespace

std::vector<WeightForms> choose_winograd(const LoweredModel& model, const PlanarRegions& regions,
                                         const std::vector<kernels::ImageLayout>& numbering, const StepTimes& times, const Tuning& tuning,
                                         int64_t table_numbers) {
  return Choice(model, regions, numbering, times, tuning, table_numbers).choose();
}

}  // namespace tnn::prefix
