#include "control/input_controller.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "control/subset_runner.h"
#include "core/error.h"

namespace tnn {
namespace {

int64_t elements(const std::vector<int64_t>& shape) { return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>()); }

void check_batch(int64_t batch, int64_t limit) {
  if (batch < 1 || batch > limit) throw UsageError(fmt::format("a batch of {} inputs (allowed: 1 to {})", batch, limit));
}

void check_logits(const ThrottledNetwork& network, const char* who) {
  if (network.output_shape().size() != 1)
    throw UsageError(
        fmt::format("{} needs logits: the network's first output has the shape [{}]", who, fmt::join(network.output_shape(), ", ")));
}

int64_t macs_of(const ThrottledNetwork& network, int point) { return network.operating_points()[static_cast<size_t>(point)].cost.macs; }

/// Operating points of utilizations, in their order.
std::vector<int> points_of(const ThrottledNetwork& network, const std::vector<double>& utilizations) {
  std::vector<int> points;
  for (const double u : utilizations) points.push_back(network.find_operating_point(u));
  return points;
}

class CascadeController : public InputController {
 public:
  CascadeController(const ThrottledNetwork& network, Cascade cascade, const RuntimeOptions& options)
      : cascade_(std::move(cascade)), network_(network), runner_(network, options.batch_limit), limit_(options.batch_limit) {
    for (const Cascade::Stage& stage : cascade_.stages) points_.push_back(network.find_operating_point(stage.u));
    waiting_.reserve(static_cast<size_t>(limit_)), next_.reserve(static_cast<size_t>(limit_));
  }

  void run(const float* input, int64_t batch, OutputPointers outputs, Decision* decisions) override {
    check_batch(batch, limit_);
    std::fill_n(decisions, batch, Decision{});
    waiting_.resize(static_cast<size_t>(batch));
    std::iota(waiting_.begin(), waiting_.end(), 0);
    for (size_t s = 0; s < points_.size() && !waiting_.empty(); ++s) {
      runner_.run(points_[s], waiting_, input, outputs);
      next_.clear();
      for (size_t i = 0; i < waiting_.size(); ++i) {
        Decision& decision = decisions[waiting_[i]];
        decision.point = points_[s];
        decision.macs += macs_of(network_, points_[s]);
        if (confidence(cascade_.measure, runner_.first_output(i), runner_.output_size()) < cascade_.stages[s].threshold)
          next_.push_back(waiting_[i]);
      }
      std::swap(waiting_, next_);
    }
  }

 private:
  Cascade cascade_;
  ThrottledNetwork network_;
  SubsetRunner runner_;
  int64_t limit_;
  std::vector<int> points_;
  std::vector<int64_t> waiting_, next_;  ///< places in the batch
};

class LearnedController : public InputController {
 public:
  LearnedController(const ThrottledNetwork& network, const ThrottledNetwork& chooser, const ControllerDescription& description,
                    const RuntimeOptions& options, double least_u)
      : network_(network),
        chooser_context_(chooser.context()),
        chooser_macs_(chooser.operating_points().back().cost.macs),
        from_logits_(description.input == ControllerInput::logits),
        points_(points_of(network, description.actions)),
        least_(action_of(description.actions, least_u)),
        runner_(network, options.batch_limit),
        limit_(options.batch_limit),
        scores_(static_cast<size_t>(limit_) * points_.size()),
        seen_(static_cast<size_t>(limit_ * elements(chooser.input_shape()))) {
    all_.reserve(static_cast<size_t>(limit_)), group_.reserve(static_cast<size_t>(limit_));
  }

  void run(const float* input, int64_t batch, OutputPointers outputs, Decision* decisions) override {
    check_batch(batch, limit_);
    std::fill_n(decisions, batch, Decision{points_.front(), chooser_macs_});
    const float* seen = input;
    if (from_logits_) {
      look(input, batch, outputs);
      for (int64_t i = 0; i < batch; ++i) decisions[i].macs += macs_of(network_, points_.front());
      seen = seen_.data();
    }
    chooser_context_.run(seen, batch, scores_.data());
    const auto actions = static_cast<int64_t>(points_.size());
    for (int64_t k = 0; k < actions; ++k) {
      group_.clear();
      for (int64_t i = 0; i < batch; ++i)
        if (std::max(least_, top_class(scores_.data() + i * actions, actions)) == k) group_.push_back(i);
      const int point = points_[static_cast<size_t>(k)];
      if (from_logits_ && k == 0) continue;  // computed already
      runner_.run(point, group_, input, outputs);
      for (const int64_t i : group_) decisions[i].point = point, decisions[i].macs += macs_of(network_, point);
    }
  }

 private:
  /// Computes everything at the first action: what the controller looks at.
  void look(const float* input, int64_t batch, OutputPointers outputs) {
    all_.resize(static_cast<size_t>(batch));
    std::iota(all_.begin(), all_.end(), 0);
    runner_.run(points_.front(), all_, input, outputs);
    float* to = seen_.data();
    for (size_t i = 0; i < all_.size(); ++i)
      for (const double value : log_softmax(runner_.first_output(i), runner_.output_size())) *to++ = static_cast<float>(value);
  }

  ThrottledNetwork network_;
  InferenceContext chooser_context_;
  int64_t chooser_macs_;
  bool from_logits_;
  std::vector<int> points_;  ///< of the actions
  int64_t least_;            ///< action that a lower one is raised to
  SubsetRunner runner_;
  int64_t limit_;
  std::vector<float> scores_;  ///< [batch, actions]
  std::vector<float> seen_;    ///< [batch, classes]: the chooser's input where it is made of logits
  std::vector<int64_t> all_, group_;
};

void check_fits(const ThrottledNetwork& network, const ThrottledNetwork& chooser, const ControllerDescription& description,
                const std::filesystem::path& file) {
  const auto actions = static_cast<int64_t>(description.actions.size());
  if (chooser.output_shape() != std::vector<int64_t>{actions})
    throw DataError(fmt::format("'{}' has a damaged controller: {} actions, but its network's output has the shape [{}]", file.string(),
                                actions, fmt::join(chooser.output_shape(), ", ")));
  if (description.input == ControllerInput::logits) check_logits(network, "a controller that looks at logits");
  const auto& expected = description.input == ControllerInput::pixels ? network.input_shape() : network.output_shape();
  if (chooser.input_shape() != expected)
    throw DataError(fmt::format("'{}' has a damaged controller: its network takes [{}], not [{}]", file.string(),
                                fmt::join(chooser.input_shape(), ", "), fmt::join(expected, ", ")));
}

}  // namespace

std::unique_ptr<InputController> load_controller(const ThrottledNetwork& network, const std::filesystem::path& model,
                                                 const std::filesystem::path& controller, const RuntimeOptions& options, double least_u) {
  const ControllerDescription description = controller_from_metadata(SafetensorsFile(controller).metadata(), controller.string());
  check_datapath(description, controller, model);
  RuntimeOptions chooser_options = options;
  chooser_options.tuning_file.clear();
  const ThrottledNetwork chooser = ThrottledNetwork::load(controller, chooser_options);
  check_fits(network, chooser, description, controller);
  return std::make_unique<LearnedController>(network, chooser, description, options, least_u);
}

std::unique_ptr<InputController> make_cascade(const ThrottledNetwork& network, const Cascade& cascade, const RuntimeOptions& options) {
  check_logits(network, "a cascade");
  if (cascade.stages.empty()) throw UsageError("a cascade without stages");
  return std::make_unique<CascadeController>(network, cascade, options);
}

}  // namespace tnn
