#include "formats/annotations/voc_results.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/number_text.h"
#include "core/printable.h"
#include "core/read_file.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;
using ImagesByName = std::unordered_map<std::string, size_t>;

constexpr size_t kWords = 6;

/// The file of each class.
std::vector<fs::path> class_files(const fs::path& folder, const std::string& image_set, const std::vector<std::string>& classes) {
  std::vector<fs::path> files(classes.size());
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    for (size_t i = 0; i < classes.size(); ++i) {
      if (!name.ends_with(fmt::format("_det_{}_{}.txt", image_set, classes[i]))) continue;
      if (!files[i].empty())
        throw DataError(
            fmt::format("class '{}' has two files of results: '{}' and '{}'", classes[i], files[i].string(), entry.path().string()));
      files[i] = entry.path();
    }
  }
  std::vector<std::string> missing;
  for (size_t i = 0; i < classes.size(); ++i)
    if (files[i].empty()) missing.push_back(fmt::format("..._det_{}_{}.txt", image_set, classes[i]));
  if (!missing.empty())
    throw DataError(fmt::format("'{}' has no results for {} of {} classes: {} (an empty file says that nothing was found)", folder.string(),
                                missing.size(), classes.size(), fmt::join(missing, ", ")));
  return files;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t at = line.find_first_not_of(" \t\r"); at != std::string_view::npos; at = line.find_first_not_of(" \t\r", at)) {
    const size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

/// One file, read line by line.
class ResultLines {
 public:
  ResultLines(const fs::path& file, int category, const ImagesByName& images) : file_(file), category_(category), images_(images) {}

  void read(DetectionLists& detections) {
    const std::string text = read_file(file_);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      ++line_;
      const auto words = words_of(std::string_view(text).substr(begin, end - begin));
      if (!words.empty()) read_line(words, detections);
      begin = end + 1;
    }
  }

 private:
  DataError fault(const std::string& what) const { return DataError(fmt::format("'{}', line {}: {}", file_.string(), line_, what)); }

  void read_line(const std::vector<std::string_view>& words, DetectionLists& detections) const {
    if (words.size() != kWords) throw fault(fmt::format("{} words (allowed: image score xmin ymin xmax ymax)", words.size()));
    const auto image = images_.find(std::string(words[0]));
    if (image == images_.end())
      throw fault(fmt::format("image '{}' is none of the ground truth's {}", printable_beginning(words[0], 40), images_.size()));
    std::array<double, kWords> numbers{};
    for (size_t i = 1; i < kWords; ++i) numbers[i] = number(words[i]);
    if (numbers[4] < numbers[2] - 1 || numbers[5] < numbers[3] - 1)
      throw fault(
          fmt::format("the box from ({}, {}) to ({}, {}) has its corners the wrong way round", words[2], words[3], words[4], words[5]));
    detections[image->second].push_back({{numbers[2] - 1, numbers[3] - 1, numbers[4], numbers[5]}, category_, numbers[1]});
  }

  double number(std::string_view word) const {
    const std::optional<double> value = finite_number(word);
    if (!value) throw fault(fmt::format("'{}' is not a finite number", printable_beginning(word, 40)));
    return *value;
  }

  const fs::path& file_;
  int category_;
  const ImagesByName& images_;
  size_t line_ = 0;
};

}  // namespace

DetectionLists read_voc_results(const fs::path& folder, const std::string& image_set, const AnnotatedImages& truth) {
  ImagesByName images;
  for (size_t i = 0; i < truth.images.size(); ++i) images.emplace(fs::path(truth.images[i].file).stem().string(), i);
  DetectionLists detections(truth.images.size());
  const std::vector<fs::path> files = class_files(folder, image_set, truth.categories);
  for (size_t i = 0; i < files.size(); ++i) ResultLines(files[i], static_cast<int>(i), images).read(detections);
  return detections;
}

}  // namespace tnn
