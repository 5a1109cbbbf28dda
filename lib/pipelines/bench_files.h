#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pipelines/bench.h"

namespace tnn {

/// What makes two benchmarks one: the parts of a request, the models and the program that its measurements depend on.
using BenchIdentity = nlohmann::ordered_json;

/// bench.json in a folder: rows and environment for readers, measurements for a --resume.
class BenchFile {
 public:
  BenchFile(std::filesystem::path folder, BenchIdentity identity) : folder_(std::move(folder)), identity_(std::move(identity)) {}
  std::filesystem::path path() const { return folder_ / "bench.json"; }

  /// The measurements of whole repetitions that are there; none where there is no file. UsageError where it is of another benchmark, and
  /// says in what they differ; DataError where it cannot be read.
  std::vector<PointMeasurement> finished() const;
  /// Replaces the file as a whole.
  void write(const std::vector<BenchRow>& rows, const std::vector<std::string>& statements, const nlohmann::ordered_json& environment,
             const std::vector<PointMeasurement>& measurements, bool complete) const;

 private:
  std::filesystem::path folder_;
  BenchIdentity identity_;
};

/// Latency, power, energy and accuracy against utilization, with bands (after DTNN's Fig. 9).
std::string bench_svg(const std::string& title, const std::vector<BenchRow>& rows);

}  // namespace tnn
