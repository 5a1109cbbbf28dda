#include "data/packed_writer.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "data/checksum.h"
#include "data/packed_file.h"
#include "data/packed_lists.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

using Handle = Hdf5Handle;
void write_text_attribute(int64_t object, const char* name, const std::string& text) {
  const Handle type(make_hdf5_text_type(std::max<size_t>(1, text.size())), H5Tclose, "make a text type");
  write_hdf5_attribute(object, name, type, text.c_str());
}

/// How files are opened: in the newest layout, and not closed before everything in them is.
int64_t access_properties() {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  const bool set = access >= 0 && H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
                   H5Pset_fclose_degree(access, H5F_CLOSE_SEMI) >= 0;
  if (!set && access >= 0) H5Pclose(access);
  return set ? access : -1;
}

int64_t create_file(const std::filesystem::path& path) {
  const Handle access(access_properties(), H5Pclose, "make a property list");
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_userblock(creation, kSealBytes), "keep room for a seal");
  return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access);
}

int64_t open_again(const std::filesystem::path& path) {
  const Handle access(access_properties(), H5Pclose, "make a property list");
  return H5Fopen(path.c_str(), H5F_ACC_RDWR, access);
}

/// A dataset of bytes in one piece, of which HDF5 writes none; where it lies in the file.
FileRange make_room(int64_t file, const PackedWriter::Room& room) {
  const hsize_t bytes = std::max<uint64_t>(1, room.bytes);
  Handle group(H5Gcreate2(file, room.split.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make a group");
  const Handle space(H5Screate_simple(1, &bytes, nullptr), H5Sclose, "make a space");
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_layout(properties, H5D_CONTIGUOUS), "set a layout");
  check_hdf5(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY), "set a property");
  check_hdf5(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), "set a property");
  Handle dataset(H5Dcreate2(group, "bytes", H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose, "make a dataset");
  const haddr_t offset = H5Dget_offset(dataset);
  if (offset == HADDR_UNDEF) throw Hdf5Error("make room for images");
  dataset.close("make a dataset");
  group.close("make a group");
  return {offset, bytes};
}

/// Calls `work`; where HDF5 fails in it, a SystemError that names the file.
template <typename Work>
void write_by_hdf5(const std::filesystem::path& shown, const Work& work) {
  try {
    const auto lock = lock_hdf5();
    work();
  } catch (const Hdf5Error& error) {
    throw SystemError(fmt::format("{}: {} (is the disk full?)", shown.string(), error.what()));
  }
}

}  // namespace

PackedWriter::PackedWriter(std::filesystem::path path, std::filesystem::path shown, const std::string& dataset,
                           std::vector<std::string> classes, const std::vector<Room>& rooms)
    : path_(std::move(path)), shown_(std::move(shown)), classes_(std::move(classes)) {
  write_by_hdf5(shown_, [&] { create(dataset, rooms); });
  file_ = std::make_unique<OutputFile>(path_, shown_);
  for (const Split& split : splits_) file_->reserve(split.room.offset, split.room.size);
}

void PackedWriter::create(const std::string& dataset, const std::vector<Room>& rooms) {
  Handle file(create_file(path_), H5Fclose, "create the file");
  write_text_attribute(file, "format", kPackedFormat);
  write_hdf5_attribute(file, "version", H5T_NATIVE_INT64, &kPackedVersion);
  write_text_attribute(file, "dataset", dataset);
  write_texts(file, "classes", classes_);
  for (const Room& room : rooms) splits_.push_back({room.split, make_room(file, room), room.of_clips, {}, {}, {}, {}, {}, {}});
  file.close("write the file");
}

void PackedWriter::add_bytes(Split& to, const std::vector<uint8_t>& bytes) {
  const uint64_t begin = to.ends.empty() ? 0 : static_cast<uint64_t>(to.ends.back()), end = begin + bytes.size();
  if (end > to.room.size) throw DataError(fmt::format("{}: files of '{}' became larger while they were packed", shown_.string(), to.name));
  file_->write_at(to.room.offset + begin, bytes.data(), bytes.size());
  to.ends.push_back(static_cast<int64_t>(end));
  to.checksums.push_back(crc32_of(bytes));
}

void PackedWriter::add(size_t split, const std::vector<uint8_t>& bytes, int label, const std::string& name) {
  Split& to = splits_.at(split);
  add_bytes(to, bytes);
  to.labels.push_back(label);
  to.names.push_back(name);
}

void PackedWriter::add_clip(size_t split, const std::vector<std::vector<uint8_t>>& frames, int label, const std::string& name) {
  Split& to = splits_.at(split);
  for (const auto& frame : frames) add_bytes(to, frame);
  to.clip_ends.push_back(static_cast<int64_t>(to.ends.size()));
  to.labels.push_back(label);
  to.names.push_back(name);
}

void PackedWriter::write_lists() const {
  Handle file(open_again(path_), H5Fclose, "open the file again");
  for (const Split& split : splits_) {
    const hsize_t images = split.ends.size(), samples = split.labels.size();
    write_list(file, split.name + "/ends", images, H5T_NATIVE_INT64, split.ends.data());
    write_list(file, split.name + "/labels", samples, H5T_NATIVE_INT64, split.labels.data());
    write_list(file, split.name + "/checksums", images, H5T_NATIVE_UINT32, split.checksums.data());
    if (split.of_clips) write_list(file, split.name + kClipEnds, samples, H5T_NATIVE_INT64, split.clip_ends.data());
    write_texts(file, split.name + "/names", split.names);
    write_lists_of(file, split.name, split.more);
  }
  file.close("write the lists");
}

void PackedWriter::finish() {
  write_by_hdf5(shown_, [&] { write_lists(); });
  std::vector<FileRange> images;
  for (const Split& split : splits_) images.push_back(split.room);
  std::sort(images.begin(), images.end(), [](const FileRange& a, const FileRange& b) { return a.offset < b.offset; });
  write_seal(InputFile(path_), *file_, images);
  file_->close();
}

void PackedWriter::fail_to_read_back(const std::string& what) const {
  throw SystemError(fmt::format("{}: {} does not read back as it was written (is the disk full, or failing?)", shown_.string(), what));
}

void PackedWriter::read_back_lists() const {
  try {
    const auto lock = lock_hdf5();
    const PackedFile file(path_);
    if (file.texts("classes") != classes_) fail_to_read_back("the list of classes");
    for (const Split& split : splits_) {
      const std::vector<int64_t> checksums(split.checksums.begin(), split.checksums.end());
      if (file.integers(split.name + "/ends") != split.ends || file.integers(split.name + "/labels") != split.labels ||
          file.integers(split.name + "/checksums") != checksums || file.texts(split.name + "/names") != split.names ||
          (split.of_clips && file.integers(split.name + kClipEnds) != split.clip_ends) || !holds_lists(file, split.name, split.more))
        fail_to_read_back(fmt::format("a list of '{}'", split.name));
    }
  } catch (const DataError&) {
    fail_to_read_back("the file");
  } catch (const Hdf5Error&) {
    fail_to_read_back("the file");
  }
}

void PackedWriter::read_back_image(const InputFile& file, size_t split, size_t index) const {
  const Split& from = splits_.at(split);
  const int64_t begin = index == 0 ? 0 : from.ends[index - 1];
  std::vector<uint8_t> bytes(static_cast<size_t>(from.ends[index] - begin));
  bool read = true;
  try {
    file.read_at(from.room.offset + static_cast<uint64_t>(begin), bytes.data(), bytes.size());
  } catch (const DataError&) {
    read = false;
  }
  if (read && crc32_of(bytes) == from.checksums[index]) return;
  const auto clip = std::upper_bound(from.clip_ends.begin(), from.clip_ends.end(), static_cast<int64_t>(index)) - from.clip_ends.begin();
  fail_to_read_back(fmt::format("'{}/{}'", from.name, from.names[from.of_clips ? static_cast<size_t>(clip) : index]));
}

}  // namespace tnn
