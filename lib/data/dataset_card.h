#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/decompression.h"

namespace tnn {

/// image_folder: JPEG and PNG files of any size in class folders, or packed in one HDF5 file (packed_images.h). jester: clips as folders of
/// such files, with lists of clips and labels; clip_folder: the same in class folders; both may be packed, too (packed_clips.h). voc, coco:
/// images with boxes (annotated_folder.h), which may be packed as well (packed_annotated.h).
enum class DatasetFormat { idx, cifar10, cifar100, cifar10_python, cifar100_python, image_folder, jester, clip_folder, voc, coco };

/// What a file holds: labelled records (CIFAR), images alone or labels alone (IDX).
enum class FileContent { records, images, labels };

/// One file of a split. Sizes and checksums are those of the decompressed content, so plain, .gz and .xz copies are all the same file.
struct DatasetFile {
  std::string name;  ///< without .gz or .xz
  FileContent holds = FileContent::records;
  int64_t bytes = 0;  ///< 0: not known (CIFAR's Python version)
  int64_t images = 0;
  std::string md5, sha256;  ///< lower-case hexadecimal; "": not known

  /// Most bytes that the decompressed file may have: `bytes`, or, of the pickles whose size is not known, twice what images and labels
  /// need.
  ContentLimit limit() const;
};

struct DatasetSplit {
  std::vector<DatasetFile> files;
  std::vector<std::string> folders;  ///< image_folder, clips, coco: the names that the split's folder may have
  std::vector<std::string> lists;    ///< image_folder: the names that a list of labels of a flat folder may have; jester: see find_list();
                                     ///< voc: image sets, coco: files of annotations, of which the first that is there counts
  int64_t expected_images =
      0;  ///< images in files of their own, clips (of jester those of the list that lists.front() names); 0: not known
  /// Images or clips of the split: those of the files, an IDX pair counted once; or expected_images.
  int64_t images() const;
};

/// What a data set should look like on disk, from datasets/<name>.yaml. Nothing is ever fetched: the user brings the files.
///
///     const DatasetCard card = load_card(card_folders(), "cifar10");
///     const ImageSet train = load_split(card, locate(card, data_root), "train");
struct DatasetCard {
  std::string name;  ///< the file's stem
  std::string title, task;
  DatasetFormat format = DatasetFormat::idx;
  int channels = 0, height = 0, width = 0;  ///< height and width 0: images of different sizes (image_folder, clips)
  std::vector<std::string> classes;         ///< empty: the class folders on disk are the classes (see complete_card)
  std::vector<std::string> class_folders;   ///< image_folder, clip_folder: one a class, sorted; jester, voc, coco: the classes
  std::vector<std::string> label_lists;     ///< jester: names that the list of classes may have, see find_list()
  bool classes_on_disk = false;             ///< the card itself has none: they are what complete_card() found
  bool flip = true;                         ///< whether a sample that is mirrored left to right keeps its class
  std::vector<float> mean, std;             ///< of the training pixels, one a channel, as fractions of 255
  std::string licence, source;              ///< in words; source: where users get the files
  std::vector<std::string> folders;         ///< where to look: relative ones are below the data root
  DatasetSplit train, test;

  /// "train" or "test"; else UsageError.
  const DatasetSplit& split(const std::string& split_name) const;
  bool is_image_folder() const { return format == DatasetFormat::image_folder; }
  bool has_clips() const { return format == DatasetFormat::jester || format == DatasetFormat::clip_folder; }
  /// Whether the samples are images with boxes.
  bool has_boxes() const { return format == DatasetFormat::voc || format == DatasetFormat::coco; }
  /// Whether the samples are JPEG and PNG files of any size, or made of such.
  bool is_encoded() const { return is_image_folder() || has_clips() || has_boxes(); }
  /// What a number of samples are called in messages.
  const char* noun() const { return has_clips() ? "clips" : "images"; }
};

/// The names of the formats in cards, in the order of DatasetFormat.
const std::vector<std::string>& dataset_format_names();

/// Reads and checks one card. UsageError with file:line where a key is unknown, missing, given twice or has a value that does not fit.
DatasetCard read_card(const std::filesystem::path& path);

/// The cards (*.yaml) of these folders, sorted by their names, which are the files' stems. Of several of one name the first folder's
/// counts.
std::vector<std::filesystem::path> card_files(const std::vector<std::filesystem::path>& folders);

/// The card <name>.yaml of the first of these folders that has it; UsageError with the valid names and the nearest where none has.
DatasetCard load_card(const std::vector<std::filesystem::path>& folders, const std::string& name);
/// The same of a single folder.
DatasetCard load_card(const std::filesystem::path& folder, const std::string& name);

/// The folders of cards: those that the environment variable TNN_DATASETS lists, with ':' between, then that of the shipped cards, which
/// is, seen from the program, ../../../datasets (a build folder) or ../share/tnn/datasets (installed), else ./datasets. UsageError where a
/// listed one is no folder, and, with the places that were looked at, where there are none at all.
std::vector<std::filesystem::path> card_folders();

}  // namespace tnn
