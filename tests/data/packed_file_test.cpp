#include "data/packed_file.h"

#include <hdf5.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <limits>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/dataset.h"
#include "data/packed_images.h"
#include "data/verify.h"
#include "formats/hdf5/hdf5_library.h"
#include "image_tree.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

constexpr hsize_t kImages = 12;  ///< of the split train

/// Without waiting for the disk.
void write_quickly(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Names, labels and bytes of all images.
using Content = std::vector<std::tuple<std::string, int, std::vector<uint8_t>>>;

Content content_of(const DatasetCard& card, const fs::path& file) {
  Content content;
  for (const char* split : {"train", "test"}) {
    const ImageSet set = load_split(card, file, split);
    for (size_t i = 0; i < set.labels.size(); ++i) {
      std::vector<uint8_t> bytes;
      set.encoded->read(i, bytes);
      content.emplace_back(set.encoded->name(i), set.labels[i], bytes);
    }
  }
  return content;
}

/// Text of one length, or of any where that is 0.
class TextType {
 public:
  explicit TextType(size_t length) : id_(make(length)) {}
  ~TextType() {
    const auto lock = lock_hdf5();
    H5Tclose(id_);
  }
  TextType(const TextType&) = delete;
  TextType& operator=(const TextType&) = delete;
  operator hid_t() const { return id_; }

 private:
  static hid_t make(size_t length) {
    const auto lock = lock_hdf5();
    return make_hdf5_text_type(length);
  }
  hid_t id_;
};

/// A packed file of which parts are then replaced.
struct Hostile {
  Hostile() : card(write_image_tree(folder.path() / "images")) {
    DamageLog damage;
    Progress silent;
    pack_images(card, folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
  }

  /// A list of another type, number of dimensions or length takes the place of `name`; of no values where none are given.
  void replace(const std::string& name, hid_t type, const std::vector<hsize_t>& extent, const void* values = nullptr) const {
    const auto lock = lock_hdf5();
    const Hdf5Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open a file");
    const Hdf5Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, "make a space");
    check_hdf5(H5Ldelete(opened, name.c_str(), H5P_DEFAULT), "delete");
    const Hdf5Handle list(H5Dcreate2(opened, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, "make a list");
    if (values) check_hdf5(H5Dwrite(list, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write a list");
  }

  /// The file's name is in every refusal.
  void check_refused(const std::string& why) const {
    CHECK_THROWS_WITH(load_split(card, file, "train"), ContainsSubstring(file.string()) && ContainsSubstring(why));
    CHECK_THROWS_AS(load_split(card, file, "train"), DataError);
  }

  /// Takes the place of an attribute: `count` values of a type.
  void set_attribute(const char* name, hid_t type, hsize_t count, const void* values) const {
    const auto lock = lock_hdf5();
    const Hdf5Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open a file");
    const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
    check_hdf5(H5Adelete(opened, name), "delete");
    const Hdf5Handle attribute(H5Acreate2(opened, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make an attribute");
    check_hdf5(H5Awrite(attribute, type, values), "write an attribute");
  }

  std::vector<int64_t> ends() const {
    const auto lock = lock_hdf5();
    return PackedFile(file).integers("train/ends");
  }

  TemporaryFolder folder;
  fs::path file = folder.path() / "images.h5";
  DatasetCard card;
};

}  // namespace

TEST_CASE("lists of a packed file that are longer than the file are refused before memory is taken") {
  for (const char* list : {"train/labels", "train/names"}) {
    const Hostile hostile;
    const TextType text(16);
    hostile.replace(list, std::string(list) == "train/names" ? hid_t{text} : H5T_NATIVE_INT64, {hsize_t{1} << 57});
    hostile.check_refused(std::string("'") + list + "' has 144115188075855872 entries");
  }
  const Hostile hostile;
  const TextType text(size_t{1} << 31);
  hostile.replace("classes", text, {3});
  hostile.check_refused("'classes' has 3 entries of 2147483648 bytes");
}

TEST_CASE("lists of a packed file whose lengths differ are refused with all of them") {
  const Hostile hostile;
  hostile.replace("train/labels", H5T_NATIVE_INT64, {kImages + 1});
  hostile.check_refused("split 'train': 12 images, 13 labels, 12 names and 12 checksums");
}

TEST_CASE("labels of a packed file that are no integers, or none of a class, are refused") {
  std::vector<double> fractions(kImages, 0.5);
  std::vector<int64_t> labels(kImages, 0);
  const Hostile hostile;
  hostile.replace("train/labels", H5T_NATIVE_DOUBLE, {kImages}, fractions.data());
  hostile.check_refused("'train/labels' is not a list of integers");
  for (const int64_t wrong : {int64_t{3}, int64_t{-1}, int64_t{1} << 40}) {
    labels[7] = wrong;
    hostile.replace("train/labels", H5T_NATIVE_INT64, {kImages}, labels.data());
    hostile.check_refused("n02/n02_3.JPEG: its label is " + std::to_string(wrong) + ", but the file has 3 classes");
  }
  labels[7] = 2;
  hostile.replace("train/labels", H5T_NATIVE_INT64, {kImages}, labels.data());
  CHECK(load_split(hostile.card, hostile.file, "train").labels.at(7) == 2);
}

TEST_CASE("images of a packed file that do not follow one another to the end of its bytes are refused") {
  const Hostile hostile;
  std::vector<int64_t> ends = hostile.ends();
  REQUIRE(ends.size() == kImages);
  for (const auto& [place, end] : std::vector<std::pair<size_t, int64_t>>{
           {0, -1}, {5, ends[4] - 1}, {5, ends[6] + 1}, {11, ends[11] - 1}, {11, ends[11] + 1}, {3, std::numeric_limits<int64_t>::max()}}) {
    std::vector<int64_t> changed = ends;
    changed[place] = end;
    hostile.replace("train/ends", H5T_NATIVE_INT64, {kImages}, changed.data());
    hostile.check_refused("'train/ends' do not ascend from 0 to " + std::to_string(ends.back()));
  }
  hostile.replace("train/ends", H5T_NATIVE_INT64, {kImages}, ends.data());
  CHECK(load_split(hostile.card, hostile.file, "train").size() == kImages);
}

TEST_CASE("a byte of a packed image that changed is found by file and split and image, and the others are read") {
  const Hostile hostile;
  const std::string whole = read_file(hostile.file);
  const ImageSet original = load_split(hostile.card, hostile.folder.path() / "images", "train");
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < kImages; ++i) {
    original.encoded->read(i, bytes);
    const size_t begin = whole.find(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    REQUIRE(begin != std::string::npos);
    for (const size_t at : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      std::string changed = whole;
      changed[begin + at] = static_cast<char>(changed[begin + at] ^ 1);
      write_quickly(hostile.file, changed);
      const ImageSet set = load_split(hostile.card, hostile.file, "train");
      for (size_t k = 0; k < kImages; ++k) {
        if (k == i)
          CHECK_THROWS_AS(set.encoded->read(k, bytes), DamagedImage);
        else
          CHECK_NOTHROW(set.encoded->read(k, bytes));
      }
    }
    const VerifyReport report = verify_dataset(hostile.card, hostile.file);
    REQUIRE(report.findings.size() == 1);
    const std::string name = fs::path(original.encoded->name(i)).filename().string();
    CHECK(report.findings[0].file == hostile.file.string() + ":train/" + name.substr(0, 3) + "/" + name);
    CHECK_THAT(report.findings[0].problem, ContainsSubstring("other bytes than were packed"));
  }
}

TEST_CASE("a packed file with any one byte changed is read as it was, or what is damaged is named") {
  const Hostile hostile;
  const std::string whole = read_file(hostile.file);
  const Content written = content_of(hostile.card, hostile.file);
  size_t found = 0;
  for (size_t at = 0; at < whole.size(); at += 11) {
    if (whole.substr(at, 16) == std::string(16, '\0')) continue;  // what is left of a chunk
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    write_quickly(hostile.file, changed);
    INFO("byte " << at << " of " << whole.size());
    try {
      const bool same = content_of(hostile.card, hostile.file) == written;
      CHECK(same);
    } catch (const DamagedImage& damage) {
      CHECK_THAT(damage.what(), ContainsSubstring("other bytes"));
      ++found;
    } catch (const DataError& error) {
      CHECK_THAT(error.what(), ContainsSubstring(hostile.file.string()));
      ++found;
    }
  }
  CHECK(found > 0);
}

TEST_CASE("a packed file of another version is refused with what to do") {
  const Hostile hostile;
  for (const auto& [version, words] : {std::pair{1, "pack the folder again"}, std::pair{3, "reads version 2"}}) {
    hostile.set_attribute("version", H5T_NATIVE_INT, 1, &version);
    hostile.check_refused(words);
  }
}

TEST_CASE("a format of a packed file that is many texts or a long one or none is not read") {
  const Hostile hostile;
  for (const auto& [length, count] : {std::pair<size_t, hsize_t>{63, 1000}, {63, 2}, {64, 1}, {60000, 1}, {63, 0}}) {
    std::string texts;
    for (hsize_t i = 0; i < count; ++i) texts += kPackedFormat + std::string(length - std::strlen(kPackedFormat), '\0');
    hostile.set_attribute("format", TextType(length), count, texts.data());
    INFO(count << " texts of " << length);
    hostile.check_refused("not one of tnn data pack");
  }
  const std::string text = kPackedFormat + std::string(63 - std::strlen(kPackedFormat), '\0');
  hostile.set_attribute("format", TextType(63), 1, text.data());
  CHECK(load_split(hostile.card, hostile.file, "train").size() == kImages);
}

TEST_CASE("a version of a packed file that is many numbers or none or no integer is not read") {
  const Hostile hostile;
  const std::vector<int64_t> versions(8000, kPackedVersion);
  for (const hsize_t count : {8000, 2, 0}) {
    hostile.set_attribute("version", H5T_NATIVE_INT64, count, versions.data());
    INFO(count << " versions");
    hostile.check_refused("not one of tnn data pack");
  }
  const double fraction = kPackedVersion;
  hostile.set_attribute("version", H5T_NATIVE_DOUBLE, 1, &fraction);
  hostile.check_refused("not one of tnn data pack");
  hostile.set_attribute("version", TextType(8), 1, versions.data());
  hostile.check_refused("not one of tnn data pack");
  const int16_t narrow = kPackedVersion;
  hostile.set_attribute("version", H5T_NATIVE_INT16, 1, &narrow);
  CHECK(load_split(hostile.card, hostile.file, "train").size() == kImages);
}

TEST_CASE("lists of a packed file of another type or number of dimensions are refused by name") {
  const auto refused = [](const char* list, hid_t type, const std::vector<hsize_t>& extent, const std::string& why) {
    const Hostile hostile;
    hostile.replace(list, type, extent);
    hostile.check_refused(why);
  };
  const TextType any_length(0);
  refused("train/labels", H5T_NATIVE_INT64, {3, 4}, "'train/labels' is not a list");
  refused("train/names", any_length, {kImages}, "'train/names' is not a list of texts of one length");
  refused("train/names", H5T_NATIVE_INT64, {kImages}, "'train/names' is not a list of texts of one length");
  refused("classes", H5T_NATIVE_INT64, {3}, "'classes' is not a list of texts of one length");
  refused("train/bytes", H5T_NATIVE_FLOAT, {kImages}, "'train/bytes' is not a list of integers");
  refused("train/bytes", H5T_NATIVE_UCHAR, {3, 4}, "'train/bytes' is not a list");
  refused("train/ends", H5T_NATIVE_DOUBLE, {kImages}, "'train/ends' is not a list of integers");
}

TEST_CASE("packing onto a full disk says so and leaves nothing") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path() / "images");
  fs::create_directory(folder.path() / "target");
  const fs::path file = folder.path() / "target/images.h5";
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // writing fails then, as on a full disk
  const rlimit small{10000, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  DamageLog damage;
  Progress silent;
  std::string message;
  try {
    pack_images(card, folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
  } catch (const SystemError& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK_THAT(message, ContainsSubstring(file.string()) && ContainsSubstring("is the disk full?"));
  CHECK(fs::is_empty(folder.path() / "target"));
}
