#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/point_profile.h"

namespace tnn {

/// One inference of a governed stream.
struct StreamRow {
  double time_s = 0;  ///< when it began
  double load = 0;    ///< that was put on the machine then, in busy threads a processor
  int point = 0;
  double latency_ms = 0;
  double temperature_c = kNoReading, power_mw = kNoReading, battery = kNoReading;
  unsigned notices = 0;
};

/// What a stream is judged against.
struct StreamTarget {
  double limit = kNoReading;                         ///< not a number: there is none
  double Reading::*quantity = &Reading::latency_ms;  ///< that the limit is of
  std::vector<GovernedPoint> points;                 ///< of the network
  PointProfile profile;                              ///< for replays; empty: none are made
  int lowest = 0;                                    ///< smallest point that the oracle may take
};

/// How well a stream went under one way to choose points. Not a number: not known.
struct StreamFigures {
  std::string policy;  ///< "governor", "fixed u=0.5", "oracle"
  double mean_u = kNoReading;
  double miss_rate = kNoReading;            ///< share of inferences (readings) beyond the limit
  double overshoot = kNoReading;            ///< by how much the median of 9 in a row is beyond it at most, as a share of it; 0: never
  double settling_inferences = kNoReading;  ///< after a step of the load until 9 of 10 in a row are within it, of the worst step;
                                            ///< infinite: not before the next step or the end
  double settling_s = kNoReading;
  double switches_per_s = kNoReading;
  double accuracy = kNoReading;  ///< mean expected, by the points' validation accuracy
  double mean_latency_ms = kNoReading;
};

/// The figures of what was done, and, where the limit is of latencies and there is a profile, of every fixed point and of the oracle on the
/// same trace: another point's latency at a time is its profiled median times the slowdown seen then. The oracle knows each slowdown
/// beforehand and takes the largest allowed point within the limit, else the smallest one.
std::vector<StreamFigures> judge_stream(const std::vector<StreamRow>& rows, const StreamTarget& target);

/// The points that the oracle takes, one a row; empty where there can be none.
std::vector<int> oracle_points(const std::vector<StreamRow>& rows, const StreamTarget& target);

}  // namespace tnn
