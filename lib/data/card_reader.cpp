#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/cifar_reader.h"
#include "data/dataset_card.h"

namespace tnn {
namespace {

/// Reads one card; every complaint carries file:line.
class CardReader {
 public:
  explicit CardReader(const std::filesystem::path& path) : path_(path) {}

  DatasetCard read() {
    const YAML::Node root = parse();
    check_keys(root,
               {"title", "task", "format", "image", "classes", "labels", "flip", "mean", "std", "licence", "source", "folders", "splits"});
    DatasetCard card;
    card.name = path_.stem().string();
    card.title = value<std::string>(root, "title", "text");
    card.task = choice(root, "task", {"classification", "detection"});
    card.format = static_cast<DatasetFormat>(choice_index(root, "format", dataset_format_names()));
    check(root, "task", card.has_boxes() == (card.task == "detection"),
          fmt::format("is {} in the format {}", card.has_boxes() ? "detection" : "classification", format_name(card)));
    if (card.has_boxes())
      read_object_classes(root, card);
    else if (card.is_encoded())
      read_class_list(root, card);
    else
      read_image(root, card);
    read_labels(root, card);
    if (root["flip"]) card.flip = value<bool>(root, "flip", "true or false");
    read_statistics(root, card);
    card.licence = value<std::string>(root, "licence", "text");
    card.source = value<std::string>(root, "source", "text");
    card.folders = value<std::vector<std::string>>(root, "folders", "a list of folders");
    check(root, "folders", !card.folders.empty(), "must name a folder");
    const YAML::Node splits = required(root, "splits");
    check_keys(splits, {"train", "test"});
    card.train = read_split(required(splits, "train"), card);
    card.test = read_split(required(splits, "test"), card);
    return card;
  }

 private:
  YAML::Node parse() {
    try {
      return YAML::Load(read_file(path_));
    } catch (const YAML::ParserException& error) {
      throw UsageError(fmt::format("{}:{}: {}", path_.string(), error.mark.line + 1, error.msg));
    }
  }

  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw UsageError(fmt::format("{}:{}: {}", path_.string(), node.Mark().line + 1, what));
  }

  void check(const YAML::Node& mapping, const char* key, bool right, const std::string& what) const {
    if (!right) fail(required(mapping, key), fmt::format("'{}' {}", key, what));
  }

  void check_keys(const YAML::Node& node, const std::vector<std::string>& allowed) const {
    if (!node.IsMap()) fail(node, fmt::format("expected a mapping with the keys {}", fmt::join(allowed, ", ")));
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) fail(entry.first, unknown_name_message("key", key, allowed));
      if (!seen.insert(key).second) fail(entry.first, fmt::format("key '{}' is given twice", key));
    }
  }

  YAML::Node required(const YAML::Node& mapping, const char* key) const {
    const YAML::Node found = mapping[key];
    if (!found || found.IsNull()) fail(mapping, fmt::format("key '{}' is missing or empty", key));
    return found;
  }

  template <typename T>
  T value(const YAML::Node& mapping, const char* key, const char* kind) const {
    const YAML::Node node = required(mapping, key);
    try {
      return node.as<T>();
    } catch (const YAML::Exception&) {
      fail(node, fmt::format("'{}' must be {}", key, kind));
    }
  }

  int64_t count(const YAML::Node& mapping, const char* key) const {
    const auto number = value<int64_t>(mapping, key, "a whole number");
    check(mapping, key, number >= 1, "must be 1 or more");
    return number;
  }

  size_t choice_index(const YAML::Node& mapping, const char* key, const std::vector<std::string>& allowed) const {
    const auto name = value<std::string>(mapping, key, "a name");
    const auto found = std::find(allowed.begin(), allowed.end(), name);
    if (found == allowed.end()) fail(mapping[key], unknown_name_message(key, name, allowed));
    return static_cast<size_t>(found - allowed.begin());
  }

  std::string choice(const YAML::Node& mapping, const char* key, const std::vector<std::string>& allowed) const {
    return allowed[choice_index(mapping, key, allowed)];
  }

  std::string digest(const YAML::Node& mapping, const char* key, size_t digits) const {
    if (!mapping[key]) return "";
    const auto text = value<std::string>(mapping, key, "text");
    check(mapping, key, text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos,
          fmt::format("must be {} lower-case hexadecimal digits", digits));
    return text;
  }

  void read_image(const YAML::Node& root, DatasetCard& card) const {
    const auto image = value<std::vector<int>>(root, "image", "[channels, height, width]");
    check(root, "image", image.size() == 3 && *std::min_element(image.begin(), image.end()) >= 1, "must be [channels, height, width]");
    card.channels = image[0], card.height = image[1], card.width = image[2];
    if (card.format == DatasetFormat::idx)
      check(root, "image", card.channels == 1, "has one channel in the format idx");
    else
      check(root, "image", image == std::vector<int>{kCifarChannels, kCifarSide, kCifarSide}, "is [3, 32, 32] in the CIFAR formats");
    card.classes = value<std::vector<std::string>>(root, "classes", "a list of names");
    const std::set<std::string> distinct(card.classes.begin(), card.classes.end());
    check(root, "classes", !distinct.empty() && distinct.size() == card.classes.size() && distinct.size() <= 256,
          "must be 1 to 256 distinct names");
  }

  void refuse_image(const YAML::Node& root, DatasetCard& card) const {
    if (root["image"])
      fail(root["image"], fmt::format("'image' is not a key of the format {}: the images have different sizes", format_name(card)));
    card.channels = 3;
  }

  /// Images with boxes. The classes are a list of names, or a file beside the card with a name a line, or those that objects have on disk.
  void read_object_classes(const YAML::Node& root, DatasetCard& card) const {
    refuse_image(root, card);
    if (!root["classes"]) return;
    if (root["classes"].IsSequence()) {
      card.classes = value<std::vector<std::string>>(root, "classes", "a list of names");
    } else {
      std::istringstream lines(read_file(path_.parent_path() / value<std::string>(root, "classes", "a list of names, or a file's name")));
      for (std::string line; std::getline(lines, line);) card.classes.push_back(line);
    }
    const std::set<std::string> distinct(card.classes.begin(), card.classes.end());
    check(root, "classes", !distinct.empty() && distinct.size() == card.classes.size() && !distinct.count(""),
          "must be distinct names, one or more");
    card.class_folders = card.classes;
  }

  /// Images of any size, in colour. The classes are a list of folders; or a file beside the card, a line each: its folder, a blank, its
  /// name; or they are what lies on disk.
  void read_class_list(const YAML::Node& root, DatasetCard& card) const {
    refuse_image(root, card);
    if (root["classes"] && card.format == DatasetFormat::jester)
      fail(root["classes"], "'classes' is not a key of the format jester: they are those of the list that 'labels' names");
    if (!root["classes"]) return;
    if (root["classes"].IsSequence()) {
      card.classes = card.class_folders = value<std::vector<std::string>>(root, "classes", "a list of folders");
      check_class_folders(root, card.class_folders, "the folders");
    } else {
      read_class_file(root, card);
    }
    check(root, "classes", !card.classes.empty(), "has no class");
  }

  /// Names of the list of classes.
  void read_labels(const YAML::Node& root, DatasetCard& card) const {
    if (card.format == DatasetFormat::jester) {
      card.label_lists = list_names(root, "labels");
    } else if (root["labels"]) {
      fail(root["labels"], fmt::format("'labels' is a key of the format jester, not of {}", format_name(card)));
    }
  }

  /// Names of files, in which one '*' may stand for any characters.
  std::vector<std::string> list_names(const YAML::Node& mapping, const char* key) const {
    const auto names = value<std::vector<std::string>>(mapping, key, "a list of files");
    check(mapping, key, !names.empty(), "must name a file");
    for (const std::string& name : names)
      check(mapping, key, std::count(name.begin(), name.end(), '*') <= 1, fmt::format("has more than one '*' in '{}'", name));
    return names;
  }

  static const std::string& format_name(const DatasetCard& card) { return dataset_format_names()[static_cast<size_t>(card.format)]; }

  void read_class_file(const YAML::Node& root, DatasetCard& card) const {
    const auto list = path_.parent_path() / value<std::string>(root, "classes", "a list of folders, or the name of a file beside the card");
    std::istringstream lines(read_file(list));
    for (std::string line; std::getline(lines, line);) {
      card.class_folders.push_back(line.substr(0, line.find(' ')));
      card.classes.push_back(line);
    }
    check_class_folders(root, card.class_folders, fmt::format("the folders that begin the lines of {}", list.string()));
  }

  void check_class_folders(const YAML::Node& root, const std::vector<std::string>& folders, const std::string& which) const {
    for (size_t i = 0; i < folders.size(); ++i)
      check(root, "classes", !folders[i].empty() && (i == 0 || folders[i - 1] < folders[i]),
            fmt::format("{} must be distinct and sorted by their bytes, which '{}' (number {}) is not", which, folders[i], i + 1));
  }

  void read_statistics(const YAML::Node& root, DatasetCard& card) const {
    const auto channels = static_cast<size_t>(card.channels);
    card.mean = value<std::vector<float>>(root, "mean", "a list of numbers");
    card.std = value<std::vector<float>>(root, "std", "a list of numbers");
    const auto fraction = [](float number) { return number >= 0 && number <= 1; };
    check(root, "mean", card.mean.size() == channels && std::all_of(card.mean.begin(), card.mean.end(), fraction),
          fmt::format("must be {} fractions of 255, one a channel", channels));
    check(root, "std",
          card.std.size() == channels && std::all_of(card.std.begin(), card.std.end(), [](float s) { return s > 0 && s <= 1; }),
          fmt::format("must be {} fractions of 255 above 0, one a channel", channels));
  }

  DatasetSplit read_folder_split(const YAML::Node& node, const DatasetCard& card) const {
    const char* const samples = card.noun();
    std::vector<std::string> keys{samples};
    if (card.format != DatasetFormat::voc) keys.insert(keys.begin(), "folders");
    if (card.format != DatasetFormat::clip_folder) keys.insert(keys.end() - 1, "lists");
    check_keys(node, keys);
    DatasetSplit split;
    if (card.format != DatasetFormat::voc) {
      split.folders = value<std::vector<std::string>>(node, "folders", "a list of folders");
      check(node, "folders", !split.folders.empty(), "must name a folder");
    }
    if (card.format == DatasetFormat::jester || card.has_boxes())
      split.lists = list_names(node, "lists");
    else if (node["lists"])
      split.lists = value<std::vector<std::string>>(node, "lists", "a list of files");
    if (node[samples]) split.expected_images = count(node, samples);
    return split;
  }

  DatasetSplit read_split(const YAML::Node& node, const DatasetCard& card) const {
    if (card.is_encoded()) return read_folder_split(node, card);
    if (!node.IsSequence() || node.size() == 0) fail(node, "a split is a list of files");
    DatasetSplit split;
    for (const auto& entry : node) split.files.push_back(read_entry(entry, card));
    if (card.format == DatasetFormat::idx) {
      const auto& files = split.files;
      if (files.size() != 2 || files[0].holds != FileContent::images || files[1].holds != FileContent::labels ||
          files[0].images != files[1].images)
        fail(node, "a split in the format idx is one file that holds images, then one that holds as many labels");
    }
    return split;
  }

  DatasetFile read_entry(const YAML::Node& node, const DatasetCard& card) const {
    DatasetFile file;
    if (card.format == DatasetFormat::idx) {
      check_keys(node, {"name", "holds", "bytes", "images", "md5", "sha256"});
      file.holds = choice(node, "holds", {"images", "labels"}) == "images" ? FileContent::images : FileContent::labels;
    } else {
      check_keys(node, {"name", "bytes", "images", "md5", "sha256"});
    }
    file.name = value<std::string>(node, "name", "text");
    const bool pickled = card.format == DatasetFormat::cifar10_python || card.format == DatasetFormat::cifar100_python;
    if (!pickled || node["bytes"]) file.bytes = count(node, "bytes");
    file.images = count(node, "images");
    file.md5 = digest(node, "md5", 32);
    file.sha256 = digest(node, "sha256", 64);
    if (!pickled)
      check(node, "bytes", file.bytes == expected_bytes(file, card),
            fmt::format("must be {} for {} images in this format", expected_bytes(file, card), file.images));
    return file;
  }

  static int64_t expected_bytes(const DatasetFile& file, const DatasetCard& card) {
    if (card.format == DatasetFormat::cifar10) return file.images * static_cast<int64_t>(cifar_record_bytes(CifarLayout::cifar10));
    if (card.format == DatasetFormat::cifar100) return file.images * static_cast<int64_t>(cifar_record_bytes(CifarLayout::cifar100));
    return file.holds == FileContent::labels ? 8 + file.images : 16 + file.images * card.height * card.width;
  }

  std::filesystem::path path_;
};

}  // namespace

DatasetCard read_card(const std::filesystem::path& path) { return CardReader(path).read(); }

}  // namespace tnn
