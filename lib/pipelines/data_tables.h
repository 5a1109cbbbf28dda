#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/table.h"

namespace tnn {

/// What verifying a data set printed and found.
struct VerifiedData {
  Table table;          ///< images or clips a class, or the files with what is wrong
  std::string summary;  ///< for people: a line, and one for each split of which files are left out
  bool ok = true;
};

/// Checks every file of a data set below `data_root` (see data_root_or_default).
VerifiedData verify_data(const std::string& name, const std::string& data_root, Progress& progress);

/// The data sets that have a card, and its file.
Table data_list();

/// What packing an image folder or clips is to do.
struct PackOptions {
  std::string name, data_root;
  std::filesystem::path file;
  std::string damaged = "stop";  ///< or skip
  int workers = 1;
  bool overwrite = false;
};
/// Packs an image folder or clips into one HDF5 file (see pack_images, pack_clips); one line for people. Those that are damaged are
/// messages of `progress`.
std::string pack_data(const PackOptions& options, Progress& progress);

/// What measuring the speed of loading is to do.
struct LoadingOptions {
  std::string name, data_root, split = "train";
  bool augment = true;
  std::vector<int> image_size;             ///< side, or height and width, of encoded images, or of frames; empty: 224, with boxes 1000
  int short_side = 600, long_side = 1000;  ///< of images with boxes
  int frames = 16;                         ///< of a clip
  int workers = 1;
  int64_t batch_size = 32;
  double seconds = 5;
};
/// Images or clips a second that come ready for the network; of clips also which share of the loader's time goes into reading files, and
/// which into decoding them.
Table loading_speed(const LoadingOptions& options);

}  // namespace tnn
