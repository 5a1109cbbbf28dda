#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset_card.h"
#include "data/encoded_clips.h"
#include "data/loader.h"

namespace tnn::test {

/// Writes `frames` JPEG images of that size, numbered from `first`, as 00001.jpg and so on.
void write_clip(const std::filesystem::path& folder, int frames, int height = 20, int width = 30, int first = 1);

/// Writes 20bn-jester-v1/1 to /9 with 5 to 13 frames of 20 x 30 pixels, and in `lists` (empty: beside that folder) the lists: 3 classes,
/// clips 1 to 6 for training, 7 to 9 for validation, and a list of test clips without labels. The card jester with the classes.
DatasetCard write_jester_tree(const std::filesystem::path& folder, const std::string& lists = "", const std::string& prefix = "jester-v1");

/// Writes train/ and val/ with the classes "come" and "go", of three and two clips of 6 frames; the card clip_folder with the classes.
DatasetCard write_clip_folder_tree(const std::filesystem::path& folder);

DatasetCard shipped_clip_card(const std::string& name);

/// Options for batches of 4 clips of 4 frames, 12 x 16 pixels.
LoaderOptions clip_loader_options(int workers, bool augment = true);
/// All batches of an epoch.
std::vector<Batch> clip_epoch(const std::shared_ptr<const ImageSet>& set, const LoaderOptions& options, int64_t epoch = 0);
bool same_batches(const std::vector<Batch>& a, const std::vector<Batch>& b);

}  // namespace tnn::test
