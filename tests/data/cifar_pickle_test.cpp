#include "data/cifar_pickle.h"

#include <functional>

#include "catch_compat.h"
#include "core/error.h"
#include "data/dataset.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::string little(size_t value, size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
  return bytes;
}

/// Pixels of image i: (i + place) modulo 256.
std::string pixels(size_t images) {
  std::string bytes;
  for (size_t i = 0; i < images; ++i)
    for (size_t p = 0; p < 3072; ++p) bytes += static_cast<char>((i + p) & 255);
  return bytes;
}

std::string latin1_as_utf8(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      text += c;
    else
      text += {static_cast<char>(0xc0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f))};
  }
  return text;
}

/// How a Python writes keys and bytes.
struct Python {
  std::string module;
  std::function<std::string(const std::string&)> key, bytes;
};

const Python kPython2{"numpy.core.multiarray", [](const std::string& text) { return "U" + little(text.size(), 1) + text; },
                      [](const std::string& raw) { return "T" + little(raw.size(), 4) + raw; }};
const Python kPython3Protocol2{"numpy.core.multiarray", [](const std::string& text) { return "X" + little(text.size(), 4) + text; },
                               [](const std::string& raw) {
                                 const std::string text = latin1_as_utf8(raw);
                                 return "c_codecs\nencode\nX" + little(text.size(), 4) + text + "X" + little(6, 4) + "latin1\x86R";
                               }};
const Python kPython3{"numpy._core.multiarray", [](const std::string& text) { return "C" + little(text.size(), 1) + text; },
                      [](const std::string& raw) { return "B" + little(raw.size(), 4) + raw; }};

/// A batch of images with labels i modulo 10, as Python pickles {labels, data}.
std::string batch(const Python& python, size_t images, const std::string& labels_key = "labels", const std::string& type = "u1") {
  std::string bytes = "\x80\x02}(" + python.key(labels_key) + "](";
  for (size_t i = 0; i < images; ++i) bytes += "K" + little(i % 10, 1);
  bytes += "e" + python.key("data") + "c" + python.module + "\n_reconstruct\ncnumpy\nndarray\nK" + little(0, 1) + "\x85" +
           python.bytes("b") + "\x87R(K\x01M" + little(images, 2) + "M" + little(3072, 2) + "\x86" + "cnumpy\ndtype\n" + python.key(type) +
           "K" + little(0, 1) + "K\x01\x87R(K\x03" + python.key("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + little(0, 1) + "tb\x89" +
           python.bytes(pixels(images)) + "tbu.";
  return bytes;
}

LabelledImages read(const std::string& bytes, CifarLayout layout = CifarLayout::cifar10, int64_t limit = 0) {
  LabelledImages set;
  set.class_names.assign(10, "class");
  append_cifar_pickle({"batch.pkl", {bytes.begin(), bytes.end()}}, layout, limit, set);
  return set;
}

}  // namespace

TEST_CASE("a pickled batch of CIFAR gives its images whichever Python wrote it") {
  const std::string expected = pixels(12);
  for (const Python& python : {kPython2, kPython3Protocol2, kPython3}) {
    const LabelledImages set = read(batch(python, 12));
    REQUIRE(set.size() == 12);
    CHECK(set.labels[11] == 1);
    CHECK(std::string(set.images.pixels.begin(), set.images.pixels.end()) == expected);
    CHECK(read(batch(python, 12), CifarLayout::cifar10, 5).size() == 5);
    CHECK(read(batch(python, 12, "fine_labels"), CifarLayout::cifar100).labels[9] == 9);
  }
}

TEST_CASE("a pickled batch that is something else says what is missing") {
  CHECK_THROWS_WITH(read(batch(kPython3, 3, "fine_labels")), ContainsSubstring("batch.pkl") && ContainsSubstring("'labels'"));
  CHECK_THROWS_WITH(read(batch(kPython3, 3, "labels", "f4")), ContainsSubstring("9216 elements of 4 bytes"));
  std::string wrong = batch(kPython3, 3);
  wrong[wrong.find("K\x02") + 1] = 77;
  CHECK_THROWS_WITH(read(wrong), ContainsSubstring("image 2") && ContainsSubstring("found 77"));
  std::string other = batch(kPython3, 3);
  other.replace(other.find("ndarray"), 7, "load_it");
  CHECK_THROWS_WITH(read(other), ContainsSubstring("'numpy.load_it'"));
}

TEST_CASE("a pickled batch that is cut off or has a bit turned is read or refused") {
  const std::string whole = batch(kPython2, 1);
  for (size_t size = 0; size < whole.size(); ++size) {
    if (size > 200 && size + 200 < whole.size() && size % 97 != 0) continue;  // the middle is pixels
    CHECK_THROWS_AS(read(whole.substr(0, size)), DataError);
  }
  for (size_t bit = 0; bit < 8 * 220; ++bit) {
    std::string turned = whole;
    turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1 << bit % 8));
    try {
      const int64_t images = read(turned).size();
      CHECK(images <= 1);
    } catch (const Error&) {
    }
  }
}

TEST_CASE("batches that Python 3 saved again are read, in any protocol and with labels as NumPy has them") {
  const std::filesystem::path folder = TNN_SOURCE_DIR "/tests/data/cifar_pickles";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".xz" || entry.path().filename().string().starts_with("refused")) continue;
    INFO(entry.path().filename());
    ++files;
    LabelledImages set;
    set.class_names.assign(10, "class");
    append_cifar_pickle(read_source(entry.path()), CifarLayout::cifar10, 0, set);
    CHECK(set.labels == std::vector<int>{0, 1, 2, 3});
    CHECK(std::string(set.images.pixels.begin(), set.images.pixels.end()) == pixels(4));
  }
  CHECK(files >= 20);
}

TEST_CASE("batches that Python 3 saved in another arrangement are refused with what they have") {
  const std::filesystem::path folder = TNN_SOURCE_DIR "/tests/data/cifar_pickles";
  for (const auto& [name, words] :
       {std::pair{"refused_list_of_arrays", "its 'data' is a list, not an array of [images, 3072]"},
        {"refused_channels_last", "its 'data' is an array of [4, 32, 32, 3], not an array of [images, 3072] or [images, 3, 32, 32]"},
        {"refused_float", "its 'data' is of f4, not of uint8"},
        {"refused_tuple", "its pickle is no dictionary"},
        {"refused_labels", "'labels' is not a list of 4 integers"},
        {"refused_out_of_band", "opcode 0x97"}}) {
    INFO(name);
    LabelledImages set;
    set.class_names.assign(10, "class");
    const SourceBytes source = read_source(folder / (std::string(name) + ".pkl.xz"));
    CHECK_THROWS_AS(append_cifar_pickle(source, CifarLayout::cifar10, 0, set), DataError);
    CHECK_THROWS_WITH(append_cifar_pickle(source, CifarLayout::cifar10, 0, set), ContainsSubstring(words) && ContainsSubstring(name));
  }
}

TEST_CASE("cards of CIFAR's Python version need no sizes and read pickled files") {
  const TemporaryFolder folder;
  DatasetCard card = load_card(TNN_SOURCE_DIR "/datasets", "cifar10_python");
  CHECK(card.train.files.size() == 5);
  CHECK(load_card(TNN_SOURCE_DIR "/datasets", "cifar100_python").classes.size() == 100);
  std::vector<SourceBytes> sources;
  const std::string bytes = batch(kPython2, 4);
  sources.push_back({"test_batch", {bytes.begin(), bytes.end()}});
  CHECK(parse_split(card, std::move(sources)).size() == 4);
}
