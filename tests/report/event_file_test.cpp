#include "report/event_file.h"

#include <cstring>
#include <limits>
#include <vector>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "report/crc32c.h"
#include "report/tensorboard_event.pb.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// The events of a file, its lengths and checksums checked.
std::vector<tensorboard::Event> read_events(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  std::vector<tensorboard::Event> events;
  for (size_t at = 0; at < bytes.size();) {
    uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    const std::string payload = bytes.substr(at + 12, length);
    REQUIRE(tfrecord(payload) == bytes.substr(at, length + 16));
    REQUIRE(events.emplace_back().ParseFromString(payload));
    at += length + 16;
  }
  return events;
}

}  // namespace

TEST_CASE("CRC32C gives the known values") {
  CHECK(crc32c("") == 0u);
  CHECK(crc32c("123456789") == 0xE3069283u);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAu);  // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43u);
  CHECK(masked_crc32c("") == 0xA282EAD8u);
}

TEST_CASE("a TFRecord is length, checksum, bytes, checksum") {
  const std::string record = tfrecord("abc");
  REQUIRE(record.size() == 8 + 4 + 3 + 4);
  CHECK(record.substr(0, 8) == std::string("\3\0\0\0\0\0\0\0", 8));
  CHECK(record.substr(12, 3) == "abc");
}

TEST_CASE("an event file starts with its version and holds the scalars in order") {
  const TemporaryFolder folder;
  EventWriter writer(folder.path() / "events", 1700000000);
  writer.scalar("training/loss", 0.5, 1, 1700000001.5);
  writer.scalar("training/loss", std::numeric_limits<double>::quiet_NaN(), 2, 1700000002);
  writer.flush();
  CHECK(writer.path().filename() == "events.out.tfevents.1700000000.tnn");
  const auto events = read_events(writer.path());
  REQUIRE(events.size() == 3);
  CHECK(events[0].file_version() == "brain.Event:2");
  CHECK(events[1].step() == 1);
  CHECK(events[1].wall_time() == 1700000001.5);
  CHECK(events[1].summary().value(0).tag() == "training/loss");
  CHECK(events[1].summary().value(0).simple_value() == 0.5f);
  CHECK(events[2].step() == 2);
}

TEST_CASE("a resumed run opens a later file that says from which step it takes over") {
  const TemporaryFolder folder;
  { EventWriter(folder.path(), 1700000000).scalar("loss", 1, 7, 0); }
  const EventWriter second(folder.path(), 1600000000, 5);  // a clock that went backwards
  CHECK(second.path().filename() == "events.out.tfevents.1700000001.tnn");
  CHECK(read_events(folder.path() / "events.out.tfevents.1700000000.tnn").size() == 2);
  const auto events = read_events(second.path());
  REQUIRE(events.size() == 2);
  CHECK(events[1].step() == 5);
  CHECK(events[1].session_log().status() == tensorboard::SessionLog::START);
}

TEST_CASE("a full disk or a missing folder is a system error of an append-only log") {
  AppendFile full("/dev/full");
  CHECK_THROWS_WITH(full.append("x"), ContainsSubstring("/dev/full"));
  CHECK_THROWS_AS(full.append("x"), SystemError);
  const TemporaryFolder folder;
  CHECK_THROWS_AS(AppendFile(folder.path() / "absent" / "log"), SystemError);
  write_file_atomically(folder.path() / "file", "");
  CHECK_THROWS_AS(EventWriter(folder.path() / "file", 1), SystemError);
}
