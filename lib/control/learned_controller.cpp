#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "control/controller_checks.h"
#include "control/controller_features.h"
#include "control/input_controller.h"
#include "control/subset_runner.h"
#include "core/error.h"
#include "graph/graph_builder.h"

namespace tnn {
namespace {

int64_t elements(const std::vector<int64_t>& shape) { return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>()); }

/// Operating points of utilizations, in their order.
std::vector<int> points_of(const ThrottledNetwork& network, const std::vector<double>& utilizations) {
  std::vector<int> points;
  for (const double u : utilizations) points.push_back(network.find_operating_point(u));
  return points;
}

/// The pass at the first action that is looked at, of all inputs.
class FirstPass {
 public:
  /// `network` gives the features as an output, where they are what is looked at.
  FirstPass(const ThrottledNetwork& network, std::optional<ControllerFeatures> features, int point, int64_t batch_limit)
      : runner_(network, batch_limit), features_(std::move(features)), point_(point) {
    if (features_) output_ = *find_output(network.model().graph(), features_->node());
    all_.reserve(static_cast<size_t>(batch_limit));
  }

  /// Computes `batch` inputs, and writes what the controller sees of each, one after another.
  void run(const float* input, int64_t batch, OutputPointers outputs, float* seen) {
    all_.resize(static_cast<size_t>(batch));
    std::iota(all_.begin(), all_.end(), 0);
    runner_.run(point_, all_, input, outputs);
    for (size_t i = 0; i < all_.size(); ++i) {
      if (features_) {
        features_->copy(runner_.output(output_, i), seen);
        seen += features_->count();
      } else {
        for (const double value : log_softmax(runner_.first_output(i), runner_.output_size())) *seen++ = static_cast<float>(value);
      }
    }
  }

 private:
  SubsetRunner runner_;
  std::optional<ControllerFeatures> features_;  ///< none: log-probabilities
  size_t output_ = 0;                           ///< that holds them
  int point_;
  std::vector<int64_t> all_;
};

class LearnedController : public InputController {
 public:
  LearnedController(const ThrottledNetwork& network, const ThrottledNetwork& chooser, std::unique_ptr<FirstPass> first,
                    const ControllerDescription& description, int64_t batch_limit, double least_u)
      : network_(network),
        chooser_context_(chooser.context()),
        chooser_macs_(chooser.operating_points().back().cost.macs),
        first_(std::move(first)),
        points_(points_of(network, description.actions)),
        least_(action_of(description.actions, least_u)),
        runner_(network, batch_limit),
        limit_(batch_limit),
        scores_(static_cast<size_t>(limit_) * points_.size()),
        seen_(static_cast<size_t>(limit_ * elements(chooser.input_shape()))) {
    group_.reserve(static_cast<size_t>(limit_));
  }

  void run(const float* input, int64_t batch, OutputPointers outputs, Decision* decisions) override {
    check_call(network_, batch, limit_, outputs);
    std::fill_n(decisions, batch, Decision{points_.front(), chooser_macs_});
    const float* seen = input;
    if (first_) {
      first_->run(input, batch, outputs, seen_.data());
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
      if (first_ && k == 0) continue;  // computed already
      runner_.run(point, group_, input, outputs);
      for (const int64_t i : group_) decisions[i].point = point, decisions[i].macs += macs_of(network_, point);
    }
  }

 private:
  ThrottledNetwork network_;
  InferenceContext chooser_context_;
  int64_t chooser_macs_;
  std::unique_ptr<FirstPass> first_;  ///< none where the controller looks at the input
  std::vector<int> points_;           ///< of the actions
  int64_t least_;                     ///< action that a lower one is raised to
  SubsetRunner runner_;
  int64_t limit_;
  std::vector<float> scores_;  ///< [batch, actions]
  std::vector<float> seen_;    ///< [batch, ...]: the chooser's input where it is made of a first pass
  std::vector<int64_t> group_;
};

/// The shape of what the chooser takes, by what it is said to look at.
std::vector<int64_t> seen_shape(const ThrottledNetwork& network, const ControllerDescription& description,
                                const std::optional<ControllerFeatures>& features) {
  if (features) return {features->count()};
  return description.input == ControllerInput::pixels ? network.input_shape() : network.output_shape();
}

void check_fits(const ThrottledNetwork& network, const ThrottledNetwork& chooser, const ControllerDescription& description,
                const std::optional<ControllerFeatures>& features, const std::filesystem::path& file) {
  const auto actions = static_cast<int64_t>(description.actions.size());
  if (chooser.output_shape() != std::vector<int64_t>{actions})
    throw DataError(fmt::format("'{}' has a damaged controller: {} actions, but its network's output has the shape [{}]", file.string(),
                                actions, fmt::join(chooser.output_shape(), ", ")));
  if (description.input == ControllerInput::logits) check_logits(network, "a controller that looks at logits");
  const std::vector<int64_t> expected = seen_shape(network, description, features);
  if (chooser.input_shape() != expected)
    throw DataError(fmt::format("'{}' has a damaged controller: its network takes [{}], not [{}]", file.string(),
                                fmt::join(chooser.input_shape(), ", "), fmt::join(expected, ", ")));
}

std::optional<ControllerFeatures> features_of(const ThrottledNetwork& network, const ControllerDescription& description,
                                              const std::filesystem::path& file) try {
  if (description.input != ControllerInput::features) return std::nullopt;
  return ControllerFeatures(network.model().description, description.features, description.actions.front());
} catch (const UsageError& error) {
  throw DataError(fmt::format("'{}' has a damaged controller: {}", file.string(), error.what()));
}

/// The first pass that a controller looks at; of features it is of the same network with these as an output.
std::unique_ptr<FirstPass> first_pass(const ThrottledNetwork& network, const std::filesystem::path& model,
                                      const ControllerDescription& description, const std::optional<ControllerFeatures>& features,
                                      const RuntimeOptions& options) {
  if (!looks_at_first_pass(description.input)) return nullptr;
  const int point = network.find_operating_point(description.actions.front());
  if (!features) return std::make_unique<FirstPass>(network, features, point, options.batch_limit);
  RuntimeOptions with_features = options;
  with_features.extra_outputs = {features->name()};
  with_features.tuning_file.clear();
  return std::make_unique<FirstPass>(ThrottledNetwork::load(model, with_features), features, point, options.batch_limit);
}

}  // namespace

std::unique_ptr<InputController> load_controller(const ThrottledNetwork& network, const std::filesystem::path& model,
                                                 const std::filesystem::path& controller, const RuntimeOptions& options, double least_u) {
  const ControllerDescription description = controller_from_metadata(SafetensorsFile(controller).metadata(), controller.string());
  check_datapath(description, controller, model);
  RuntimeOptions chooser_options = options;
  chooser_options.tuning_file.clear();
  const ThrottledNetwork chooser = ThrottledNetwork::load(controller, chooser_options);
  const auto features = features_of(network, description, controller);
  check_fits(network, chooser, description, features, controller);
  return std::make_unique<LearnedController>(network, chooser, first_pass(network, model, description, features, options), description,
                                             options.batch_limit, least_u);
}

}  // namespace tnn
