#include "evaluation/floor_search.h"

#include "catch_compat.h"

using namespace tnn;

namespace {

const ActionCosts kCosts{{1, 4, 16}, {}};

/// Samples of class 0 of two: `sure` are right at every action and sure of it at the first, `late` are right from the second action on and
/// not sure at the first, `last` are right at the third alone and sure of the wrong class before.
ActionOutputs samples_of(int sure, int late, int last) {
  ActionOutputs outputs{{0.25, 0.5, 1}, 2, {}, {}, {}};
  const auto add = [&](int count, const std::vector<float>& logits) {
    for (int i = 0; i < count; ++i) {
      outputs.samples.push_back(static_cast<uint32_t>(outputs.samples.size()));
      outputs.labels.push_back(0);
      for (const float logit : logits) outputs.logits.insert(outputs.logits.end(), {logit, 0});
    }
  };
  add(sure, {4, 4, 4}), add(late, {-0.1f, 4, 4}), add(last, {-4, -4, 4});
  return outputs;
}

std::optional<CertifiedChoice> search(const ActionOutputs& outputs, const std::vector<std::vector<Cascade>>& kinds, RiskTarget target) {
  std::vector<SettingSequence> sequences;
  for (const auto& settings : kinds)
    sequences.push_back({settings, [&](const Cascade& cascade) { return cascade_choice(outputs, kCosts, cascade); }});
  return cheapest_certified(sequences, fixed_choice(outputs, kCosts, 2), target);
}

}  // namespace

TEST_CASE("settings go from the safest to the cheapest") {
  const auto fixed = fixed_settings({0.25, 0.5, 1});
  REQUIRE(fixed.size() == 3);
  CHECK(fixed[0].stages == std::vector<Cascade::Stage>{{1, 0}});
  CHECK(fixed[2].stages == std::vector<Cascade::Stage>{{0.25, 0}});
  const auto cascades = cascade_settings({0.25, 0.5, 1});
  CHECK(cascades.front().stages == std::vector<Cascade::Stage>{{1, 0}});  // the full network, without the passes before it
  CHECK(cascades[1].stages == std::vector<Cascade::Stage>{{0.25, 0.99}, {0.5, 0.99}, {1, 0}});
  CHECK(cascades.back().stages.front().threshold == 0);
}

TEST_CASE("the cheapest fixed u whose losses the samples allow is certified, with its losses counted") {
  const ActionOutputs outputs = samples_of(300, 98, 2);
  const auto found = search(outputs, {fixed_settings(outputs.utilizations)}, {0.05, 0.9});
  REQUIRE(found);
  CHECK(found->setting.stages == std::vector<Cascade::Stage>{{0.5, 0}});
  CHECK(found->certified.losses == 2);
  CHECK(found->choice.mean_macs() == 4);
}

TEST_CASE("of two kinds the cheaper certified one is taken: here a cascade, which looks twice at the unsure alone") {
  const ActionOutputs outputs = samples_of(300, 98, 2);
  const auto cascades = cascade_settings({0.25, 0.5, 1});
  const auto found = search(outputs, {fixed_settings(outputs.utilizations), cascades}, {0.05, 0.9});
  REQUIRE(found);
  REQUIRE(found->setting.stages.size() == 3);
  CHECK(found->certified.losses == 2);  // of those that are sure and wrong
  CHECK(found->choice.mean_macs() == Approx((302 * 1 + 98 * 5) / 400.0));
  // The threshold is as low as it can be: the unsure ones have a confidence of 0.525.
  CHECK(found->setting.stages.front().threshold == Approx(0.53));
}

TEST_CASE("several kinds share what may go wrong, and too few samples certify nothing") {
  const ActionOutputs outputs = samples_of(45, 0, 0);  // P(Bin(45, 0.05) = 0) = 0.099
  const auto fixed = fixed_settings(outputs.utilizations);
  CHECK(shared_target({0.05, 0.9}, 2).confidence == Approx(0.95));
  CHECK(search(outputs, {fixed}, {0.05, 0.9}).has_value());
  CHECK_FALSE(search(outputs, {fixed, cascade_settings({0.25, 1})}, {0.05, 0.9}).has_value());
}

TEST_CASE("a setting behind the first that fails is not taken, however few its losses") {
  const ActionOutputs outputs = samples_of(200, 0, 0);
  int asked = 0;
  const std::vector<SettingSequence> sequence{{fixed_settings(outputs.utilizations), [&](const Cascade& cascade) {
                                                 Choice choice = cascade_choice(outputs, kCosts, cascade);
                                                 if (++asked == 2) choice.right.assign(choice.right.size(), 0);
                                                 return choice;
                                               }}};
  const auto found = cheapest_certified(sequence, fixed_choice(outputs, kCosts, 2), {0.05, 0.9});
  REQUIRE(found);
  CHECK(found->setting.stages.front().u == 1);
  CHECK(asked == 2);
}
