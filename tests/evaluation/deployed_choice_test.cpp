#include <algorithm>

#include "catch_compat.h"
#include "control/random_controller.h"
#include "cost/cost.h"
#include "evaluation/choice.h"

using namespace tnn;

namespace {

/// What a network answers at each action, from the runtime that runs controllers.
ActionOutputs outputs_of(const ThrottledNetwork& network, const std::vector<float>& inputs, int64_t count) {
  ActionOutputs outputs{kActions, kClasses, {}, {}, std::vector<float>(static_cast<size_t>(count * kClasses) * kActions.size())};
  InferenceContext context = network.context();
  for (int64_t i = 0; i < count; ++i) {
    outputs.samples.push_back(static_cast<uint32_t>(i));
    outputs.labels.push_back(i % kClasses);
    for (size_t k = 0; k < kActions.size(); ++k)
      context.run_at(network.find_operating_point(kActions[k]), inputs.data() + i * 64, 1,
                     outputs.logits.data() + (static_cast<size_t>(i) * kActions.size() + k) * kClasses);
  }
  return outputs;
}

ActionCosts costs_of(const ThrottledNetwork& network) {
  ActionCosts costs;
  for (const double u : kActions)
    costs.macs.push_back(static_cast<double>(network.operating_points()[static_cast<size_t>(network.find_operating_point(u))].cost.macs));
  return costs;
}

/// Points and costs as they were deployed are those that the choice counts with.
void check_same(const ThrottledNetwork& network, const Choice& choice, const std::vector<Decision>& decisions) {
  std::vector<double> shares(kActions.size());
  for (size_t i = 0; i < decisions.size(); ++i) {
    REQUIRE(static_cast<double>(decisions[i].macs) == choice.macs[i]);
    for (size_t k = 0; k < kActions.size(); ++k)
      shares[k] += network.find_operating_point(kActions[k]) == decisions[i].point ? 1.0 / static_cast<double>(decisions.size()) : 0;
  }
  for (size_t k = 0; k < shares.size(); ++k) REQUIRE(choice.shares[k] == Approx(shares[k]));
}

}  // namespace

TEST_CASE("a deployed cascade stops where the evaluated one does and costs the same") {
  const SavedModel model(random_classifier(3));
  const ThrottledNetwork network = ThrottledNetwork::load(model.path, reference_engine());
  const std::vector<float> inputs = model.model.input(kBatch, 9);
  const ActionOutputs outputs = outputs_of(network, inputs, kBatch);
  for (const ConfidenceMeasure measure : {ConfidenceMeasure::max_softmax, ConfidenceMeasure::entropy}) {
    std::vector<double> confidences;
    for (int64_t i = 0; i < kBatch; ++i) confidences.push_back(confidence(measure, outputs.of(i, 0), kClasses));
    std::sort(confidences.begin(), confidences.end());
    for (size_t c = 0; c + 1 < confidences.size(); ++c) {
      const double between = (confidences[c] + confidences[c + 1]) / 2;
      const Cascade cascade{measure, {{kActions[0], between}, {kActions[1], confidences[c]}, {kActions[2], 0}}};
      std::vector<float> answers(kBatch * kClasses);
      std::vector<Decision> decisions(kBatch);
      make_cascade(network, cascade, reference_engine())->run(inputs.data(), kBatch, answers.data(), decisions.data());
      check_same(network, cascade_choice(outputs, costs_of(network), cascade), decisions);
    }
  }
}

TEST_CASE("a deployed controller costs what the evaluated one is charged with") {
  const SavedModel model(random_classifier(3));
  const ThrottledNetwork network = ThrottledNetwork::load(model.path, reference_engine());
  const std::vector<float> inputs = model.model.input(kBatch, 9);
  const ActionOutputs outputs = outputs_of(network, inputs, kBatch);
  for (const ControllerInput input : kInputs)
    for (uint64_t seed = 0; seed < 6; ++seed) {
      const SavedController saved(model, input, seed);
      std::vector<float> answers(kBatch * kClasses);
      std::vector<Decision> decisions(kBatch);
      load_controller(network, model.path, saved.path, reference_engine())->run(inputs.data(), kBatch, answers.data(), decisions.data());
      std::vector<int64_t> actions;
      for (const Decision& decision : decisions)
        for (size_t k = 0; k < kActions.size(); ++k)
          if (network.find_operating_point(kActions[k]) == decision.point) actions.push_back(static_cast<int64_t>(k));
      const Graph& own = saved.network->description.graph;
      const auto macs = static_cast<double>(network_cost(own, Configuration::full(own)).macs);
      check_same(network, learned_choice(outputs, costs_of(network), actions, input, {macs, 0}), decisions);
    }
}
