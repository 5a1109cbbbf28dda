#include "data/packed_file.h"

#include <hdf5.h>
#include <sys/resource.h>

#include <csignal>

#include "catch_compat.h"
#include "data/dataset.h"
#include "data/packed_images.h"
#include "formats/hdf5/hdf5_library.h"
#include "image_tree.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

constexpr hsize_t kImages = 12;  ///< of the split train

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

  TemporaryFolder folder;
  fs::path file = folder.path() / "images.h5";
  DatasetCard card;
};

}  // namespace

TEST_CASE("lists of a packed file that are longer than the file are refused before memory is taken") {
  for (const char* list : {"train/labels", "train/names"}) {
    const Hostile hostile;
    const Hdf5Handle text(make_hdf5_text_type(16), H5Tclose, "make a text type");
    hostile.replace(list, std::string(list) == "train/names" ? int64_t{text} : H5T_NATIVE_INT64, {hsize_t{1} << 57});
    hostile.check_refused(std::string("'") + list + "' has 144115188075855872 entries");
  }
  const Hostile hostile;
  const Hdf5Handle text(make_hdf5_text_type(size_t{1} << 31), H5Tclose, "make a text type");
  hostile.replace("classes", text, {3});
  hostile.check_refused("'classes' has 3 entries of 2147483648 bytes");
}

TEST_CASE("lists of a packed file whose lengths differ are refused with all of them") {
  const Hostile hostile;
  hostile.replace("train/labels", H5T_NATIVE_INT64, {kImages + 1});
  hostile.check_refused("split 'train': 12 images, 13 labels and 12 names");
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

TEST_CASE("lists of a packed file of another type or number of dimensions are refused by name") {
  const auto refused = [](const char* list, hid_t type, const std::vector<hsize_t>& extent, const std::string& why) {
    const Hostile hostile;
    hostile.replace(list, type, extent);
    hostile.check_refused(why);
  };
  const Hdf5Handle any_length(make_hdf5_text_type(0), H5Tclose, "make a text type");
  const Hdf5Handle fractions(H5Tvlen_create(H5T_NATIVE_FLOAT), H5Tclose, "make a type");
  refused("train/labels", H5T_NATIVE_INT64, {3, 4}, "'train/labels' is not a list");
  refused("train/names", any_length, {kImages}, "'train/names' is not a list of texts of one length");
  refused("train/names", H5T_NATIVE_INT64, {kImages}, "'train/names' is not a list of texts of one length");
  refused("classes", H5T_NATIVE_INT64, {3}, "'classes' is not a list of texts of one length");
  refused("train/images", H5T_NATIVE_UCHAR, {kImages}, "'train/images' is not a list of bytes of any length");
  refused("train/images", fractions, {kImages}, "'train/images' is not a list of bytes of any length");
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
