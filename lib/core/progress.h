#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tnn {

/// What a long job tells while it runs. lib/ knows no terminal: apps/ draws a bar, prints lines, or stays quiet.
class Progress {
 public:
  using Figures = std::vector<std::pair<std::string, double>>;
  virtual ~Progress() = default;

  /// A phase begins: its name and how many units it has (0: unknown), and what a unit is ("images").
  virtual void begin(const std::string& phase, int64_t total, const std::string& unit) { (void)phase, (void)total, (void)unit; }
  /// `done` units of the phase are complete; figures are shown beside the bar (loss, rate).
  virtual void advance(int64_t done, const Figures& figures) { (void)done, (void)figures; }
  virtual void end() {}
  /// One line for the reader and the log.
  virtual void message(const std::string& line) { (void)line; }
};

}  // namespace tnn
