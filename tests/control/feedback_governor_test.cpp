#include "control/feedback_governor.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

#include "catch_compat.h"
#include "control/make_governor.h"
#include "core/error.h"
#include "core/random_stream.h"

using namespace tnn;

namespace {

/// A board that warms towards 40 degrees plus 6 a point, with a time constant of 20 s, and tells so 2 s later in steps of 0.1 degrees.
class Board {
 public:
  double step(int point) {
    temperature_ += 0.1 / 20 * (ambient + 6.0 * point - temperature_);
    readings_.push_back(std::round(10 * (temperature_ + 0.05 * random_.normal())) / 10);
    const double reading = readings_.front();
    if (readings_.size() > 20) readings_.pop_front();
    return reading;
  }
  double temperature() const { return temperature_; }
  double ambient = 40;

 private:
  double temperature_ = 40;
  std::deque<double> readings_;
  RandomStream random_{5};
};

std::unique_ptr<Governor> temperature_governor(double limit, int points = 8) {
  GovernorParts parts;
  for (int i = 1; i <= points; ++i) parts.points.push_back({static_cast<double>(i) / points, kNoReading});
  GovernText asked;
  asked.kind = GovernText::Kind::temperature, asked.value = limit;
  return make_governor(asked, parts);
}

}  // namespace

TEST_CASE("a temperature is held on a board that answers late, through a change of the air around it") {
  const auto governor = temperature_governor(65);
  CHECK(governor->point() == 0);
  Board board;
  double highest = 0, late = 0, points = 0;
  for (int i = 0; i < 6000; ++i) {
    if (i == 3000) board.ambient = 50;
    governor->observe({.time_s = 0.1 * i, .temperature_c = board.step(governor->point())});
    highest = std::max(highest, board.temperature());
    if (i > 4500) late = std::max(late, board.temperature());
    if (i > 1500 && i < 3000) points += governor->point() / 1499.0;
  }
  CHECK(highest < 67.5);
  CHECK(late < 66);
  CHECK(points > 3);  // 58 and 64 degrees are those of points 3 and 4
  CHECK((governor->state().notices & ~kNoticeUnusable) == 0);
}

TEST_CASE("a temperature beyond the limit at the smallest point is said, and that point kept") {
  const auto governor = temperature_governor(35);
  Board board;
  for (int i = 0; i < 600; ++i) governor->observe({.time_s = 0.1 * i, .temperature_c = board.step(governor->point())});
  CHECK(governor->point() == 0);
  CHECK(governor->state().notices == kNoticeCannotMeet);
}

TEST_CASE("a thermometer that is stuck, silent or mad leads to the smallest point, and is said") {
  for (const double stuck : {45.0, kNoReading, 9999.0}) {
    const auto governor = temperature_governor(65);
    Board board;
    for (int i = 0; i < 1500; ++i) governor->observe({.time_s = 0.1 * i, .temperature_c = board.step(governor->point())});
    REQUIRE(governor->point() > 0);
    for (int i = 1500; i < 5000; ++i) governor->observe({.time_s = 0.1 * i, .temperature_c = stuck});
    CHECK(governor->point() == 0);
    CHECK((governor->state().notices & (kNoticeFrozen | kNoticeMissing)) != 0);
    CHECK(governor->state().ignored == (stuck == 9999 ? 3500 : 0));
  }
}

TEST_CASE("power without a profile is held by its mean") {
  GovernorParts parts;
  for (int i = 1; i <= 8; ++i) parts.points.push_back({i / 8.0, kNoReading});
  GovernText asked;
  asked.kind = GovernText::Kind::power, asked.value = 6500;
  const auto governor = make_governor(asked, parts);
  RandomStream random(3);
  double mean = 0;
  for (int i = 0; i < 3000; ++i) {
    const double power = (3000 + 1000 * governor->point()) * std::exp(0.05 * random.normal());
    governor->observe({.time_s = 0.1 * i, .power_mw = power});
    if (i >= 1000) mean += power / 2000;
  }
  CHECK(mean < 6500);
  CHECK(mean > 5500);
}
