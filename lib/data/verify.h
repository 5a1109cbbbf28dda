#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "data/dataset_card.h"
#include "data/dataset_folder.h"

namespace tnn {

/// One thing that is wrong with one file.
struct Finding {
  std::filesystem::path file;
  std::string problem;
};

/// What a data set on disk looks like beside its card.
struct VerifyReport {
  std::filesystem::path folder;
  std::vector<Finding> findings;                     ///< all of them, in the order of the card's files
  std::vector<int64_t> train_counts, test_counts;    ///< images or clips a class; all 0 where the split could not be read
  std::vector<int64_t> train_objects, test_objects;  ///< objects a class; empty where there are no boxes
  std::string note;                                  ///< what else is to be told of folders of images; no fault
  bool ok() const { return findings.empty(); }
};

/// Reads every file of the card: presence, size, checksum, format, labels, number of images. A folder with some of the files is verified
/// and the others are findings; where no folder has any, the DataError of locate(). `progress` (may be null) counts files. Interrupted
/// between two files. Image folders: see verify_images; clips: verify_clips; images with boxes: verify_annotated.
VerifyReport verify_dataset(const DatasetCard& card, const DataRoot& data_root, Progress* progress = nullptr);

}  // namespace tnn
