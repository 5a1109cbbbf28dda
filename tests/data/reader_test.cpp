#include "catch_compat.h"
#include "core/error.h"
#include "data/cifar_reader.h"
#include "data/idx_reader.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

const std::vector<std::string> kClasses{"a", "b", "c"};

SourceBytes source(const std::string& bytes, const char* name = "the-file") { return {name, {bytes.begin(), bytes.end()}}; }

/// What parsing says is wrong with "the-file".
template <typename Parse>
std::string error_of(const Parse& parse) {
  try {
    parse();
  } catch (const DataError& error) {
    const std::string message = error.what();
    return message.find("the-file") == std::string::npos ? "the file is not named" : message;
  }
  return "no error";
}

}  // namespace

TEST_CASE("an IDX pair gives images in rows, and labels") {
  const LabelledImages set = parse_idx(source(idx_images(4, 2, 3)), source(idx_labels(4, 3)), kClasses);
  CHECK(set.images.channels == 1);
  CHECK(set.images.height == 2);
  CHECK(set.images.width == 3);
  CHECK(set.size() == 4);
  CHECK(set.labels == std::vector<int>{0, 1, 2, 0});
  CHECK(set.images.image(2)[4] == 2 * 6 + 4);
  CHECK(count_classes(set.labels, 3) == std::vector<int64_t>{2, 1, 1});
}

TEST_CASE("an IDX file that is not right says where") {
  const std::string images = idx_images(4, 2, 3), labels = idx_labels(4, 3);
  const auto parse_images = [](const std::string& bytes) { return [bytes] { parse_idx_images(source(bytes)); }; };
  const auto parse_labels = [](const std::string& bytes) { return [bytes] { parse_idx_labels(source(bytes), 3); }; };
  CHECK_THAT(error_of(parse_images(labels)), ContainsSubstring("byte 0: expected the IDX magic number 0x00000803"));
  CHECK_THAT(error_of(parse_labels(images)), ContainsSubstring("found 0x00000803"));
  CHECK_THAT(error_of(parse_images(images.substr(0, 10))), ContainsSubstring("byte 8: expected the height"));
  CHECK_THAT(error_of(parse_images("")), ContainsSubstring("byte 0: expected the IDX magic number (4 bytes), found the end of the file"));
  CHECK_THAT(error_of(parse_images(images.substr(0, 30))),
             ContainsSubstring("byte 30: expected 40 bytes (4 images of 2 x 3), found the end"));
  CHECK_THAT(error_of(parse_images(images + "xy")),
             ContainsSubstring("byte 40: expected the end of the file (4 images of 2 x 3), found 2 more bytes"));
  CHECK_THAT(error_of(parse_images(big_endian(0x803) + big_endian(1) + big_endian(0) + big_endian(5))),
             ContainsSubstring("byte 8: expected an image side"));
  CHECK_THAT(error_of(parse_images(big_endian(0x803) + std::string(12, '\xff'))), ContainsSubstring("byte 8: expected an image side"));
  CHECK_THAT(error_of(parse_labels(labels.substr(0, 10))), ContainsSubstring("byte 10: expected 12 bytes"));
  CHECK_THAT(error_of(parse_labels(idx_labels(9, 5))),
             ContainsSubstring("byte 11: expected a label from 0 to 2, found 3 (2 more wrong labels follow)"));
}

TEST_CASE("IDX images and labels of different number are an error with both files") {
  const auto parse = [] { parse_idx(source(idx_images(4, 2, 3), "images"), source(idx_labels(5, 3)), kClasses); };
  CHECK_THAT(error_of(parse), ContainsSubstring("expected 4 labels, as many as images has images, found 5"));
}

TEST_CASE("CIFAR records of both layouts give planar images and fine labels") {
  for (const auto layout : {CifarLayout::cifar10, CifarLayout::cifar100}) {
    LabelledImages set;
    set.class_names = kClasses;
    const auto bytes = source(cifar_records(5, 3, layout == CifarLayout::cifar100));
    CHECK(bytes.bytes.size() == 5 * cifar_record_bytes(layout));
    append_cifar(bytes, layout, 0, set);
    append_cifar(bytes, layout, 2, set);
    CHECK(set.labels == std::vector<int>{0, 1, 2, 0, 1, 0, 1});
    CHECK(set.images.image_bytes() == 3072);
    CHECK(set.images.pixels.size() == 7 * 3072);
    CHECK(set.images.image(4)[0] == 4);
    CHECK(set.images.image(4)[3071] == 4);
    CHECK(set.images.image(6)[3071] == 1);
  }
}

TEST_CASE("a CIFAR file that is not right says where") {
  const auto parse = [](const std::string& bytes, CifarLayout layout) {
    return [bytes, layout] {
      LabelledImages set;
      set.class_names = kClasses;
      append_cifar(source(bytes), layout, 0, set);
    };
  };
  CHECK_THAT(error_of(parse(cifar_records(3, 3, false) + "x", CifarLayout::cifar10)),
             ContainsSubstring("byte 9219: expected whole records of 3073 bytes, found 1 bytes after 3"));
  CHECK_THAT(error_of(parse("", CifarLayout::cifar10)), ContainsSubstring("expected whole records"));
  CHECK_THAT(error_of(parse(cifar_records(5, 5, false), CifarLayout::cifar10)),
             ContainsSubstring("byte 9219: expected a label from 0 to 2, found 3 (1 more"));
  CHECK_THAT(error_of(parse(cifar_records(4, 4, true), CifarLayout::cifar100)),
             ContainsSubstring("byte 9223: expected a label from 0 to 2, found 3"));
  std::string coarse = cifar_records(2, 3, true);
  coarse[3074] = 20;
  CHECK_THAT(error_of(parse(coarse, CifarLayout::cifar100)),
             ContainsSubstring("byte 3074: expected a coarse label from 0 to 19, found 20"));
}
