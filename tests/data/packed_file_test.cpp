#include "data/packed_file.h"

#include <hdf5.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/random_stream.h"
#include "data/byte_source.h"
#include "data/class_labels.h"
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
    for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i) {
      std::vector<uint8_t> bytes;
      set.encoded->read(i, bytes);
      content.emplace_back(set.encoded->name(i), labels_of(set)[i], bytes);
    }
  }
  return content;
}

/// How many mutated files are tried; more by hand: TNN_MUTATIONS.
int mutations(int usual) {
  const char* asked = std::getenv("TNN_MUTATIONS");
  return asked ? std::atoi(asked) : usual;
}

/// The file with some bytes turned, set, overwritten by others of it, cut off or added.
std::string mutated(std::string file, RandomStream& random) {
  for (uint64_t change = 1 + random.below(4); change > 0; --change) {
    const size_t at = random.below(file.size()), count = std::min<size_t>(file.size() - at, 1 + random.below(64));
    switch (random.below(6)) {
      case 0:
        file[at] = static_cast<char>(file[at] ^ (1 << random.below(8)));
        break;
      case 1:
        file.replace(at, count, count, static_cast<char>(0xff * random.below(2)));
        break;
      case 2:
        for (size_t i = at; i < at + count; ++i) file[i] = static_cast<char>(random.below(256));
        break;
      case 3:
        file.replace(at, count, file.substr(random.below(file.size() - count + 1), count));
        break;
      case 4:
        if (random.below(8) == 0) file.resize(at + 1);
        break;
      default:
        if (random.below(8) == 0) file.insert(at, std::string(count, '\0'));
    }
  }
  return file;
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
    images = check_seal(InputFile(file)).value();
  }

  /// As one who wants to harm would do.
  void seal() const {
    OutputFile out(file, file);
    write_seal(InputFile(file), out, images);
    out.close();
  }

  /// A list of another type, number of dimensions or length takes the place of `name`; of no values where none are given.
  void replace(const std::string& name, hid_t type, const std::vector<hsize_t>& extent, const void* values = nullptr) const {
    replace_list(name, type, extent, values);
    seal();
  }

  void replace_list(const std::string& name, hid_t type, const std::vector<hsize_t>& extent, const void* values) const {
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
    write_attribute(name, type, count, values);
    seal();
  }

  void write_attribute(const char* name, hid_t type, hsize_t count, const void* values) const {
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
  std::vector<FileRange> images;  ///< where the files' bytes are
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
  CHECK(labels_of(load_split(hostile.card, hostile.file, "train")).at(7) == 2);
}

TEST_CASE("images of a packed file that do not follow one another to the end of its bytes are refused") {
  const Hostile hostile;
  std::vector<int64_t> ends = hostile.ends();
  REQUIRE(ends.size() == kImages);
  for (const auto& [place, end] : std::vector<std::pair<size_t, int64_t>>{
           {0, -1}, {5, ends[4] - 1}, {5, ends[6] + 1}, {11, ends[11] + 1}, {3, std::numeric_limits<int64_t>::max()}}) {
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

TEST_CASE("any one byte of a packed file that changed is found: in an image by its checksum, elsewhere before HDF5 reads the file") {
  const Hostile hostile;
  const std::string whole = read_file(hostile.file);
  const auto in_an_image = [&](size_t at) {
    return std::any_of(hostile.images.begin(), hostile.images.end(),
                       [&](const FileRange& range) { return at >= range.offset && at < range.offset + range.size; });
  };
  for (size_t at = 0; at < whole.size(); at += in_an_image(at) ? 101 : 7) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    write_quickly(hostile.file, changed);
    INFO("byte " << at << " of " << whole.size());
    if (in_an_image(at))
      CHECK_THROWS_AS(content_of(hostile.card, hostile.file), DamagedImage);
    else
      CHECK_THROWS_WITH(load_split(hostile.card, hostile.file, "train"),
                        ContainsSubstring(hostile.file.string() + ": ") && ContainsSubstring("damaged"));
  }
}

TEST_CASE("packed files changed in any way are refused by a data error that names them") {
  const Hostile hostile;
  const std::string whole = read_file(hostile.file);
  const Content written = content_of(hostile.card, hostile.file);
  RandomStream random(1, RandomPurpose::shuffle);
  for (int i = 0; i < mutations(1500); ++i) {
    write_quickly(hostile.file, mutated(whole, random));
    INFO("mutation " << i);
    try {
      const bool same = content_of(hostile.card, hostile.file) == written;
      CHECK(same);
    } catch (const DamagedImage& damage) {
      CHECK_THAT(damage.what(), ContainsSubstring("other bytes"));
    } catch (const DataError& error) {
      CHECK_THAT(error.what(), ContainsSubstring(hostile.file.string()));
    }
  }
}

TEST_CASE("a packed file of another version is refused with what to do") {
  const Hostile hostile;
  for (const auto& [version, words] :
       {std::pair{1, "pack the folder again"}, std::pair{2, "it is damaged"}, std::pair{4, "reads version 3"}}) {
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

TEST_CASE("packing where a file may not become as large says so before and after its images and leaves nothing") {
  const Hostile hostile;
  fs::create_directory(hostile.folder.path() / "target");
  const fs::path file = hostile.folder.path() / "target/images.h5";
  const uint64_t whole = fs::file_size(hostile.file), images = hostile.images.back().offset + hostile.images.back().size;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // writing fails then, as on a full disk
  for (const uint64_t most :
       {uint64_t{0}, uint64_t{100}, kSealBytes + 50, hostile.images.front().offset, images - 1, images, images + 1000, whole - 1}) {
    const rlimit small{most, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    DamageLog damage;
    Progress silent;
    std::string message;
    try {
      pack_images(hostile.card, hostile.folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
    } catch (const SystemError& error) {
      message = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    INFO("at most " << most << " of " << whole << " bytes");
    CHECK_THAT(message, ContainsSubstring(file.string()));
    CHECK(fs::is_empty(hostile.folder.path() / "target"));
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("packing onto a disk that is full at any of its parts says so and leaves nothing, or a file that is whole") {
  const Hostile hostile;
  const fs::path disk = hostile.folder.path() / "disk", file = disk / "images.h5";
  fs::create_directory(disk);
  const uint64_t whole = fs::file_size(hostile.file);
  bool fitted = false;
  for (uint64_t kilobytes = 4; !fitted; kilobytes += 4) {
    REQUIRE(kilobytes < whole / 1024 + 200);
    if (mount("none", disk.c_str(), "tmpfs", 0, ("size=" + std::to_string(kilobytes) + "k").c_str()) != 0)
      TNN_SKIP("mounting a small file system needs root");
    DamageLog damage;
    Progress silent;
    std::string message;
    try {
      pack_images(hostile.card, hostile.folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
      fitted = true;
    } catch (const SystemError& error) {
      message = error.what();
    }
    INFO("disk of " << kilobytes << " KiB: " << message);
    if (fitted)
      CHECK(content_of(hostile.card, file).size() == 18);
    else
      CHECK_THAT(message, ContainsSubstring(file.string()));
    const bool nothing_left = fs::is_empty(disk);
    CHECK(nothing_left == !fitted);
    umount2(disk.c_str(), MNT_DETACH);
  }
}

TEST_CASE("packed files of version 2 are read, and damaged ones of them are refused though HDF5 does not survive them") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "images.h5";
  const SourceBytes source = read_source(TNN_SOURCE_DIR "/tests/data/packed_version_2.h5.xz");
  const std::string whole(source.bytes.begin(), source.bytes.end());
  const auto read = [&](const std::string& bytes) {
    write_quickly(file, bytes);
    const DatasetCard card = complete_card(load_card(TNN_SOURCE_DIR "/datasets", "image_folder"), file);
    return content_of(card, file);
  };
  const Content written = read(whole);
  CHECK(written.size() == 9);
  CHECK(std::get<0>(written[2]) == file.string() + ":train/bee/0.png");
  CHECK(std::get<1>(written[2]) == 1);
  RandomStream random(2, RandomPurpose::shuffle);
  for (int i = 0; i < mutations(100); ++i) {
    INFO("mutation " << i);
    try {
      const bool same = read(mutated(whole, random)) == written;
      CHECK(same);
    } catch (const DamagedImage& damage) {
      CHECK_THAT(damage.what(), ContainsSubstring("other bytes"));
    } catch (const DataError& error) {
      CHECK_THAT(error.what(), ContainsSubstring(file.string()));
    }
  }
}
