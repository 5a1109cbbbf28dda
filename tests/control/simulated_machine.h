#pragma once

#include <cmath>
#include <deque>
#include <functional>
#include <vector>

#include "control/governor.h"
#include "control/point_profile.h"
#include "control/stream_figures.h"
#include "core/random_stream.h"

/// A machine in simulated time: latencies by profile, a slowdown that a test gives over time, log-normal noise, and readings that arrive
/// some inferences late.
struct SimulatedMachine {
  tnn::PointProfile profile;
  std::vector<tnn::GovernedPoint> points;
  double noise;                                                                         ///< deviation of the logarithm
  size_t late = 0;                                                                      ///< dead time: inferences until a latency is known
  std::function<double(double)> slowdown = [](double) { return 1.0; };                  ///< of the time in seconds
  std::function<double(size_t, double)> sensor = [](size_t, double ms) { return ms; };  ///< what is read of inference i
  tnn::RandomStream random{7};

  /// `count` points, whose latency rises with u from 1.6 ms to 10 ms.
  explicit SimulatedMachine(int count = 8, double deviation = 0.02) : noise(deviation) {
    for (int i = 1; i <= count; ++i) {
      const double u = static_cast<double>(i) / count, p50 = 0.4 + 9.6 * u;
      points.push_back({u, 0.6 + 0.3 * u});
      profile.push_back({p50, p50 * std::exp(1.2815515655446004 * noise), tnn::kNoReading});
    }
  }

  /// So many inferences, one after another.
  std::vector<tnn::StreamRow> run(tnn::Governor& governor, size_t inferences) {
    std::vector<tnn::StreamRow> rows;
    std::deque<tnn::Reading> on_the_way;
    double now = 0;
    for (size_t i = 0; i < inferences; ++i) {
      const int point = governor.point();
      const double factor = slowdown(now);
      const double ms = profile[static_cast<size_t>(point)].p50_ms * factor * std::exp(noise * random.normal());
      rows.push_back({now, factor - 1, point, ms});
      now += ms / 1000;
      on_the_way.push_back({now, sensor(i, ms), point});
      if (on_the_way.size() > late) {
        tnn::Reading reading = on_the_way.front();
        reading.time_s = now;
        governor.observe(reading);
        on_the_way.pop_front();
      }
      rows.back().notices = governor.state().notices;
    }
    return rows;
  }
};
