#pragma once

#include <hdf5.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "data/dataset_card.h"
#include "data/packed_seal.h"
#include "temporary_folder.h"

namespace tnn::test {

constexpr hsize_t kPackedImages = 12;  ///< of the split train of HostilePackedFile

/// Without waiting for the disk.
void write_quickly(const std::filesystem::path& path, const std::string& bytes);

/// Names, labels and bytes of all images of a packed file.
using PackedContent = std::vector<std::tuple<std::string, int, std::vector<uint8_t>>>;
PackedContent content_of(const DatasetCard& card, const std::filesystem::path& file);

/// Text of one length, or of any where that is 0.
class TextType {
 public:
  explicit TextType(size_t length);
  ~TextType();
  TextType(const TextType&) = delete;
  TextType& operator=(const TextType&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
};

/// A packed file of which parts are then replaced, as one who wants to harm would do: its seal is written anew.
struct HostilePackedFile {
  HostilePackedFile();

  /// A list of another type, number of dimensions or length takes the place of `name`; of no values where none are given.
  void replace(const std::string& name, hid_t type, const std::vector<hsize_t>& extent, const void* values = nullptr) const;
  /// Takes the place of an attribute: `count` values of a type.
  void set_attribute(const char* name, hid_t type, hsize_t count, const void* values) const;
  /// Why the training split is refused: the DataError's text; "" where it is read.
  std::string refusal() const;
  std::vector<int64_t> ends() const;

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "images.h5";
  DatasetCard card;
  std::vector<FileRange> images;  ///< where the files' bytes are

 private:
  void seal() const;
};

}  // namespace tnn::test
