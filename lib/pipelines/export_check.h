#pragma once

#include <map>

#include "core/progress.h"
#include "export/stored_model.h"
#include "network/network.h"

namespace tnn {

/// The source network and the inputs on which exported files are compared with it.
class ExportCheck {
 public:
  /// Some test images of the model's data set; where that is not found, or the model names none, random inputs.
  ExportCheck(const std::filesystem::path& model, const std::string& data_root, Progress& progress);

  const HostTensor& inputs() const { return inputs_; }
  /// The inputs before preprocessing, 0 to 255.
  HostTensor pixels() const;
  const std::string& described() const { return described_; }

  /// The source's outputs at an operating point.
  std::vector<HostTensor> expected(int point) const;
  /// Whether the model is a detector: its ONNX file is compared by what it finds in the first input.
  bool is_detector() const { return network_.description().detector.has_value(); }
  /// The inputs of a detector's ONNX file: the first input, or its pixels, all of which the image fills.
  std::map<std::string, HostTensor> detector_inputs(bool as_pixels) const;
  /// What the source finds in it, as such a file gives it: boxes, labels, scores.
  std::vector<HostTensor> expected_detections(int point) const;
  /// The largest relative difference of a model file from the source; `pairs`: its operating points with those of the source.
  double difference_of(const std::filesystem::path& model, const std::vector<std::pair<int, int>>& pairs) const;
  /// The operating points that a throttleable file is checked at: all, or the smallest, middle and largest of a large network.
  std::vector<int> points() const;

 private:
  std::vector<HostTensor> run(const Network& network, int point) const;
  void choose_inputs(const std::string& data_root, Progress& progress);
  Network network_;
  HostTensor inputs_;
  std::string described_;
  bool real_images_ = false;
};

/// Of detections as a detector's ONNX file gives them, matched by class and place: the largest difference of a score, or of a corner over
/// `side`, the longer side of the input. Infinite where one has no counterpart.
double detection_difference(const std::vector<HostTensor>& found, const std::vector<HostTensor>& expected, double side);

/// The largest difference over the largest magnitude of `expected`, of any output; infinite where shapes differ or a value is not a number.
double relative_difference(const std::vector<HostTensor>& found, const std::vector<HostTensor>& expected);

}  // namespace tnn
