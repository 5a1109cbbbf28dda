#include "data/packed_lists.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "data/packed_file.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

using Handle = Hdf5Handle;
constexpr hsize_t kListChunk = 1 << 12;  ///< labels, names or checksums that are checked together

}  // namespace

void write_list(int64_t parent, const std::string& name, uint64_t size, int64_t type, const void* values) {
  const hsize_t count = size;
  const hsize_t chunk = std::clamp<hsize_t>(count, 1, kListChunk);
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_chunk(properties, 1, &chunk), "set a chunk");
  check_hdf5(H5Pset_fletcher32(properties), "set a checksum");
  Handle dataset(H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose, "make a dataset");
  if (count > 0) check_hdf5(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), fmt::format("write '{}'", name));
  dataset.close(fmt::format("write '{}'", name));
}

void write_texts(int64_t parent, const std::string& name, const std::vector<std::string>& texts) {
  size_t length = 1;
  for (const auto& text : texts) length = std::max(length, text.size());
  std::string all;
  for (const auto& text : texts) (all += text).append(length - text.size(), '\0');
  const Handle type(make_hdf5_text_type(length), H5Tclose, "make a text type");
  write_list(parent, name, texts.size(), type, all.data());
}

void write_lists_of(int64_t parent, const std::string& split, const PackedLists& lists) {
  for (const auto& [name, values] : lists.integers) write_list(parent, split + "/" + name, values.size(), H5T_NATIVE_INT64, values.data());
  for (const auto& [name, values] : lists.reals) write_list(parent, split + "/" + name, values.size(), H5T_NATIVE_DOUBLE, values.data());
}

bool holds_lists(const PackedFile& file, const std::string& split, const PackedLists& lists) {
  PackedLists found;
  for (const auto& [name, values] : lists.integers) found.integers[name] = file.integers(split + "/" + name);
  for (const auto& [name, values] : lists.reals) found.reals[name] = file.reals(split + "/" + name);
  return found == lists;
}

}  // namespace tnn
