#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/metric.h"

namespace tnn {

/// Active groups of one gate at an operating point, drawn by the gate picture: one character a group, '1' active.
struct GateActivity {
  std::string gate;
  std::string groups;
};

/// One row of a curve of metrics against utilization: an operating point, what it costs, and how it did on the evaluated images.
struct CurvePoint {
  double u = 1.0;                    ///< utilization in (0, 1] that was asked for
  int64_t parameters = 0;            ///< active parameters
  int64_t macs = 0;                  ///< multiply-accumulates an input, input and output side sliced
  int64_t flops = 0;                 ///< by the counting of DTNN A.1
  int64_t activation_bytes = 0;      ///< peak, one input, fp32
  int64_t images = 0;                ///< evaluated
  std::vector<MetricValue> metrics;  ///< of each of the curve's metrics
  double fp32_headline = -1;         ///< the headline metric of the same engine in fp32; -1: the metrics are in fp32 themselves
  double latency_ms = -1;            ///< median time of one batch-1 inference; -1: not measured
  double latency_low_ms = -1, latency_high_ms = -1;  ///< 5th and 95th percentile
  std::vector<ClassResult> classes;
  std::vector<GateActivity> gates;

  /// The value of the curve's first metric.
  const MetricValue& headline() const { return metrics.at(0); }
};

/// A rule that chooses u for each input, and how it did on the evaluated samples.
struct ControllerRow {
  std::string name;              ///< "fixed u=0.3", "random", "chord", "cascade entropy", "learned logits", "oracle", "vanilla"
  double top1 = 0;               ///< share of right answers
  double low = 0, high = 1;      ///< its 95 % interval (Wilson)
  double mean_u = 0;             ///< of the answers
  double mean_macs = 0;          ///< an input: the controller's own network and every pass
  double mean_latency_ms = -1;   ///< the same of medians of single passes; -1: not measured
  std::vector<double> shares{};  ///< of the answers of each action, in the order of UtilizationCurve::actions
};

/// Two rules on the same samples.
struct ControllerComparison {
  std::string name, other;
  double top1_difference = 0, low = 0, high = 0;            ///< name less other, with its 95 % interval (paired bootstrap)
  double macs_difference = 0, macs_low = 0, macs_high = 0;  ///< the same of the mean MACs
  double p_value = 1;                                       ///< McNemar's exact test; of expected answers, their counts rounded
  /// Whether `name` is shown to be better: its accuracy is higher (p < 0.05, and the interval lies above 0) at mean MACs that are not shown
  /// to be.
  bool better = false;
};

/// A box in an example image, pixels of the image; of a found object with its score.
struct ExampleBox {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  int category = 0;
  double score = 1;
};

/// An image of the test set with what it shows and what a detector found in it.
struct ExampleImage {
  std::string name;
  int width = 0, height = 0;      ///< pixels
  std::string bytes;              ///< of the image as a file, JPEG or PNG
  std::vector<ExampleBox> shown;  ///< by its annotation
  struct Found {
    double u = 1;
    std::vector<ExampleBox> boxes;  ///< by falling score
  };
  std::vector<Found> found;  ///< at some utilizations, rising
};

/// One epoch of training, for the report's loss picture.
struct EpochRecord {
  double epoch = 0;
  double training_loss = 0;
  double validation_score = -1;  ///< by the criterion of `best`; -1: not evaluated
  double learning_rate = 0;
  double seconds = 0;
};

/// A whole curve with what a reader needs to repeat it.
struct UtilizationCurve {
  std::string name;     ///< of the run or model
  std::string dataset;  ///< e.g. "fashion_mnist test"
  std::string model;    ///< e.g. "vgg_w, D = 16"
  std::string command;  ///< that repeats it
  std::string version;  ///< of tnn
  std::string machine;  ///< processor and threads
  std::string date;     ///< UTC, ISO 8601
  std::string recipe;   ///< resolved, YAML text
  std::string task = "classification";
  std::string score_name = "accuracy";  ///< what the task calls its headline metric of validation and of single classes
  std::vector<Metric> metrics;          ///< the headline metric first
  std::vector<std::string> class_names;
  std::vector<CurvePoint> points;      ///< by rising u
  std::vector<EpochRecord> epochs;     ///< may be empty
  std::vector<ExampleImage> examples;  ///< of a detector, for report.html alone
  std::vector<double> actions;         ///< utilizations that the controllers choose among; empty: no controllers
  std::vector<ControllerRow> controllers;
  std::vector<ControllerComparison> comparisons;  ///< of the learned controller

  /// The first metric; one without a name where nothing was measured.
  const Metric& headline() const {
    static const Metric none{"", "value", "Value", "1", ""};
    return metrics.empty() ? none : metrics.front();
  }
};

}  // namespace tnn
