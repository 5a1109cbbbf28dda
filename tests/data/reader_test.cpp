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

template <typename Parse>
void fails(const Parse& parse, const std::string& message) {
  CHECK_THROWS_AS(parse(), DataError);
  CHECK_THROWS_WITH(parse(), ContainsSubstring(message) && ContainsSubstring("the-file"));
}

}  // namespace

TEST_CASE("an IDX pair gives images in rows, and labels") {
  const ImageSet set = parse_idx(source(idx_images(4, 2, 3)), source(idx_labels(4, 3)), kClasses);
  CHECK(set.channels == 1);
  CHECK(set.height == 2);
  CHECK(set.width == 3);
  CHECK(set.size() == 4);
  CHECK(set.labels == std::vector<int>{0, 1, 2, 0});
  CHECK(set.image(2)[4] == 2 * 6 + 4);
  CHECK(count_classes(set.labels, 3) == std::vector<int64_t>{2, 1, 1});
}

TEST_CASE("an IDX file that is not right says where") {
  const std::string images = idx_images(4, 2, 3), labels = idx_labels(4, 3);
  const auto parse_images = [](const std::string& bytes) { return [bytes] { parse_idx_images(source(bytes)); }; };
  const auto parse_labels = [](const std::string& bytes) { return [bytes] { parse_idx_labels(source(bytes), 3); }; };
  fails(parse_images(labels), "byte 0: expected the IDX magic number 0x00000803");
  fails(parse_labels(images), "found 0x00000803");
  fails(parse_images(images.substr(0, 10)), "byte 8: expected the height");
  fails(parse_images(""), "byte 0: expected the IDX magic number (4 bytes), found the end of the file");
  fails(parse_images(images.substr(0, 30)), "byte 30: expected 40 bytes (4 images of 2 x 3), found the end");
  fails(parse_images(images + "xy"), "byte 40: expected the end of the file (4 images of 2 x 3), found 2 more bytes");
  fails(parse_images(big_endian(0x803) + big_endian(1) + big_endian(0) + big_endian(5)), "byte 8: expected an image side");
  fails(parse_images(big_endian(0x803) + std::string(12, '\xff')), "byte 8: expected an image side");
  fails(parse_labels(labels.substr(0, 10)), "byte 10: expected 12 bytes");
  fails(parse_labels(idx_labels(9, 5)), "byte 11: expected a label from 0 to 2, found 3 (2 more wrong labels follow)");
}

TEST_CASE("IDX images and labels of different number are an error with both files") {
  const auto parse = [] { parse_idx(source(idx_images(4, 2, 3), "images"), source(idx_labels(5, 3)), kClasses); };
  fails(parse, "expected 4 labels, as many as images has images, found 5");
}

TEST_CASE("CIFAR records of both layouts give planar images and fine labels") {
  for (const auto layout : {CifarLayout::cifar10, CifarLayout::cifar100}) {
    ImageSet set;
    set.class_names = kClasses;
    const auto bytes = source(cifar_records(5, 3, layout == CifarLayout::cifar100));
    CHECK(bytes.bytes.size() == 5 * cifar_record_bytes(layout));
    append_cifar(bytes, layout, 0, set);
    append_cifar(bytes, layout, 2, set);
    CHECK(set.labels == std::vector<int>{0, 1, 2, 0, 1, 0, 1});
    CHECK(set.image_bytes() == 3072);
    CHECK(set.pixels.size() == 7 * 3072);
    CHECK(set.image(4)[0] == 4);
    CHECK(set.image(4)[3071] == 4);
    CHECK(set.image(6)[3071] == 1);
  }
}

TEST_CASE("a CIFAR file that is not right says where") {
  const auto parse = [](const std::string& bytes, CifarLayout layout) {
    return [bytes, layout] {
      ImageSet set;
      set.class_names = kClasses;
      append_cifar(source(bytes), layout, 0, set);
    };
  };
  fails(parse(cifar_records(3, 3, false) + "x", CifarLayout::cifar10),
        "byte 9219: expected whole records of 3073 bytes, found 1 bytes after 3");
  fails(parse("", CifarLayout::cifar10), "expected whole records");
  fails(parse(cifar_records(5, 5, false), CifarLayout::cifar10), "byte 9219: expected a label from 0 to 2, found 3 (1 more");
  fails(parse(cifar_records(4, 4, true), CifarLayout::cifar100), "byte 9223: expected a label from 0 to 2, found 3");
  std::string coarse = cifar_records(2, 3, true);
  coarse[3074] = 20;
  fails(parse(coarse, CifarLayout::cifar100), "byte 3074: expected a coarse label from 0 to 19, found 20");
}
