#include "control/target_governor.h"

#include <algorithm>
#include <set>

#include "catch_compat.h"
#include "core/error.h"
#include "runtime/count_allocations.h"
#include "simulated_machine.h"

using namespace tnn;

namespace {

constexpr double kTarget = 6;  // ms

TargetOptions holding(double quantile, double target = kTarget) {
  TargetOptions options;
  options.target = target, options.quantile = quantile, options.watch = latency_watch();
  return options;
}

StreamTarget judged(const SimulatedMachine& machine, double limit = kTarget) {
  return {limit, &Reading::latency_ms, machine.points, machine.profile, 0};
}

double missed(const std::vector<StreamRow>& rows, size_t begin, size_t end, double limit = kTarget) {
  const auto at = [&](size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
  const auto beyond = std::count_if(at(begin), at(end), [limit](const StreamRow& row) { return row.latency_ms > limit; });
  return static_cast<double>(beyond) / static_cast<double>(end - begin);
}

std::set<int> points_of(const std::vector<StreamRow>& rows, size_t begin) {
  std::set<int> points;
  for (size_t i = begin; i < rows.size(); ++i) points.insert(rows[i].point);
  return points;
}

/// Load on between two times: the machine is so many times slower.
std::function<double(double)> step(double factor, double from, double to) {
  return [=](double time) { return time >= from && time < to ? factor : 1.0; };
}

/// The first row from a time on.
size_t index_at(const std::vector<StreamRow>& rows, double time) {
  return static_cast<size_t>(std::find_if(rows.begin(), rows.end(), [time](const auto& row) { return row.time_s >= time; }) - rows.begin());
}

}  // namespace

TEST_CASE("a governor starts at the smallest point and rises to the largest that fits") {
  SimulatedMachine machine;
  TargetGovernor governor(machine.profile, holding(0.9));
  CHECK(governor.point() == 0);
  CHECK(governor.state().notices == kNoticeStarting);
  const auto rows = machine.run(governor, 200);
  CHECK(rows[0].point == 0);
  CHECK(governor.point() == 3);  // u = 4/8: 5.2 ms; u = 5/8 is 6.4 ms
  CHECK(governor.state().notices == 0);
  CHECK(governor.state().slowdown == Approx(1).margin(0.03));
}

TEST_CASE("after a step of the load a governor is back within its target in fewer than 20 inferences") {
  for (const double factor : {1.5, 2.0, 3.0})
    for (const size_t late : {0, 3, 8})
      for (const double quantile : {0.9, 0.99}) {
        INFO("slowdown " << factor << ", dead time " << late << ", quantile " << quantile);
        SimulatedMachine machine;
        machine.late = late, machine.slowdown = step(factor, 4, 8);
        TargetGovernor governor(machine.profile, holding(quantile));
        const auto rows = machine.run(governor, 3000);
        REQUIRE(rows.back().time_s > 9);
        const auto figures = judge_stream(rows, judged(machine));
        CHECK(figures.front().settling_inferences < 20);
        const size_t on = index_at(rows, 4), off = index_at(rows, 8);
        CHECK(missed(rows, on + 20, off) < (quantile > 0.95 ? 0.02 : 0.1));
        CHECK(missed(rows, off + 20, rows.size()) < (quantile > 0.95 ? 0.02 : 0.1));
      }
}

TEST_CASE("fewer than 2 in 100 inferences miss a deadline once a governor has settled, at any noise") {
  for (const double noise : {0.005, 0.02, 0.05, 0.1})
    for (const double factor : {1.0, 1.3, 1.7, 2.2}) {
      INFO("noise " << noise << ", slowdown " << factor);
      SimulatedMachine machine;
      machine.noise = noise, machine.slowdown = [=](double) { return factor; };
      TargetGovernor governor(machine.profile, holding(0.99));
      const auto rows = machine.run(governor, 4000);
      CHECK(missed(rows, 200, rows.size()) < 0.02);
    }
}

TEST_CASE("in steady load a governor keeps to one point or two neighbours, and seldom switches") {
  for (const double noise : {0.005, 0.02, 0.05})
    for (const double quantile : {0.9, 0.99})
      for (double target = 2; target < 12; target += 0.25) {
        INFO("noise " << noise << ", quantile " << quantile << ", target " << target);
        SimulatedMachine machine;
        machine.noise = noise;
        for (ProfiledPoint& point : machine.profile) point.p90_ms = point.p50_ms * std::exp(1.2815515655446004 * noise);
        TargetGovernor governor(machine.profile, holding(quantile, target));
        const auto rows = machine.run(governor, 3000);
        const std::set<int> points = points_of(rows, 100);
        CHECK(*points.rbegin() - *points.begin() <= 1);
        int switches = 0;
        for (size_t i = 101; i < rows.size(); ++i) switches += rows[i].point != rows[i - 1].point ? 1 : 0;
        CHECK(switches <= 60);
      }
}

TEST_CASE("the mean u of a governor is within 10 % of the oracle's on steps and ramps") {
  const std::vector<std::pair<const char*, std::function<double(double)>>> loads{
      {"none", [](double) { return 1.0; }},
      {"step", step(1.8, 4, 8)},
      {"ramp", [](double time) { return 1 + time / 12; }},
      {"waves", [](double time) { return 1.5 + 0.5 * std::sin(time); }}};
  for (const auto& [name, slowdown] : loads)
    for (const int count : {8, 16}) {
      INFO(name << ", " << count << " points");
      SimulatedMachine machine(count, 0.01);
      machine.slowdown = slowdown;
      TargetGovernor governor(machine.profile, holding(0.9));
      const auto figures = judge_stream(machine.run(governor, 3000), judged(machine));
      CHECK(figures.back().policy == "oracle");
      CHECK(figures.front().mean_u > 0.9 * figures.back().mean_u);
      CHECK(figures.front().mean_u < 1.1 * figures.back().mean_u);
      CHECK(figures.front().miss_rate < 0.1);
    }
}

TEST_CASE("over many targets the mean u of a governor is within 10 % of the oracle's") {
  double governed = 0, best = 0;
  for (double target = 4; target <= 8; target += 0.25) {
    SimulatedMachine machine;
    TargetGovernor governor(machine.profile, holding(0.9, target));
    const auto figures = judge_stream(machine.run(governor, 1500), judged(machine, target));
    governed += figures.front().mean_u, best += figures.back().mean_u;
  }
  INFO(governed << " " << best);
  CHECK(governed > 0.9 * best);
  CHECK(governed < 1.1 * best);
}

TEST_CASE("a quantile is held where noise has a heavy tail that no profile showed") {
  SimulatedMachine machine;
  size_t i = 0;
  machine.slowdown = [&i](double) { return i++ % 7 == 0 ? 1.6 : 1.0; };  // one in seven is slower: log-normal quantiles do not know that
  TargetGovernor governor(machine.profile, holding(0.9));
  const auto rows = machine.run(governor, 6000);
  CHECK(missed(rows, 500, rows.size()) < 0.12);
}

TEST_CASE("a single slow inference does not move a settled governor, two in a row do") {
  SimulatedMachine machine;
  TargetGovernor governor(machine.profile, holding(0.9));
  const double now = machine.run(governor, 300).back().time_s;
  const int settled = governor.point();
  const double usual = machine.profile[static_cast<size_t>(settled)].p50_ms;
  governor.observe({.time_s = now + 1, .latency_ms = 3 * usual});
  CHECK(governor.point() == settled);
  governor.observe({.time_s = now + 2, .latency_ms = 3 * usual});
  CHECK(governor.point() < settled);
}

TEST_CASE("a target that cannot be met leads to the smallest allowed point, which is said") {
  SimulatedMachine machine;
  TargetOptions options = holding(0.9, 1);  // the smallest point takes 1.6 ms
  TargetGovernor governor(machine.profile, options);
  machine.run(governor, 100);
  CHECK(governor.point() == 0);
  CHECK(governor.state().notices == kNoticeCannotMeet);
  options.lowest = 2;
  TargetGovernor floored(machine.profile, options);
  for (const StreamRow& row : machine.run(floored, 100)) CHECK(row.point == 2);
  CHECK(floored.state().notices == kNoticeCannotMeet);
  CHECK_THAT(notice_text(floored.state().notices), ContainsSubstring("smallest allowed point"));
}

TEST_CASE("latencies that are no numbers are ignored, counted and said, and silence leads to the smallest point") {
  SimulatedMachine machine;
  TargetGovernor governor(machine.profile, holding(0.9));
  const double now = machine.run(governor, 300).back().time_s;
  const int settled = governor.point();
  const double slowdown = governor.state().slowdown;
  for (const double wrong : {kNoReading, std::numeric_limits<double>::infinity(), -1.0, 0.0})
    governor.observe({.time_s = now + 0.1, .latency_ms = wrong});
  CHECK(governor.point() == settled);
  CHECK(governor.state().slowdown == slowdown);
  CHECK(governor.state().ignored == 4);
  CHECK((governor.state().notices & kNoticeUnusable) != 0);
  governor.observe({.time_s = now + 4, .latency_ms = kNoReading});
  CHECK(governor.point() == 0);
  CHECK((governor.state().notices & kNoticeMissing) != 0);
  governor.observe({.time_s = now + 4.01, .latency_ms = machine.profile[0].p50_ms});
  CHECK(governor.state().notices == 0);
  governor.observe({.time_s = kNoReading, .latency_ms = 5, .point = 77});  // nonsense in every field does no harm
  CHECK(governor.state().point < 8);
}

TEST_CASE("a sensor that is frozen is noticed and leads to the smallest point until it moves again") {
  SimulatedMachine machine;
  machine.sensor = [](size_t i, double ms) { return i >= 300 && i < 600 ? 1.7 : ms; };  // frozen at what would allow any point
  TargetGovernor governor(machine.profile, holding(0.9));
  const auto rows = machine.run(governor, 900);
  CHECK((rows[400].notices & kNoticeFrozen) != 0);
  for (size_t i = 360; i < 600; ++i) CHECK(rows[i].point == 0);
  CHECK(rows.back().point == 3);
  CHECK(rows.back().notices == 0);
}

TEST_CASE("mean power is held by its profile, with readings that come late") {
  SimulatedMachine machine;
  for (size_t i = 0; i < machine.profile.size(); ++i) machine.profile[i].power_mw = 3000 + 1000 * static_cast<double>(i);
  TargetOptions options = holding(0.5, 6500);
  options.quantity = TargetOptions::Quantity::power, options.dead_time_s = 1, options.watch = power_watch();
  TargetGovernor governor(machine.profile, options);
  RandomStream random(3);
  std::vector<int> used;
  double power = 3000, factor = 1;
  for (int i = 0; i < 1200; ++i) {
    factor = i > 600 ? 1.3 : 1;  // hotter silicon takes more
    power += 0.3 * (factor * machine.profile[static_cast<size_t>(governor.point())].power_mw - power);
    governor.observe({.time_s = 0.1 * i, .power_mw = power * std::exp(0.01 * random.normal())});
    used.push_back(governor.point());
  }
  CHECK(used[500] == 3);    // 6000 mW; 7000 would be too much
  CHECK(used.back() == 1);  // 5200 mW; 6500 leaves no margin
}

TEST_CASE("profiles and options of a target governor that cannot be used are refused") {
  const SimulatedMachine machine;
  const auto refused = [&](auto change) {
    PointProfile profile = machine.profile;
    TargetOptions options = holding(0.9);
    change(profile, options);
    CHECK_THROWS_AS(TargetGovernor(profile, options), UsageError);
  };
  refused([](PointProfile& profile, TargetOptions&) { profile.clear(); });
  refused([](PointProfile& profile, TargetOptions&) { profile[2].p50_ms = kNoReading; });
  refused([](PointProfile& profile, TargetOptions&) { profile[2].p90_ms = 0.1; });
  refused([](PointProfile&, TargetOptions& options) { options.target = kNoReading; });
  refused([](PointProfile&, TargetOptions& options) { options.quantile = 1; });
  refused([](PointProfile&, TargetOptions& options) { options.lowest = 8; });
  refused([](PointProfile&, TargetOptions& options) { options.quantity = TargetOptions::Quantity::power; });
}

TEST_CASE("a governor allocates nothing while it observes and decides") {
  const SimulatedMachine machine;
  TargetGovernor governor(machine.profile, holding(0.9));
  const int64_t before = allocation_count();
  for (int i = 0; i < 1000; ++i) governor.observe({.time_s = 0.01 * i, .latency_ms = i % 50 == 0 ? kNoReading : 1.6 + 0.001 * (i % 7)});
  const GovernorState state = governor.state();
  CHECK(allocation_count() == before);
  CHECK(state.ignored == 20);
}
