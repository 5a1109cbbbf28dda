#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/progress.h"

namespace tnn::app {

/// Progress on stderr: one line with a bar, rate, figures and time left, drawn again and again, where that is a terminal that can; else a
/// line every half minute. The drawn line is never wider than the terminal. Messages are lines.
class TerminalProgress : public Progress {
 public:
  TerminalProgress();
  ~TerminalProgress() override { clear_bar(); }
  void begin(const std::string& phase, int64_t total, const std::string& unit) override;
  void advance(int64_t done, const Figures& figures) override;
  void end() override;
  void message(const std::string& line) override;

 private:
  std::string status(int64_t done, const Figures& figures) const;
  void clear_bar();

  bool terminal_;
  std::string phase_, unit_;
  int64_t total_ = 0, first_ = -1;
  bool bar_shown_ = false;
  std::chrono::steady_clock::time_point start_, shown_;
};

}  // namespace tnn::app
