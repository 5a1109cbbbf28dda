#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/encoded_clips.h"

namespace tnn {

/// Reads all frames of a clip and decodes each. DamagedImage, with the frame, where one is damaged or has another size than the first.
void read_sound_frames(const OpenClip& clip, std::vector<std::vector<uint8_t>>& frames);

/// The classes that have no clip among `counts`, for messages: "no clip of 2 of 8 classes: a, b"; "" where all have one.
std::string classes_without_clips(const std::vector<int64_t>& counts, const std::vector<std::string>& classes);

}  // namespace tnn
