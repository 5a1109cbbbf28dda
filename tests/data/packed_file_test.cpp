#include "data/packed_file.h"

#include <cstring>
#include <limits>

#include "catch_compat.h"
#include "core/error.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/hostile_packed_file.h"

using namespace tnn;
using namespace tnn::test;

TEST_CASE("lists of a packed file that are longer than the file are refused before memory is taken") {
  for (const char* list : {"train/labels", "train/names"}) {
    const HostilePackedFile hostile;
    const TextType text(16);
    hostile.replace(list, std::string(list) == "train/names" ? hid_t{text} : H5T_NATIVE_INT64, {hsize_t{1} << 57});
    CHECK_THAT(hostile.refusal(),
               ContainsSubstring(hostile.file.string()) && ContainsSubstring(std::string("'") + list + "' has 144115188075855872 entries"));
  }
  const HostilePackedFile hostile;
  const TextType text(size_t{1} << 31);
  hostile.replace("classes", text, {3});
  CHECK_THAT(hostile.refusal(),
             ContainsSubstring(hostile.file.string()) && ContainsSubstring("'classes' has 3 entries of 2147483648 bytes"));
}

TEST_CASE("lists of a packed file whose lengths differ are refused with all of them") {
  const HostilePackedFile hostile;
  hostile.replace("train/labels", H5T_NATIVE_INT64, {kPackedImages + 1});
  CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) &&
                                    ContainsSubstring("split 'train': 12 images, 13 labels, 12 names and 12 checksums"));
}

TEST_CASE("labels of a packed file that are no integers, or none of a class, are refused") {
  std::vector<double> fractions(kPackedImages, 0.5);
  std::vector<int64_t> labels(kPackedImages, 0);
  const HostilePackedFile hostile;
  hostile.replace("train/labels", H5T_NATIVE_DOUBLE, {kPackedImages}, fractions.data());
  CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring("'train/labels' is not a list of integers"));
  for (const int64_t wrong : {int64_t{3}, int64_t{-1}, int64_t{1} << 40}) {
    labels[7] = wrong;
    hostile.replace("train/labels", H5T_NATIVE_INT64, {kPackedImages}, labels.data());
    CHECK_THAT(hostile.refusal(),
               ContainsSubstring(hostile.file.string()) &&
                   ContainsSubstring("n02/n02_3.JPEG: its label is " + std::to_string(wrong) + ", but the file has 3 classes"));
  }
  labels[7] = 2;
  hostile.replace("train/labels", H5T_NATIVE_INT64, {kPackedImages}, labels.data());
  CHECK(labels_of(load_split(hostile.card, hostile.file, "train")).at(7) == 2);
}

TEST_CASE("images of a packed file that do not follow one another to the end of its bytes are refused") {
  const HostilePackedFile hostile;
  std::vector<int64_t> ends = hostile.ends();
  REQUIRE(ends.size() == kPackedImages);
  for (const auto& [place, end] : std::vector<std::pair<size_t, int64_t>>{
           {0, -1}, {5, ends[4] - 1}, {5, ends[6] + 1}, {11, ends[11] + 1}, {3, std::numeric_limits<int64_t>::max()}}) {
    std::vector<int64_t> changed = ends;
    changed[place] = end;
    hostile.replace("train/ends", H5T_NATIVE_INT64, {kPackedImages}, changed.data());
    CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) &&
                                      ContainsSubstring("'train/ends' do not ascend from 0 to " + std::to_string(ends.back())));
  }
  hostile.replace("train/ends", H5T_NATIVE_INT64, {kPackedImages}, ends.data());
  CHECK(load_split(hostile.card, hostile.file, "train").size() == kPackedImages);
}

TEST_CASE("a packed file of another version is refused with what to do") {
  const HostilePackedFile hostile;
  for (const auto& [version, words] :
       {std::pair{1, "pack the folder again"}, std::pair{2, "it is damaged"}, std::pair{4, "reads version 3"}}) {
    hostile.set_attribute("version", H5T_NATIVE_INT, 1, &version);
    CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring(words));
  }
}

TEST_CASE("a format of a packed file that is many texts or a long one or none is not read") {
  const HostilePackedFile hostile;
  for (const auto& [length, count] : {std::pair<size_t, hsize_t>{63, 1000}, {63, 2}, {64, 1}, {60000, 1}, {63, 0}}) {
    std::string texts;
    for (hsize_t i = 0; i < count; ++i) texts += kPackedFormat + std::string(length - std::strlen(kPackedFormat), '\0');
    hostile.set_attribute("format", TextType(length), count, texts.data());
    INFO(count << " texts of " << length);
    CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring("not one of tnn data pack"));
  }
  const std::string text = kPackedFormat + std::string(63 - std::strlen(kPackedFormat), '\0');
  hostile.set_attribute("format", TextType(63), 1, text.data());
  CHECK(load_split(hostile.card, hostile.file, "train").size() == kPackedImages);
}

TEST_CASE("a version of a packed file that is many numbers or none or no integer is not read") {
  const HostilePackedFile hostile;
  const std::vector<int64_t> versions(8000, kPackedVersion);
  for (const hsize_t count : {8000, 2, 0}) {
    hostile.set_attribute("version", H5T_NATIVE_INT64, count, versions.data());
    INFO(count << " versions");
    CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring("not one of tnn data pack"));
  }
  const double fraction = kPackedVersion;
  hostile.set_attribute("version", H5T_NATIVE_DOUBLE, 1, &fraction);
  CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring("not one of tnn data pack"));
  hostile.set_attribute("version", TextType(8), 1, versions.data());
  CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring("not one of tnn data pack"));
  const int16_t narrow = kPackedVersion;
  hostile.set_attribute("version", H5T_NATIVE_INT16, 1, &narrow);
  CHECK(load_split(hostile.card, hostile.file, "train").size() == kPackedImages);
}

TEST_CASE("lists of a packed file of another type or number of dimensions are refused by name") {
  const auto refused = [](const char* list, hid_t type, const std::vector<hsize_t>& extent, const std::string& why) {
    const HostilePackedFile hostile;
    hostile.replace(list, type, extent);
    CHECK_THAT(hostile.refusal(), ContainsSubstring(hostile.file.string()) && ContainsSubstring(why));
  };
  const TextType any_length(0);
  refused("train/labels", H5T_NATIVE_INT64, {3, 4}, "'train/labels' is not a list");
  refused("train/names", any_length, {kPackedImages}, "'train/names' is not a list of texts of one length");
  refused("train/names", H5T_NATIVE_INT64, {kPackedImages}, "'train/names' is not a list of texts of one length");
  refused("classes", H5T_NATIVE_INT64, {3}, "'classes' is not a list of texts of one length");
  refused("train/bytes", H5T_NATIVE_FLOAT, {kPackedImages}, "'train/bytes' is not a list of integers");
  refused("train/bytes", H5T_NATIVE_UCHAR, {3, 4}, "'train/bytes' is not a list");
  refused("train/ends", H5T_NATIVE_DOUBLE, {kPackedImages}, "'train/ends' is not a list of integers");
}
