#include "data/hostile_packed_file.h"

#include <fstream>

#include "core/error.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/image_tree.h"
#include "data/packed_file.h"
#include "data/packed_images.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn::test {

void write_quickly(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

PackedContent content_of(const DatasetCard& card, const std::filesystem::path& file) {
  PackedContent content;
  for (const char* split : {"train", "test"}) {
    const ImageSet set = load_split(card, file, split);
    for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i) {
      std::vector<uint8_t> bytes;
      set.encoded->read(i, bytes);
      content.emplace_back(set.encoded->name(i), labels_of(set)[i], bytes);
    }
  }
  return content;
}

TextType::TextType(size_t length) {
  const auto lock = lock_hdf5();
  id_ = make_hdf5_text_type(length);
}

TextType::~TextType() {
  const auto lock = lock_hdf5();
  H5Tclose(id_);
}

HostilePackedFile::HostilePackedFile() : card(write_image_tree(folder.path() / "images")) {
  DamageLog damage;
  Progress silent;
  pack_images(card, folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
  images = check_seal(InputFile(file)).value();
}

void HostilePackedFile::seal() const {
  OutputFile out(file, file);
  write_seal(InputFile(file), out, images);
  out.close();
}

void HostilePackedFile::replace(const std::string& name, hid_t type, const std::vector<hsize_t>& extent, const void* values) const {
  {
    const auto lock = lock_hdf5();
    const Hdf5Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open a file");
    const Hdf5Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, "make a space");
    check_hdf5(H5Ldelete(opened, name.c_str(), H5P_DEFAULT), "delete");
    const Hdf5Handle list(H5Dcreate2(opened, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, "make a list");
    if (values) check_hdf5(H5Dwrite(list, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write a list");
  }
  seal();
}

void HostilePackedFile::set_attribute(const char* name, hid_t type, hsize_t count, const void* values) const {
  {
    const auto lock = lock_hdf5();
    const Hdf5Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open a file");
    const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
    check_hdf5(H5Adelete(opened, name), "delete");
    const Hdf5Handle attribute(H5Acreate2(opened, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make an attribute");
    check_hdf5(H5Awrite(attribute, type, values), "write an attribute");
  }
  seal();
}

std::string HostilePackedFile::refusal() const {
  try {
    load_split(card, file, "train");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

std::vector<int64_t> HostilePackedFile::ends() const {
  const auto lock = lock_hdf5();
  return PackedFile(file).integers("train/ends");
}

}  // namespace tnn::test
