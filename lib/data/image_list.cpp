#include "data/image_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "core/atomic_file.h"
#include "core/error.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

struct Line {
  size_t number;
  std::string text;
};

std::vector<Line> lines_of(const fs::path& list) {
  std::vector<Line> lines;
  std::istringstream stream(read_file(list));
  std::string text;
  for (size_t number = 1; std::getline(stream, text); ++number) {
    while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (!text.empty()) lines.push_back({number, text});
  }
  return lines;
}

std::optional<int> whole_number(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class ListReader {
 public:
  ListReader(const fs::path& list, const std::vector<std::string>& images, const std::vector<std::string>& classes)
      : list_(list), images_(images), classes_(classes) {}

  std::vector<int> read() {
    std::vector<Line> lines = lines_of(list_);
    if (lines.empty()) throw DataError(fmt::format("{}: the list is empty", list_.string()));
    if (lines.front().text.starts_with("ImageId,")) {
      lines.erase(lines.begin());
      return by_name(lines, ',');
    }
    return lines.front().text.find(' ') == std::string::npos ? by_order(lines) : by_name(lines, ' ');
  }

 private:
  [[noreturn]] void fail(const Line& line, const std::string& what) const {
    throw DataError(fmt::format("{}:{}: {}", list_.string(), line.number, what));
  }

  int label(const Line& line, const std::string& word) const {
    if (const auto number = whole_number(word)) {
      if (*number < 0 || *number >= static_cast<int>(classes_.size()))
        fail(line, fmt::format("class {}: allowed from 0 to {}", *number, classes_.size() - 1));
      return *number;
    }
    const auto found = std::lower_bound(classes_.begin(), classes_.end(), word);
    if (found == classes_.end() || *found != word) fail(line, fmt::format("'{}' is none of the {} classes", word, classes_.size()));
    return static_cast<int>(found - classes_.begin());
  }

  std::vector<int> by_order(const std::vector<Line>& lines) const {
    if (whole_number(lines.front().text))
      fail(lines.front(),
           "numbers alone are the development kit's own order of classes, which the kit's meta.mat explains; give a list of class "
           "folders (n01751748), or of names with classes");
    if (lines.size() != images_.size())
      throw DataError(fmt::format("{}: {} lines for {} images: a list without names has one line for each image", list_.string(),
                                  lines.size(), images_.size()));
    std::vector<int> labels;
    for (const Line& line : lines) labels.push_back(label(line, line.text));
    return labels;
  }

  std::vector<int> by_name(const std::vector<Line>& lines, char separator) const {
    std::unordered_map<std::string, int> listed;
    for (const Line& line : lines) {
      const size_t end = line.text.find(separator);
      if (end == std::string::npos) fail(line, fmt::format("expected a name and a class with '{}' between them", separator));
      std::string name = line.text.substr(0, end), rest = line.text.substr(end + 1);
      if (separator == ',') rest = rest.substr(0, rest.find(' '));
      if (!listed.emplace(fs::path(name).stem().string(), label(line, rest)).second) fail(line, fmt::format("'{}' is listed twice", name));
    }
    std::vector<int> labels;
    for (const std::string& image : images_) {
      const auto found = listed.find(fs::path(image).stem().string());
      if (found == listed.end()) throw DataError(fmt::format("{}: no label for image '{}'", list_.string(), image));
      labels.push_back(found->second);
    }
    return labels;
  }

  const fs::path& list_;
  const std::vector<std::string>&images_, &classes_;
};

}  // namespace

std::vector<int> read_image_list(const fs::path& list, const std::vector<std::string>& images, const std::vector<std::string>& classes) {
  return ListReader(list, images, classes).read();
}

}  // namespace tnn
