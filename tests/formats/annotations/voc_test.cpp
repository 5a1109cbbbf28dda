#include "formats/annotations/voc.h"

#include <filesystem>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "formats/annotations/voc_image_set.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

std::string object(const std::string& name, const std::string& corners, const std::string& further = "") {
  return "<object><name>" + name + "</name>" + further + "<bndbox>" + corners + "</bndbox></object>";
}

std::string corners(const std::string& xmin, const std::string& ymin, const std::string& xmax, const std::string& ymax) {
  return "<xmax>" + xmax + "</xmax><xmin>" + xmin + "</xmin><ymax>" + ymax + "</ymax><ymin>" + ymin + "</ymin>";
}

/// A VOC folder to put annotations and lists into.
struct VocFolder {
  TemporaryFolder folder;
  VocFolder() {
    fs::create_directories(path() / "Annotations");
    fs::create_directories(path() / "ImageSets" / "Main");
  }
  fs::path path() const { return folder.path() / "VOC2007"; }
  void annotation(const std::string& name, const std::string& content) const {
    write_file_atomically(path() / "Annotations" / (name + ".xml"), "<annotation>" + content + "</annotation>");
  }
  void list(const std::string& name, const std::string& lines) const {
    write_file_atomically(path() / "ImageSets" / "Main" / (name + ".txt"), lines);
  }
  AnnotatedImage read(const std::string& content) const {
    annotation("x", content);
    return read_voc_annotation(path() / "Annotations" / "x.xml", voc_categories());
  }
};

const std::string kDog = object("dog", corners("1", "2", "10", "20"));

}  // namespace

TEST_CASE("an annotation of VOC: inclusive corners from 1 become half-open boxes") {
  const VocFolder voc;
  const AnnotatedImage image =
      voc.read("<filename>x.jpg</filename><size><width>50</width><height>40</height><depth>3</depth></size>" + kDog +
               object("person", corners(" 45.70 ", "1", "50", "1"), "<truncated>1</truncated><difficult>1</difficult>"));
  CHECK(image.file == "x.jpg");
  CHECK(image.width == 50);
  CHECK(image.height == 40);
  REQUIRE(image.objects.size() == 2);
  CHECK(image.objects[0] == AnnotatedObject{{0, 1, 10, 20}, 11, false, false, false, 190, 0});
  CHECK(image.objects[1].box == Box{45.70 - 1, 0, 50, 1});
  CHECK(image.objects[1].category == 14);
  CHECK(image.objects[1].difficult);
  CHECK(image.objects[1].truncated);
  CHECK(image.objects[1].id == 1);
}

TEST_CASE("an annotation without objects and without size is an image of background") {
  const AnnotatedImage image = VocFolder().read("");
  CHECK(image.objects.empty());
  CHECK(image.file == "x.jpg");
  CHECK(image.width == 0);
}

TEST_CASE("boxes of a person's parts are not taken for objects") {
  const std::string head = "<part><name>head</name><bndbox>" + corners("3", "3", "4", "4") + "</bndbox></part>";
  const AnnotatedImage image = VocFolder().read(object("person", corners("1", "1", "9", "9"), head));
  REQUIRE(image.objects.size() == 1);
  CHECK(image.objects[0].box == Box{0, 0, 9, 9});
  CHECK_THROWS_WITH(VocFolder().read("<object><name>person</name>" + head + "</object>"), ContainsSubstring("has no <bndbox>"));
}

TEST_CASE("a damaged annotation is refused with file and object") {
  const auto refused = [](const std::string& content, const std::string& what) {
    CHECK_THROWS_AS(VocFolder().read(content), DataError);
    CHECK_THROWS_WITH(VocFolder().read(content), ContainsSubstring("x.xml'") && ContainsSubstring(what));
  };
  refused(kDog + object("dogs", corners("1", "1", "2", "2")), "object 2 (dogs): unknown class 'dogs'; did you mean 'dog'?");
  refused(kDog + object("cat", corners("5", "1", "4", "2")), "object 2 (cat): the box from (5, 1) to (4, 2) has its corners the wrong way");
  refused(object("cat", "<xmin>1</xmin>"), "object 1 (cat): has no <ymin>");
  refused(object("cat", corners("1", "1", "nan", "2")), "<xmax> is 'nan' (allowed: a number)");
  refused(object("cat", corners("1", "1", "2x", "2")), "<xmax> is '2x'");
  refused(object("cat", corners("1", "1", "2", "2"), "<difficult>2</difficult>"), "<difficult> is '2' (allowed: 0, 1)");
  refused("<size><width>ten</width></size>", "<size>: <width> is 'ten'");
  refused("\n<object>", "line 2: not XML");
  const VocFolder voc;
  write_file_atomically(voc.path() / "x.xml", "<svg/>");
  CHECK_THROWS_WITH(read_voc_annotation(voc.path() / "x.xml", voc_categories()), ContainsSubstring("without <annotation>"));
  write_file_atomically(voc.path() / "x.xml", "");
  CHECK_THROWS_WITH(read_voc_annotation(voc.path() / "x.xml", voc_categories()), ContainsSubstring("not XML"));
  CHECK_THROWS_WITH(read_voc_annotation(voc.path(), voc_categories()), ContainsSubstring("it is a folder"));
}

TEST_CASE("a VOC folder is read by the lists of ImageSets") {
  const VocFolder voc;
  voc.annotation("000005", "<filename>000005.png</filename>" + kDog);
  voc.annotation("000007", "<filename>a photograph.jpg</filename>");
  voc.list("val", "000007\r\n\r\n  000005\r\n");
  voc.list("dog_val", "000005  1\n000007 -1");
  const AnnotatedImages images = read_voc(voc.path(), "val");
  CHECK(images.categories.size() == 20);
  CHECK(images.category_ids.front() == 1);
  CHECK(images.category_ids.back() == 20);
  REQUIRE(images.images.size() == 2);
  CHECK(images.images[0].file == "000007.jpg");
  CHECK(images.images[1].file == "000005.png");
  CHECK(images.images[0].id == 0);
  CHECK(images.images[1].id == 1);
  CHECK(read_voc(voc.path(), "dog_val", {"dog"}).images[0].objects[0].category == 0);
}

TEST_CASE("lists of VOC that lack something or repeat it are refused") {
  const VocFolder voc;
  voc.annotation("000005", kDog);
  voc.list("train", "000005\n000006\n");
  CHECK_THROWS_WITH(read_voc(voc.path(), "train"),
                    ContainsSubstring("train.txt', line 2: '") && ContainsSubstring("000006.xml' is not there"));
  voc.list("val", "000005\n\n000005\n");
  CHECK_THROWS_WITH(read_voc(voc.path(), "val"), ContainsSubstring("line 3: image '000005' is already named in line 1"));
  voc.list("none", " \n");
  CHECK_THROWS_WITH(read_voc(voc.path(), "none"), ContainsSubstring("names no image"));
  CHECK_THROWS_WITH(read_voc(voc.path(), "vall"), ContainsSubstring("did you mean 'val'?"));
  CHECK_THROWS_AS(read_voc(voc.path(), "../val"), UsageError);
  CHECK_THROWS_WITH(read_voc(voc.path() / "nowhere", "val"), ContainsSubstring("a VOC folder has Annotations"));
}

TEST_CASE("a written annotation of VOC is read back") {
  const VocFolder voc;
  const AnnotatedImage image =
      voc.read("<size><width>500</width><height>333</height></size>" + kDog +
               object("cat", corners("45.70", "139.20000076293945", "302", "290.5"), "<difficult>1</difficult><truncated>1</truncated>"));
  const fs::path path = voc.path() / "Annotations" / "x.xml";
  write_voc_annotation(path, image, voc_categories());
  CHECK(read_voc_annotation(path, voc_categories()) == image);
}

TEST_CASE("the part of VOC2007 is read as it is") {
  const fs::path folder = fs::path(test_data_root()) / "voc2007-part/VOCdevkit/VOC2007";
  if (test_data_root().empty() || !fs::exists(folder)) TNN_SKIP("TNN_DATA is not set or has no voc2007-part");
  size_t objects = 0, difficult = 0;
  for (const char* set : {"trainval", "test"}) {
    const AnnotatedImages images = read_voc(folder, set);
    CHECK(images.images.size() == (set == std::string("test") ? 90 : 180));
    for (const AnnotatedImage& image : images.images) {
      CHECK(fs::exists(folder / "JPEGImages" / image.file));
      for (const AnnotatedObject& one : image.objects) {
        CHECK(clipped(one.box, image.width, image.height) == one.box);
        ++objects, difficult += one.difficult ? 1 : 0;
      }
    }
  }
  CHECK(objects == 827);
  CHECK(difficult == 173);
}
