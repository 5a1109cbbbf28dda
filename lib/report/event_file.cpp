#include "report/event_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "core/atomic_file.h"
#include "core/error.h"
#include "report/crc32c.h"
#include "report/tensorboard_event.pb.h"

namespace tnn {
namespace {

constexpr std::string_view kPrefix = "events.out.tfevents.";
constexpr size_t kWaitingBytes = size_t{1} << 16;

template <typename Integer>
void append_little_endian(std::string& bytes, Integer value) {
  for (size_t i = 0; i < sizeof(Integer); ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFF);
}

/// The time in the name of an event file, or -1 for another file.
int64_t time_in_name(const std::string& name) {
  if (!name.starts_with(kPrefix)) return -1;
  int64_t time = -1;
  const char* end = name.data() + name.size();
  std::from_chars(name.data() + kPrefix.size(), end, time);
  return time;
}

/// `start_time`, or one more than the latest time of the event files that are there.
int64_t later_than_existing(const std::filesystem::path& folder, int64_t start_time) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    start_time = std::max(start_time, time_in_name(entry.path().filename().string()) + 1);
  if (error) throw SystemError(fmt::format("cannot list folder '{}': {}", folder.string(), error.message()));
  return start_time;
}

std::string record(const tensorboard::Event& event) { return tfrecord(event.SerializeAsString()); }

}  // namespace

std::string tfrecord(std::string_view bytes) {
  std::string record;
  append_little_endian(record, static_cast<uint64_t>(bytes.size()));
  append_little_endian(record, masked_crc32c(record));
  record += bytes;
  append_little_endian(record, masked_crc32c(bytes));
  return record;
}

EventWriter::EventWriter(const std::filesystem::path& folder, int64_t start_time, int64_t first_step) {
  create_folder(folder);
  const int64_t time = later_than_existing(folder, start_time);
  file_ = std::make_unique<AppendFile>(folder / fmt::format("{}{:010}.tnn", kPrefix, time));
  tensorboard::Event event;
  event.set_wall_time(static_cast<double>(time));
  event.set_file_version("brain.Event:2");
  waiting_ += record(event);
  if (first_step > 0) {
    event.set_step(first_step);
    event.mutable_session_log()->set_status(tensorboard::SessionLog::START);
    waiting_ += record(event);
  }
  flush();
}

EventWriter::~EventWriter() {
  try {
    flush();
  } catch (const Error&) {
    waiting_.clear();  // a destructor cannot tell; flush() can
  }
}

void EventWriter::scalar(const std::string& tag, double value, int64_t step, double wall_time) {
  tensorboard::Event event;
  event.set_wall_time(wall_time);
  event.set_step(step);
  auto* summary = event.mutable_summary()->add_value();
  summary->set_tag(tag);
  summary->set_simple_value(static_cast<float>(value));
  waiting_ += record(event);
  if (waiting_.size() >= kWaitingBytes) flush();
}

void EventWriter::flush() {
  file_->append(waiting_);
  waiting_.clear();
}

}  // namespace tnn
