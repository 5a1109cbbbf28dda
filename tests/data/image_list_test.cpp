#include "data/image_list.h"

#include <algorithm>
#include <functional>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

using Names = std::vector<std::string>;
using Labels = std::vector<int>;

const Names kImages{"ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_val_00000002.JPEG", "ILSVRC2012_val_00000003.JPEG"};
const Names kClasses{"n01", "n02", "n03"};
const std::string kStem = "ILSVRC2012_val_0000000";

Labels read(const std::string& text, const Names& images = kImages, const Names& classes = kClasses) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "val.txt", text);
  return read_image_list(folder.path() / "val.txt", images, classes);
}

/// Why a list is refused: the DataError's text; "" where it is read.
std::string refusal(const std::string& text, const Names& images = kImages, const Names& classes = kClasses) {
  try {
    read(text, images, classes);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

/// A list of images and classes as different programs write it: each word of a line is passed through `quote`.
std::string list_of(const std::vector<std::pair<std::string, std::string>>& lines, const std::string& separator, const std::string& end,
                    const std::function<std::string(const std::string&)>& quote) {
  std::string text;
  for (const auto& [name, word] : lines) text += quote(name) + separator + quote(word) + end;
  return text;
}

}  // namespace

TEST_CASE("the known lists of ILSVRC2012 give labels") {
  const Labels expected{2, 0, 1};
  CHECK(read(kStem + "2.JPEG 0\n" + kStem + "1.JPEG 2\n" + kStem + "3.JPEG 1\n" + kStem + "9.JPEG 1\n") == expected);
  CHECK(read(kStem + "1.JPEG n03\r\n" + kStem + "2.JPEG n01\r\n" + kStem + "3.JPEG n02\r\n") == expected);
  CHECK(read("n03\nn01\nn02\n") == expected);
  CHECK(read("ImageId,PredictionString\n" + kStem + "3,n02 1 2 3 4 \n" + kStem + "1,n03 1 2 3 4 n03 5 6 7 8 \n" + kStem +
             "2,n01 1 2 3 4 \n") == expected);
}

TEST_CASE("lists of images and classes are read whichever separator, line end, quotes and header they have") {
  const Names images{"my photo 1.png", "plain.jpg", "two, three.jpeg", "x 4.png"}, classes{"ant", "great white", "white"};
  const std::vector<std::pair<std::string, std::string>> lines{
      {"x 4.png", "white"}, {"plain.jpg", "ant"}, {"my photo 1.png", "great white"}, {"two, three.jpeg", "ant"}};
  const Labels expected{1, 0, 0, 2};
  const std::function<std::string(const std::string&)> as_it_is = [](const std::string& word) { return word; };
  const std::function<std::string(const std::string&)> quoted = [](const std::string& word) { return '"' + word + '"'; };
  const std::function<std::string(const std::string&)> single = [](const std::string& word) { return '\'' + word + '\''; };
  for (const std::string separator : {"\t", ",", ", ", ";", " ", "   ", " \t"})
    for (const std::string end : {"\n", "\r\n", "\r", "\n\n", " \n"})
      for (const std::string& start : {std::string(), std::string("\xEF\xBB\xBF"), "filename" + separator + "label" + end})
        for (const auto& quote : {as_it_is, quoted, single}) {
          const bool comma = separator.front() == ',';
          if (comma && quote("a") != "\"a\"") continue;  // one name has a comma
          INFO("separator '" << separator << "', end of " << end.size() << ", start '" << start << "', " << quote("word"));
          CHECK(read(start + list_of(lines, separator, end, quote), images, classes) == expected);
        }
}

TEST_CASE("a listed image may have folders before it, another extension or none") {
  for (const std::string before : {"", "./", "val/", "/data/set/val/", "val\\", "C:\\data set\\val\\"})
    for (const std::string extension : {".JPEG", ".jpg", ""}) {
      INFO(before << extension);
      CHECK(read(before + kStem + "1" + extension + "\t1\n" + before + kStem + "3" + extension + "\t0\n" + before + kStem + "2" +
                 extension + "\t2\n") == Labels{1, 2, 0});
    }
  const Names twins{"a.jpg", "a.png", "b.1.png"};
  CHECK(read("a.png n01\na.jpg n02\nb.1 n03\n", twins) == Labels{1, 0, 2});
  CHECK_THAT(refusal("a n01\na.jpg n02\nb.1 n03\n", twins), ContainsSubstring("val.txt:1: several images are called 'a'"));
}

TEST_CASE("a number that is a class folder is that folder, in every line of the list") {
  Names folders, images;
  for (int i = 0; i < 12; ++i) folders.push_back(std::to_string(i)), images.push_back("p" + std::to_string(10 + i) + ".png");
  std::sort(folders.begin(), folders.end());  // 0, 1, 10, 11, 2, ...
  for (const std::string separator : {" ", ",", "\t"}) {
    std::string list;
    for (size_t i = 0; i < 12; ++i) list += images[i] + separator + folders[i] + "\n";
    const Labels labels = read(list, images, folders);
    for (int i = 0; i < 12; ++i) CHECK(labels[static_cast<size_t>(i)] == i);
  }
  std::string alone;
  for (const auto& folder : folders) alone += folder + "\n";
  CHECK(read(alone, images, folders)[2] == 2);
}

TEST_CASE("a list of numbers some of which are class folders with other numbers is refused with both readings") {
  const Names images{"a.png", "b.png", "c.png"};
  CHECK_THAT(
      refusal("a.png 0\nb.png 1\nc.png 2\n", images, {"1", "2", "3"}),
      ContainsSubstring(
          "val.txt:2: '1' may be the class folder '1', or number 1 of the classes, which is '2'; as names of folders the list does not fit "
          "(line 1: class 0"));
  CHECK(read("a.png 0\nb.png 1\nc.png 2\n", images, {"0", "1", "x"}) == Labels{0, 1, 2});  // both say the same
  CHECK(read("a.png 3\nb.png 1\nc.png 2\n", images, {"1", "2", "3"}) == Labels{2, 0, 1});  // folders
}

TEST_CASE("a list that two forms fit with different labels is refused with both") {
  const Names images{"a b.png", "a.png"};
  CHECK_THAT(refusal("a b n01\na.png n02\n", images, {"b n01", "n01", "n02"}),
             ContainsSubstring("val.txt:1: may be image 'a' of class 'b n01', or image 'a b' of class 'n01'"));
  CHECK_THAT(refusal("y x\nx x\n", {"x.png", "y.png"}, {"x", "x x", "y x"}),
             ContainsSubstring("may be read in two ways"));  // class folders alone, or images of class x
}

TEST_CASE("a list that is no list, or does not go with the images, is refused with its line") {
  CHECK_THAT(refusal("1\n2\n3\n"), ContainsSubstring("meta.mat"));
  CHECK_THAT(refusal("n03\nn01\n"), ContainsSubstring("2 lines for 3 images"));
  CHECK_THAT(refusal("n03\nn01\nn07\n"), ContainsSubstring("val.txt:3: 'n07' is none of the 3 classes; did you mean"));
  CHECK_THAT(refusal(kStem + "1.JPEG 3\n"),
             ContainsSubstring("val.txt:1: class 3: no folder of that name, and as a number allowed from 0 to 2"));
  CHECK_THAT(refusal(kStem + "1.JPEG -1\n"), ContainsSubstring("class -1"));
  CHECK_THAT(refusal(kStem + "1.JPEG 1\n" + kStem + "1.JPEG 1\n"), ContainsSubstring("val.txt:2: '" + kStem + "1.JPEG' is listed twice"));
  CHECK_THAT(refusal(kStem + "1.JPEG 1\n"), ContainsSubstring("no label for image 'ILSVRC2012_val_00000002.JPEG'"));
  CHECK_THAT(refusal(kStem + "1.JPEG\tn01\n" + kStem + "2.JPEG n02\n" + kStem + "3.JPEG n03\n"),
             ContainsSubstring("expected an image and a class with a TAB between them"));
  CHECK_THAT(refusal(kStem + "1.JPEG n01\n" + kStem + "2.JPEG 1\n" + kStem + "3.JPEG n03\n"),
             ContainsSubstring("val.txt:2: class 1: no folder of that name"));
  CHECK_THAT(refusal(""), ContainsSubstring("empty"));
  CHECK_THAT(refusal("\xEF\xBB\xBF\r\n \r\n"), ContainsSubstring("empty"));
  CHECK_THAT(refusal(std::string("\xFF\xFEn\0"
                                 "0\0"
                                 "1\0",
                                 8)),
             ContainsSubstring("UTF-16"));
}
