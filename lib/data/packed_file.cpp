#include "data/packed_file.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <cstring>

#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

int64_t open_file(const std::filesystem::path& path) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "make a property list");
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);  // file systems of clusters often have no locks
#endif
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access);
  if (file < 0) throw DataError(fmt::format("{}: not an HDF5 file, or a damaged one", path.string()));
  return file;
}

H5T_class_t class_of(int64_t dataset) {
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose, "find the type of a dataset");
  return H5Tget_class(type);
}

/// Text of a fixed length as the file has it, or 0.
size_t text_length(int64_t dataset) {
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose, "find the type of a dataset");
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 ? H5Tget_size(type) : 0;
}

/// Only of such an attribute does a value of its type hold all that is read.
bool has_one_value(int64_t attribute) {
  const Hdf5Handle space(H5Aget_space(attribute), H5Sclose, "find the size of an attribute");
  return H5Sget_simple_extent_npoints(space) == 1;
}

bool has_packed_format(int64_t file) {
  if (H5Aexists(file, "format") <= 0) return false;
  char format[64] = {};
  const Hdf5Handle attribute(H5Aopen(file, "format", H5P_DEFAULT), H5Aclose, "open an attribute");
  const Hdf5Handle type(H5Aget_type(attribute), H5Tclose, "find the type of an attribute");
  if (!has_one_value(attribute) || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0) return false;
  return H5Tget_size(type) < sizeof format && H5Aread(attribute, type, format) >= 0 && std::strcmp(format, kPackedFormat) == 0;
}

/// 0 where the file is none of tnn data pack.
int64_t version_of(int64_t file) {
  if (!has_packed_format(file) || H5Aexists(file, "version") <= 0) return 0;
  int64_t version = 0;
  const Hdf5Handle attribute(H5Aopen(file, "version", H5P_DEFAULT), H5Aclose, "open an attribute");
  const Hdf5Handle type(H5Aget_type(attribute), H5Tclose, "find the type of an attribute");
  if (!has_one_value(attribute) || H5Tget_class(type) != H5T_INTEGER || H5Tget_size(type) > sizeof version) return 0;
  return H5Aread(attribute, H5T_NATIVE_INT64, &version) < 0 ? 0 : version;
}

}  // namespace

PackedFile::PackedFile(const std::filesystem::path& path)
    : path_(path),
      input_(std::make_shared<const InputFile>(path)),
      sealed_(check_seal(*input_).has_value()),
      file_(open_file(path), H5Fclose, "open a file") {
  const int64_t version = version_of(file_), expected = sealed_ ? kPackedVersion : kUnsealedVersion;
  if (version == 0) fail("an HDF5 file, but not one of tnn data pack");
  if (version == expected) return;
  if (version < kUnsealedVersion)
    fail(fmt::format("packed in version {}, without checksums of the images: pack the folder again", version));
  if (version > kPackedVersion) fail(fmt::format("packed in version {} (this program reads version {})", version, kPackedVersion));
  fail(fmt::format("says that it was packed in version {}, but its first bytes are not of that version: it is damaged", version));
}

void PackedFile::fail(const std::string& what) const { throw DataError(fmt::format("{}: {}", path_.string(), what)); }

bool PackedFile::has(const std::string& object) const { return H5Lexists(file_, object.c_str(), H5P_DEFAULT) > 0; }

int64_t PackedFile::open(const std::string& name) const {
  const Hdf5Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "make a property list");
  check_hdf5(H5Pset_chunk_cache(access, 0, 0, 0), "set a cache");  // of a chunk only what is asked for is read
  const hid_t dataset = H5Dopen2(file_, name.c_str(), access);
  if (dataset < 0) fail(fmt::format("no dataset '{}' in it", name));
  return dataset;
}

int64_t PackedFile::size(const std::string& name) const { return size_of(Hdf5Handle(open(name), H5Dclose, "open a dataset"), name); }

int64_t PackedFile::size_of(int64_t dataset, const std::string& name) const {
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose, "find the size of a dataset");
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose, "find the type of a dataset");
  if (H5Sget_simple_extent_ndims(space) != 1) fail(fmt::format("'{}' is not a list", name));
  const auto count = static_cast<uint64_t>(H5Sget_simple_extent_npoints(space));
  const uint64_t each = std::max<uint64_t>(1, H5Tget_size(type)), bytes = std::filesystem::file_size(path_);
  if (count > bytes / each) fail(fmt::format("'{}' has {} entries of {} bytes, but the file {} bytes", name, count, each, bytes));
  return static_cast<int64_t>(count);
}

std::vector<std::string> PackedFile::texts(const std::string& name) const {
  const Hdf5Handle dataset(open(name), H5Dclose, "open a dataset");
  const auto count = static_cast<size_t>(size_of(dataset, name));
  const size_t length = text_length(dataset);
  if (length == 0) fail(fmt::format("'{}' is not a list of texts of one length", name));
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose, "find the type of a dataset");
  std::string all(count * length, '\0');
  if (count > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) < 0) fail(fmt::format("cannot read '{}'", name));
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; ++i) texts.emplace_back(all.data() + i * length, strnlen(all.data() + i * length, length));
  return texts;
}

int64_t PackedFile::open_integers(const std::string& name) const {
  const hid_t dataset = open(name);
  if (class_of(dataset) == H5T_INTEGER) return dataset;
  H5Dclose(dataset);
  fail(fmt::format("'{}' is not a list of integers", name));
}

std::vector<int64_t> PackedFile::integers(const std::string& name) const {
  const Hdf5Handle dataset(open_integers(name), H5Dclose, "open a dataset");
  std::vector<int64_t> values(static_cast<size_t>(size_of(dataset, name)));
  if (!values.empty() && H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail(fmt::format("cannot read '{}'", name));
  return values;
}

std::vector<double> PackedFile::reals(const std::string& name) const {
  const Hdf5Handle dataset(open(name), H5Dclose, "open a dataset");
  if (class_of(dataset) != H5T_FLOAT) fail(fmt::format("'{}' is not a list of numbers", name));
  std::vector<double> values(static_cast<size_t>(size_of(dataset, name)));
  if (!values.empty() && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail(fmt::format("cannot read '{}'", name));
  return values;
}

PackedSplit::PackedSplit(const PackedFile& file, const std::string& split)
    : bytes_(file.open_integers(split + "/bytes"), H5Dclose, "open a dataset"), ends_(file.integers(split + "/ends")) {
  const int64_t all = file.size(split + "/bytes");
  int64_t last = 0;
  bool ascending = true;
  for (const int64_t end : ends_) {
    ascending = ascending && end >= last && end <= all;
    last = end;
  }
  if (!ascending || (!file.is_sealed() && last != all))
    file.fail(fmt::format("'{}/ends' do not ascend from 0 to {}, the number of bytes", split, all));
  if (!file.is_sealed()) return;
  offset_ = find_bytes(file, split);
  input_ = file.input();
}

uint64_t PackedSplit::find_bytes(const PackedFile& file, const std::string& split) const {
  const Hdf5Handle type(H5Dget_type(bytes_), H5Tclose, "find the type of a dataset");
  const haddr_t offset = H5Dget_offset(bytes_);
  const auto bytes = static_cast<uint64_t>(file.size(split + "/bytes")), whole = file.input()->size();
  if (H5Tget_size(type) != 1 || offset == HADDR_UNDEF || offset > whole || bytes > whole - offset)
    file.fail(fmt::format("'{}/bytes' are not bytes in one piece", split));
  return offset;
}

void PackedSplit::read(size_t index, std::vector<uint8_t>& bytes) const {
  const auto begin = static_cast<uint64_t>(index == 0 ? 0 : ends_.at(index - 1));
  bytes.resize(static_cast<size_t>(ends_.at(index)) - begin);
  if (bytes.empty()) return;
  if (input_) return input_->read_at(offset_ + begin, bytes.data(), bytes.size());
  const auto lock = lock_hdf5();
  read_by_hdf5(begin, bytes);
}

void PackedSplit::read_by_hdf5(uint64_t begin, std::vector<uint8_t>& bytes) const {
  const hsize_t first = begin, size = bytes.size();
  const Hdf5Handle space(H5Dget_space(bytes_), H5Sclose, "find the size of a dataset");
  const Hdf5Handle memory(H5Screate_simple(1, &size, nullptr), H5Sclose, "make a space");
  check_hdf5(H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &size, nullptr), "find it");
  check_hdf5(H5Dread(bytes_, H5T_NATIVE_UCHAR, memory, space, H5P_DEFAULT, bytes.data()), "read it");
}

}  // namespace tnn
