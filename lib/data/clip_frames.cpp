#include "data/clip_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "data/display_name.h"
#include "data/file_bytes.h"
#include "data/folder_entries.h"
#include "data/folder_scan.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMostDigits = 9;

struct Frame {
  int64_t number;
  std::string name;
};

class FramesInFolder : public OpenClip {
 public:
  FramesInFolder(fs::path folder, std::vector<Frame> frames) : folder_(std::move(folder)), frames_(std::move(frames)) {}
  size_t frames() const override { return frames_.size(); }
  std::string frame_name(size_t frame) const override { return display_name(frames_.at(frame).name); }
  void read(size_t frame, std::vector<uint8_t>& bytes) const override {
    const fs::path path = folder_ / frames_.at(frame).name;
    try {
      read_file_bytes(path, bytes);
    } catch (const DataError&) {
      if (const auto target = missing_target(path)) throw DamagedImage(fmt::format("a link to '{}', which leads to no file", *target));
      throw;
    }
  }

 private:
  fs::path folder_;
  std::vector<Frame> frames_;
};

/// Where the digits begin that end a file's name before its extension.
size_t number_begin(const std::string& name) {
  const size_t end = name.rfind('.');
  size_t begin = end;
  while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9') --begin;
  if (begin == end || end - begin > kMostDigits)
    throw DamagedImage(
        fmt::format("'{}' is no numbered frame (the name of a frame ends with its number, as 00001.jpg does)", display_name(name)));
  return begin;
}

/// The numbered images of a folder, sorted by number.
std::vector<Frame> list_frames(const fs::path& folder) {
  std::vector<Frame> frames;
  std::optional<std::string> beginning;
  for (FolderEntry& entry : folder_entries(folder)) {
    if (!is_frame(entry)) continue;
    const size_t begin = number_begin(entry.name);
    if (!beginning) beginning = entry.name.substr(0, begin);
    if (entry.name.compare(0, begin, *beginning) != 0)
      throw DamagedImage(fmt::format("'{}' begins otherwise than '{}': the frames of a clip differ in their numbers alone",
                                     display_name(entry.name), display_name(frames.front().name)));
    frames.push_back({std::stoll(entry.name.substr(begin)), std::move(entry.name)});
  }
  std::sort(frames.begin(), frames.end(), [](const Frame& a, const Frame& b) { return a.number < b.number; });
  return frames;
}

void check_numbers(const std::vector<Frame>& frames) {
  if (frames.empty()) throw DamagedImage("no frame in it (JPEG and PNG files, by their extensions)");
  if (frames.front().number > 1)
    throw DamagedImage(fmt::format("its frames begin with '{}': those before it are missing (the first has the number 0 or 1)",
                                   display_name(frames.front().name)));
  for (size_t i = 1; i < frames.size(); ++i) {
    const int64_t before = frames[i - 1].number, number = frames[i].number;
    if (number == before)
      throw DamagedImage(
          fmt::format("frame {} is there twice: '{}' and '{}'", number, display_name(frames[i - 1].name), display_name(frames[i].name)));
    if (number == before + 2) throw DamagedImage(fmt::format("frame {} is missing, before '{}'", before + 1, display_name(frames[i].name)));
    if (number > before + 2)
      throw DamagedImage(fmt::format("frames {} to {} are missing, before '{}'", before + 1, number - 1, display_name(frames[i].name)));
  }
}

}  // namespace

bool is_frame(const FolderEntry& entry) {
  const bool may_be_image = entry.kind == FolderEntry::Kind::file || entry.kind == FolderEntry::Kind::dangling;
  return may_be_image && entry.name.front() != '.' && is_image_name(entry.name);
}

std::unique_ptr<const OpenClip> open_clip_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    if (const auto target = missing_target(folder)) throw DamagedImage(fmt::format("a link to '{}', which leads to no folder", *target));
    throw DamagedImage(fs::exists(folder, ignored) ? "a file, not a folder of frames" : "no folder of this clip");
  }
  std::vector<Frame> frames = list_frames(folder);
  check_numbers(frames);
  return std::make_unique<FramesInFolder>(folder, std::move(frames));
}

}  // namespace tnn
