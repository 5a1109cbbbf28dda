#include "pipelines/clip_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "data/clip_frames.h"
#include "data/folder_entries.h"
#include "data/folder_scan.h"
#include "pipelines/experiment.h"
#include "pipelines/image_options.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

using Kind = FolderEntry::Kind;

/// A folder that holds images is a clip. `seen`: folders that were looked into, which links may lead back to.
void find_clips(const fs::path& folder, std::vector<fs::path>& clips, LeftOut& left_out, std::set<FolderIdentity>& seen) {
  if (!seen.insert(folder_identity(folder)).second) {
    left_out.add("reached a second time", folder.string());
    return;
  }
  const auto entries = folder_entries(folder);
  if (std::any_of(entries.begin(), entries.end(), is_frame)) {
    clips.push_back(folder);
    return;
  }
  bool inner = false;
  for (const FolderEntry& entry : entries) {
    if (entry.kind != Kind::folder || entry.name.front() == '.') continue;
    inner = true;
    find_clips(folder / entry.name, clips, left_out, seen);
  }
  if (!inner) left_out.add("folders without a frame", folder.string());
}

AugmentationOptions preparation_of(const ModelDescription& description) {
  const auto input = description.graph.dimensions(description.graph.input().shape);
  const Preprocessing& preprocessing = description.preprocessing;
  if (input[0] != 3 || preprocessing.mean.size() != 3)
    throw UsageError(fmt::format("the network takes [{}]{}: clips are for networks of 3 channels that were trained on clips",
                                 fmt::join(input, ", "), preprocessing.mean.empty() ? " and has no mean and std" : ""));
  AugmentationOptions options = plain_augmentation(preprocessing);
  options.image_size = input_extent(description.graph);
  options.frames = input_frames(description.graph);
  return options;
}

}  // namespace

ClipInputs::ClipInputs(const fs::path& folder, const ModelDescription& description)
    : left_out_(folder.string()), preparation_(std::make_unique<ClipPreparation>(preparation_of(description), 0)) {
  if (!fs::is_directory(folder))
    throw UsageError(fmt::format("'{}' is an image; this network takes clips: a folder of numbered frames, or a folder of such folders",
                                 folder.string()));
  std::set<FolderIdentity> seen;
  find_clips(folder, clips_, left_out_, seen);
  if (clips_.empty())
    throw DataError(fmt::format("'{}' holds no clip (a folder of numbered JPEG or PNG files, such as 00001.jpg)", folder.string()));
}

std::vector<fs::path> ClipInputs::files() const {
  std::vector<fs::path> files;
  for (const fs::path& clip : clips_)
    for (const FolderEntry& entry : folder_entries(clip))
      if (is_frame(entry)) files.push_back(clip / entry.name);
  return files;
}

void ClipInputs::read(int64_t first, int64_t count, float* to) const {
  int64_t each = 1;
  for (const int64_t size : preparation_->shape()) each *= size;
  for (int64_t i = 0; i < count; ++i) {
    const fs::path& clip = clips_[static_cast<size_t>(first + i)];
    try {
      preparation_->apply(*open_clip_folder(clip), 0, 0, to + i * each);
    } catch (const DamagedImage& error) {
      throw DataError(fmt::format("'{}': {}", clip.string(), error.what()));
    }
  }
}

}  // namespace tnn
