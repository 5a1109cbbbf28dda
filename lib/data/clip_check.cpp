#include "data/clip_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/image_decoder.h"

namespace tnn {
namespace {

constexpr size_t kNamedClasses = 20;

}  // namespace

void read_sound_frames(const OpenClip& clip, std::vector<std::vector<uint8_t>>& frames) {
  thread_local PixelImage pixels;
  frames.resize(clip.frames());
  ImageExtent first;
  for (size_t i = 0; i < frames.size(); ++i) {
    try {
      clip.read(i, frames[i]);
      decode_image(frames[i], pixels);
    } catch (const DamagedImage& damage) {
      throw DamagedImage(fmt::format("frame {}: {}", clip.frame_name(i), damage.what()));
    }
    if (i == 0) first = {pixels.height, pixels.width};
    if (pixels.height != first.height || pixels.width != first.width)
      throw DamagedImage(fmt::format("frame {} has {} x {} pixels, '{}' {} x {}", clip.frame_name(i), pixels.height, pixels.width,
                                     clip.frame_name(0), first.height, first.width));
  }
}

std::string classes_without_clips(const std::vector<int64_t>& counts, const std::vector<std::string>& classes) {
  std::vector<std::string> missing;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] == 0) missing.push_back(classes.at(i));
  if (missing.empty()) return "";
  const size_t more = missing.size() - std::min(missing.size(), kNamedClasses);
  missing.resize(missing.size() - more);
  return fmt::format("no clip of {} of {} classes: {}{}", missing.size() + more, counts.size(), fmt::join(missing, ", "),
                     more ? fmt::format(" and {} more", more) : "");
}

}  // namespace tnn
