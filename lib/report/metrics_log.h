#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "report/append_file.h"

namespace tnn {

/// One line of metrics.jsonl: figures of a training step, in the order they were given.
struct MetricsRecord {
  int64_t step = 0;
  double epoch = 0;  ///< fractional
  std::vector<std::pair<std::string, double>> figures;
};

/// A run's metrics.jsonl: one JSON object a line, {"step":20,"epoch":0.5,"loss":0.7}. NaN and infinity are null (JSON has neither). A line
/// is with the operating system when append() returns; a half line that a killed run left behind is dropped when the log is opened again.
class MetricsLog {
 public:
  explicit MetricsLog(const std::filesystem::path& path);

  /// SystemError where the disk is full. Figures are not to be named "step" or "epoch".
  void append(int64_t step, double epoch, const std::vector<std::pair<std::string, double>>& figures);

  /// Waits until all lines are on the disk.
  void flush() const { file_.flush(); }

  /// All whole lines; null reads as NaN. DataError with the line's number where one is damaged.
  static std::vector<MetricsRecord> read(const std::filesystem::path& path);

  /// For a run that goes on from a checkpoint: keeps the lines that belong to it, and drops the others and those that a crash left damaged.
  /// A file that is not there stays so.
  static void keep_only(const std::filesystem::path& path, const std::function<bool(const MetricsRecord&)>& belongs);

 private:
  AppendFile file_;
};

}  // namespace tnn
