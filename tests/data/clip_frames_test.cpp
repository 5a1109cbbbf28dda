#include "data/clip_frames.h"

#include "catch_compat.h"
#include "clip_tree.h"
#include "core/atomic_file.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> frame_names(const fs::path& folder) {
  const auto clip = open_clip_folder(folder);
  std::vector<std::string> names;
  for (size_t i = 0; i < clip->frames(); ++i) names.push_back(clip->frame_name(i));
  return names;
}

void write_files(const fs::path& folder, const std::vector<std::string>& names) {
  fs::create_directories(folder);
  for (const auto& name : names) write_file_atomically(folder / name, "x");
}

/// Why the clip is damaged; "" where it is opened.
std::string damage_of(const fs::path& folder) {
  try {
    open_clip_folder(folder);
  } catch (const DamagedImage& damage) {
    return damage.what();
  }
  return "";
}

}  // namespace

TEST_CASE("frames are in the order of their numbers, whatever their digits, and other files do not count") {
  const TemporaryFolder folder;
  write_files(folder.path() / "a", {"frame_9.png", "frame_10.png", "frame_11.png", "Thumbs.db", ".frame_12.png", "notes.txt"});
  for (int i = 1; i <= 8; ++i) write_files(folder.path() / "a", {"frame_" + std::to_string(i) + ".png"});
  const auto names = frame_names(folder.path() / "a");
  REQUIRE(names.size() == 11);
  CHECK((names[0] == "frame_1.png" && names[8] == "frame_9.png" && names[10] == "frame_11.png"));
  write_files(folder.path() / "b", {"0.jpg", "1.JPEG", "2.jpg"});
  CHECK(frame_names(folder.path() / "b") == std::vector<std::string>{"0.jpg", "1.JPEG", "2.jpg"});
}

TEST_CASE("a clip that is missing, empty or not numbered without gaps is damaged, with the reason") {
  const TemporaryFolder folder;
  const fs::path clip = folder.path() / "clip";
  CHECK(damage_of(clip) == "no folder of this clip");
  write_files(clip, {"readme.txt"});
  CHECK_THAT(damage_of(clip), ContainsSubstring("no frame in it"));
  write_files(clip, {"00001.jpg", "00002.jpg", "00004.jpg"});
  CHECK(damage_of(clip) == "frame 3 is missing, before '00004.jpg'");
  write_files(clip, {"00009.jpg"});
  fs::remove(clip / "00004.jpg");
  CHECK(damage_of(clip) == "frames 3 to 8 are missing, before '00009.jpg'");
  fs::remove(clip / "00009.jpg");
  CHECK(damage_of(clip).empty());
  write_files(clip, {"2.png"});
  CHECK_THAT(damage_of(clip), ContainsSubstring("frame 2 is there twice"));
  fs::remove(clip / "2.png");
  write_files(clip, {"x00003.jpg"});
  CHECK_THAT(damage_of(clip), ContainsSubstring("begins otherwise"));
  fs::remove(clip / "x00003.jpg");
  write_files(clip, {"cover.jpg"});
  CHECK_THAT(damage_of(clip), ContainsSubstring("'cover.jpg' is no numbered frame"));
  write_files(folder.path() / "late", {"00007.jpg", "00008.jpg"});
  CHECK_THAT(damage_of(folder.path() / "late"), ContainsSubstring("begin with '00007.jpg'"));
  CHECK_THAT(damage_of(folder.path() / "late/00007.jpg"), ContainsSubstring("a file, not a folder of frames"));
  fs::create_symlink("nowhere", folder.path() / "link");
  CHECK_THAT(damage_of(folder.path() / "link"), ContainsSubstring("a link to 'nowhere'"));
}
