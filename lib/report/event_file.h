#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "report/append_file.h"

namespace tnn {

/// One TFRecord: length (u64), its masked CRC32C (u32), the bytes, their masked CRC32C (u32); little-endian.
std::string tfrecord(std::string_view bytes);

/// Scalars for TensorBoard: an event file `events.out.tfevents.<time>.tnn` in a run's folder, append-only. Every writer opens a new file;
/// its time is later than that of the files already there, so TensorBoard reads a resumed run in order:
///   EventWriter events(folder, now, resumed_at + 1);
///   events.scalar("training/loss", 0.7, step, now);
class EventWriter {
 public:
  /// `start_time` in seconds since 1970. `first_step` above 0 says that a run is resumed: TensorBoard then forgets what earlier files hold
  /// of that step and later ones. Creates the folder; SystemError where that fails.
  EventWriter(const std::filesystem::path& folder, int64_t start_time, int64_t first_step = 0);
  /// Flushes as well as it can; call flush() to learn of a full disk.
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  const std::filesystem::path& path() const { return file_->path(); }
  /// `wall_time` in seconds since 1970. Written with the next flush, or when 64 KiB are waiting.
  void scalar(const std::string& tag, double value, int64_t step, double wall_time);
  /// Hands everything to the operating system; SystemError where the disk is full.
  void flush();

 private:
  std::unique_ptr<AppendFile> file_;
  std::string waiting_;
};

}  // namespace tnn
