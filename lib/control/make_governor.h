#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/floor_certificate.h"
#include "control/point_profile.h"
#include "recipe/govern_text.h"
#include "recipe/rule_table.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// The smallest operating point that a governor may take, and why.
struct AccuracyFloor {
  int lowest = 0;
  std::string source;  ///< in words: "certified: ...", "validation accuracy of at least 0.9", "none"
};

/// The points of a network as its governor knows them.
std::vector<GovernedPoint> governed_points(const ThrottledNetwork& network);

/// The floor of points by rising u: the u of a certificate, if it is of one fixed u (a cascade's says nothing of single points); the first
/// point from which on all have at least `accuracy`; the higher of both. UsageError where an accuracy is asked for that no point has, or
/// that the model file does not know.
AccuracyFloor accuracy_floor(const std::vector<GovernedPoint>& points, const std::optional<FloorCertificate>& certificate,
                             std::optional<double> accuracy);

/// What a governor is made of.
struct GovernorParts {
  std::vector<GovernedPoint> points;
  PointProfile profile;  ///< of latency and deadline; of power where it has it (else one point at a time, by feedback); may be empty else
  RuleTable rules;       ///< of rules
  int lowest = 0;        ///< see AccuracyFloor
};

/// The governor of a request. UsageError where a part is not usable.
std::unique_ptr<Governor> make_governor(const GovernText& asked, const GovernorParts& parts);

/// Whether it goes by a latency profile.
bool needs_profile(GovernText::Kind kind);

}  // namespace tnn
