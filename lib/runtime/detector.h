#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "detection/annotations.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// A throttleable two-stage detector (models/faster_rcnn.h) on an engine of the runtime: features and proposals once an image, the head for
/// each region; both at the same operating point, from one copy of the weights. What lies between the two is plain code
/// (detection/proposals.h, detection/roi_align.h).
class Detector {
 public:
  /// DataError where the file is damaged, UsageError where its model is no detector.
  static Detector load(const std::filesystem::path& file, const RuntimeOptions& options = {});

  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;
  ~Detector();

  const ModelDescription& description() const;
  const Engine& engine() const;

  /// The part of the input that an image fills, from its upper left corner; pixels.
  struct Shown {
    double height = 0, width = 0;
  };
  /// What one input [channels, height, width] shows, at an operating point by index: boxes in pixels of the input, by falling score.
  /// UsageError where there is no such point. One thread at a time.
  std::vector<Detection> run(const float* input, Shown shown, int point);
  /// How many regions the head of the last run looked at, and of what network the costs are: of images and of one region.
  int64_t last_regions() const;

 private:
  struct State;
  explicit Detector(std::unique_ptr<State> state);
  static void place_levels(State& state, int64_t feature_levels);
  std::unique_ptr<State> state_;
};

}  // namespace tnn
