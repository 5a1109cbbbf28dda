#include "terminal_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "progress_line.h"
#include "tell.h"

namespace tnn::app {
namespace {

constexpr size_t kUsualColumns = 80;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kLineEvery{30};

std::string duration(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string rate_text(double rate) { return rate >= 1000 ? fmt::format("{:.1f}k", rate / 1000) : fmt::format("{:.0f}", rate); }

/// Of the terminal now: it may have another width than at the last look.
size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* named = std::getenv("COLUMNS");
  const int64_t columns = named ? std::atoll(named) : 0;
  return columns > 0 ? static_cast<size_t>(columns) : kUsualColumns;
}

/// A terminal on which a line can be drawn again.
bool can_redraw() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && !(kind && std::string_view(kind) == "dumb");
}

void draw(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

TerminalProgress::TerminalProgress() : terminal_(can_redraw()) {}

void TerminalProgress::begin(const std::string& phase, int64_t total, const std::string& unit) {
  clear_bar();
  phase_ = phase, unit_ = unit, total_ = total, first_ = -1;
  start_ = shown_ = std::chrono::steady_clock::now();
}

std::string TerminalProgress::status(int64_t done, const Figures& figures) const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done - first_) / seconds : 0;
  std::string text = fmt::format("{}: {}/{} {}", phase_, std::min(done, total_), total_, unit_);
  if (rate > 0)
    text += fmt::format(", {}/s, {} left", rate_text(rate), duration(static_cast<double>(std::max<int64_t>(0, total_ - done)) / rate));
  for (const auto& [name, value] : figures) text += fmt::format(", {} {:.4g}", name, value);
  return text;
}

void TerminalProgress::advance(int64_t done, const Figures& figures) {
  const auto now = std::chrono::steady_clock::now();
  if (first_ < 0) first_ = done, start_ = now;  // a resumed phase does not start at zero
  if (now - shown_ < (terminal_ ? std::chrono::milliseconds(kRedraw) : std::chrono::milliseconds(kLineEvery))) return;
  shown_ = now;
  if (!terminal_) {
    tell(fmt::format("{}\n", status(done, figures)));
    return;
  }
  draw("\r\033[K" + progress_line(status(done, figures), std::min(done, total_), total_, terminal_columns()));
  bar_shown_ = true;
}

void TerminalProgress::end() { clear_bar(); }

void TerminalProgress::clear_bar() {
  if (bar_shown_) draw("\r\033[K");
  bar_shown_ = false;
}

void TerminalProgress::message(const std::string& line) {
  clear_bar();
  tell(fmt::format("{}\n", line));
}

}  // namespace tnn::app
