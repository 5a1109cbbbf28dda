#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tnn {

/// Right answers of one class at one operating point.
struct ClassAccuracy {
  int64_t correct = 0;
  int64_t count = 0;
};

/// Active groups of one gate at an operating point, drawn by the gate picture: one character a group, '1' active.
struct GateActivity {
  std::string gate;
  std::string groups;
};

/// One row of an accuracy-against-utilization curve: an operating point, what it costs, and how it did on the evaluated images.
struct CurvePoint {
  double u = 1.0;                                ///< utilization in (0, 1] that was asked for
  int64_t parameters = 0;                        ///< active parameters
  int64_t macs = 0;                              ///< multiply-accumulates an input, input and output side sliced
  int64_t flops = 0;                             ///< by the counting of DTNN A.1
  int64_t activation_bytes = 0;                  ///< peak, one input, fp32
  int64_t images = 0;                            ///< evaluated
  double top1 = 0, top1_low = 0, top1_high = 0;  ///< fraction, with its Wilson 95 % interval
  double top5 = 0, top5_low = 0, top5_high = 0;
  double loss = 0;                                   ///< mean cross-entropy, nats
  double fp32_top1 = -1;                             ///< fraction, of the same engine in fp32; -1: top1 is in fp32 itself
  double latency_ms = -1;                            ///< median time of one batch-1 inference; -1: not measured
  double latency_low_ms = -1, latency_high_ms = -1;  ///< 5th and 95th percentile
  std::vector<ClassAccuracy> classes;
  std::vector<GateActivity> gates;
};

/// One epoch of training, for the report's loss picture.
struct EpochRecord {
  double epoch = 0;
  double training_loss = 0;
  double validation_accuracy = -1;  ///< by the criterion of `best`; -1: not evaluated
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
  std::vector<std::string> class_names;
  std::vector<CurvePoint> points;   ///< by rising u
  std::vector<EpochRecord> epochs;  ///< may be empty
};

}  // namespace tnn
