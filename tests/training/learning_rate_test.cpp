#include "training/learning_rate.h"

#include "catch_compat.h"

using namespace tnn;

namespace {
ScheduleOptions options(ScheduleKind kind) {
  ScheduleOptions o;
  o.kind = kind;
  o.base = 1.0;
  o.epochs = 10;
  o.step_epochs = 3;
  o.milestones = {4, 8};
  return o;
}
}  // namespace

TEST_CASE("constant, step and multistep schedules change at whole epochs") {
  CHECK(LearningRate(options(ScheduleKind::constant)).at(9.9) == 1.0);
  const LearningRate step(options(ScheduleKind::step));
  CHECK(step.at(2.99) == 1.0);
  CHECK(step.at(3.0) == Approx(0.1));
  CHECK(step.at(9.5) == Approx(0.001));
  const LearningRate multistep(options(ScheduleKind::multistep));
  CHECK(multistep.at(3.9) == 1.0);
  CHECK(multistep.at(4.0) == Approx(0.1));
  CHECK(multistep.at(8.0) == Approx(0.01));
}

TEST_CASE("the cosine schedule falls from the base to the minimum, after a linear warm-up") {
  ScheduleOptions o = options(ScheduleKind::cosine);
  o.minimum = 0.1;
  CHECK(LearningRate(o).at(0) == Approx(1.0));
  CHECK(LearningRate(o).at(5) == Approx(0.55));
  CHECK(LearningRate(o).at(10) == Approx(0.1));
  o.warmup_epochs = 2;
  CHECK(LearningRate(o).at(0) == 0.0);
  CHECK(LearningRate(o).at(1) == Approx(0.5));
  CHECK(LearningRate(o).at(2) == Approx(1.0));
  CHECK(LearningRate(o).at(6) == Approx(0.55));
}

TEST_CASE("plateau waits its patience, then falls, and its memory can be restored") {
  ScheduleOptions o = options(ScheduleKind::plateau);
  o.patience = 1;
  LearningRate rate(o);
  rate.observe(0.5);
  rate.observe(0.4);
  CHECK(rate.at(3) == 1.0);
  rate.observe(0.5);
  CHECK(rate.at(3) == Approx(0.1));
  LearningRate other(o);
  other.load_state(rate.state());
  CHECK(other.at(3) == Approx(0.1));
}
