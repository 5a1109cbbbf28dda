#include "evaluation/choice.h"

#include "catch_compat.h"
#include "core/random_stream.h"
#include "evaluation/compare_controllers.h"

using namespace tnn;

namespace {

/// Four samples, three actions, two classes, all of class 0. An entry: the logit of class 0 beside 0 for class 1; right where it is above
/// 0.
ActionOutputs hand_made(const std::vector<std::vector<float>>& table) {
  ActionOutputs outputs{{0.25, 0.5, 1}, 2, {}, {}, {}};
  for (const auto& row : table) {
    outputs.samples.push_back(static_cast<uint32_t>(outputs.samples.size()));
    outputs.labels.push_back(0);
    for (const float logit : row) outputs.logits.insert(outputs.logits.end(), {logit, 0});
  }
  return outputs;
}

const ActionCosts kCosts{{1, 4, 16}, {0.1, 0.2, 0.6}};
// Right at: all; the last two; the last one; none (and sure of it).
const ActionOutputs kOutputs = hand_made({{3, 3, 3}, {-0.1f, 2, 3}, {-0.2f, -0.3f, 1}, {-4, -4, -4}});

}  // namespace

TEST_CASE("fixed, random, chord and oracle on a table made by hand") {
  CHECK(fixed_choice(kOutputs, kCosts, 0).top1() == 0.25);
  CHECK(fixed_choice(kOutputs, kCosts, 1).name == "fixed u=0.5");
  CHECK(fixed_choice(kOutputs, kCosts, 1).top1() == 0.5);
  CHECK(fixed_choice(kOutputs, kCosts, 2).top1() == 0.75);
  CHECK(fixed_choice(kOutputs, kCosts, 2).mean_macs() == 16);
  CHECK(fixed_choice(kOutputs, kCosts, 2).mean_latency_ms() == Approx(0.6));

  const Choice random = random_choice(kOutputs, kCosts, {0.5, 0, 0.5});
  CHECK(random.top1() == Approx(0.5));
  CHECK(random.mean_macs() == Approx(8.5));
  CHECK(random.mean_u(kOutputs.utilizations) == Approx(0.625));

  // From (1, 0.25) to (16, 0.75) the chord passes (4, 0.35), below the middle action: at 10 the pair (4, 16) is the best.
  const Choice chord = chord_choice(kOutputs, kCosts, 10);
  CHECK(chord.mean_macs() == Approx(10));
  CHECK(chord.top1() == Approx(0.625));
  CHECK(chord.shares == std::vector<double>{0, 0.5, 0.5});
  CHECK(chord_choice(kOutputs, kCosts, 100).top1() == 0.75);
  CHECK(chord_choice(kOutputs, kCosts, 0.5).mean_macs() == 1);

  // A cheaper action that is more accurate than every mixture of just that cost is the chord.
  const ActionOutputs falling = hand_made({{-1, 1, -1}, {-1, 1, -1}, {-1, 1, 1}, {1, -1, 1}});
  CHECK(chord_choice(falling, kCosts, 10).top1() == 0.75);
  CHECK(chord_choice(falling, kCosts, 100).mean_macs() == 4);

  const Choice oracle = oracle_choice(kOutputs, kCosts);
  CHECK(oracle.right == std::vector<double>{1, 1, 1, 0});
  CHECK(oracle.macs == std::vector<double>{1, 4, 16, 1});
  CHECK(oracle.shares == std::vector<double>{0.5, 0.25, 0.25});
}

TEST_CASE("a cascade pays for every pass, and a learned controller for itself and its look") {
  const Cascade cascade{ConfidenceMeasure::max_softmax, {{0.25, 0.9}, {1, 0}}};  // sure of the first and the last sample
  const Choice cascaded = cascade_choice(kOutputs, kCosts, cascade);
  CHECK(cascaded.name == "cascade max_softmax");
  CHECK(cascaded.right == std::vector<double>{1, 1, 1, 0});
  CHECK(cascaded.macs == std::vector<double>{1, 17, 17, 1});
  CHECK(cascaded.latency_ms[1] == Approx(0.7));
  CHECK_THROWS_WITH(cascade_choice(kOutputs, kCosts, {ConfidenceMeasure::entropy, {{0.3, 0.5}, {1, 0}}}), ContainsSubstring("0.3"));

  const std::vector<int64_t> actions{0, 1, 2, 0};
  const Choice pixels = learned_choice(kOutputs, kCosts, actions, ControllerInput::pixels, {2, 0.05});
  CHECK(pixels.macs == std::vector<double>{3, 6, 18, 3});
  CHECK(pixels.right == std::vector<double>{1, 1, 1, 0});
  const Choice logits = learned_choice(kOutputs, kCosts, actions, ControllerInput::logits, {2, 0.05});
  CHECK(logits.macs == std::vector<double>{3, 7, 19, 3});  // the first action is computed for all; it is its own answer
  CHECK(logits.latency_ms[1] == Approx(0.35));
}

TEST_CASE("what the reward charges for an action is what the evaluated controller pays, but for its own network") {
  for (const ControllerInput input : {ControllerInput::pixels, ControllerInput::features, ControllerInput::logits}) {
    const std::vector<double> charged = macs_of_actions(kCosts, input);
    const std::vector<int64_t> actions{0, 1, 2, 1};
    const Choice choice = learned_choice(kOutputs, kCosts, actions, input, {0.5, 0});
    for (size_t i = 0; i < actions.size(); ++i) CHECK(choice.macs[i] == charged[static_cast<size_t>(actions[i])] + 0.5);
  }
}

TEST_CASE("the best cascade reaches what its budget allows, and no more") {
  const Cascade best = best_cascade(kOutputs, kCosts, ConfidenceMeasure::max_softmax, 9);
  const Choice choice = cascade_choice(kOutputs, kCosts, best);
  CHECK(choice.top1() == 0.75);
  CHECK(choice.mean_macs() <= 9);
  CHECK(cascade_choice(kOutputs, kCosts, best_cascade(kOutputs, kCosts, ConfidenceMeasure::entropy, 1)).mean_macs() == 1);
}

TEST_CASE("the best cascade is that of a search through every stage and threshold") {
  RandomStream random(7);
  for (int table = 0; table < 20; ++table) {
    std::vector<std::vector<float>> rows(12, std::vector<float>(3));
    for (auto& row : rows)
      for (size_t k = 0; k < 3; ++k) row[k] = static_cast<float>(random.normal() + 0.4 * static_cast<double>(k));
    const ActionOutputs outputs = hand_made(rows);
    const double budget = 1 + 15 * random.uniform();
    const Choice found = cascade_choice(outputs, kCosts, best_cascade(outputs, kCosts, ConfidenceMeasure::max_softmax, budget));
    std::vector<double> thresholds{0, 2};  // no sample, and all
    for (int64_t i = 0; i < 12; ++i)
      for (int64_t k = 0; k < 2; ++k) thresholds.push_back(confidence(ConfidenceMeasure::max_softmax, outputs.of(i, k), 2));
    double best = 0;
    for (const double first : thresholds)
      for (const double second : thresholds)
        for (const std::vector<Cascade::Stage>& stages : {std::vector<Cascade::Stage>{{0.25, first}, {0.5, second}, {1, 0}},
                                                          {{0.25, first}, {0.5, 0}},
                                                          {{0.25, first}, {1, 0}},
                                                          {{0.5, first}, {1, 0}},
                                                          {{0.25, 0}},
                                                          {{0.5, 0}},
                                                          {{1, 0}}}) {
          const Choice choice = cascade_choice(outputs, kCosts, {ConfidenceMeasure::max_softmax, stages});
          if (choice.mean_macs() <= budget) best = std::max(best, choice.top1());
        }
    CHECK(found.mean_macs() <= budget);
    CHECK(found.top1() == best);
  }
}

TEST_CASE("a learned controller is compared with every rival on the same samples") {
  const ControllerDescription description{ControllerInput::pixels, kOutputs.utilizations, "", {{ConfidenceMeasure::entropy, {{1, 0}}}}};
  const ControllerRivals rivals = controller_rivals(kOutputs, kCosts, description, {0, 1, 2, 0}, {0, 0});
  std::vector<std::string> names;
  for (const Choice& choice : rivals.choices) names.push_back(choice.name);
  CHECK(names == std::vector<std::string>{"fixed u=0.25", "fixed u=0.5", "fixed u=1", "random", "chord", "cascade entropy",
                                          "learned pixels", "oracle"});
  CHECK(names[rivals.learned] == "learned pixels");
}

TEST_CASE("better is said of a significantly higher accuracy at mean MACs that are not shown to be higher") {
  Choice good, poor;
  for (int i = 0; i < 200; ++i) {
    good.right.push_back(i % 10 != 0), poor.right.push_back(i % 10 != 0 && i % 5 != 1);
    good.macs.push_back(1), poor.macs.push_back(1);
  }
  CHECK(compare_choices(good, poor).better);
  CHECK_FALSE(compare_choices(poor, good).better);
  CHECK_FALSE(compare_choices(good, good).better);
  good.macs[0] = 2, good.macs[1] = 0;  // by chance
  CHECK(compare_choices(good, poor).better);
  for (size_t i = 0; i < 20; ++i) good.macs[i] = 2;
  CHECK_FALSE(compare_choices(good, poor).better);
}
