#include "data/list_reading.h"

#include <fmt/format.h>

#include <algorithm>

namespace tnn {
namespace {

/// One way to part a line.
struct Entry {
  std::string name, word;
};

/// A line and the ways to part it; none where it has no separator.
struct PartedLine {
  size_t number;
  std::vector<Entry> ways;
};

std::string separator_in_words(char separator) {
  return separator == '\t' ? "a TAB" : separator == ' ' ? "a blank" : fmt::format("'{}'", separator);
}

/// At each run of blanks: names, and names of classes, may have some.
std::vector<Entry> part_at_blanks(const std::string& text) {
  std::vector<Entry> ways;
  for (size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', text.find_first_not_of(' ', at)))
    ways.push_back({std::string(without_blanks(text.substr(0, at))), std::string(without_blanks(text.substr(at)))});
  return ways;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Whether the first line of a list tells nothing about an image that is here, as the names of columns do not.
bool is_header(const PartedLine& line, const ListedImages& images, const ListedClasses& classes) {
  return !line.ways.empty() && std::none_of(line.ways.begin(), line.ways.end(), [&](const Entry& way) {
    return images.find(way.name) != ListedImages::kNone || classes.by_folder(way.word) || classes.by_number(way.word);
  });
}

std::vector<PartedLine> part(const std::vector<ListLine>& lines, char separator, const ListedImages& images, const ListedClasses& classes) {
  std::vector<PartedLine> parted;
  bool boxes = false;  // ILSVRC2012's on Kaggle: the first word of the second column
  for (const ListLine& line : lines) {
    PartedLine one{line.number, {}};
    if (separator == ' ') {
      one.ways = part_at_blanks(line.text);
    } else if (const auto fields = split_fields(line.text, separator); fields.size() > 1) {
      one.ways.push_back({fields[0], boxes ? fields[1].substr(0, fields[1].find(' ')) : fields[1]});
    }
    if (!parted.empty() || !is_header(one, images, classes)) {
      parted.push_back(std::move(one));
    } else {
      boxes = lower_case(without_quotes(one.ways.front().word)) == "predictionstring";
      parted.push_back({0, {}});  // in the header's place
    }
  }
  if (!parted.empty() && parted.front().number == 0) parted.erase(parted.begin());
  return parted;
}

/// Reads parted lines with the classes given in one way.
class NamedReader {
 public:
  using Find = std::optional<int> (ListedClasses::*)(const std::string&) const;

  NamedReader(const ListedImages& images, const ListedClasses& classes, Find find, char separator)
      : images_(images), classes_(classes), find_(find), separator_(separator) {}

  ListReading read(const std::vector<PartedLine>& lines) {
    labels_.assign(images_.size(), -1);
    for (const PartedLine& line : lines) {
      if (!take(line)) return std::move(reading_);
      ++reading_.fitting;
    }
    for (size_t i = 0; i < labels_.size(); ++i)
      if (labels_[i] < 0) {
        reading_.fault = fmt::format(" no label for image '{}'", images_.name(i));
        reading_.certain = true;
        return std::move(reading_);
      }
    reading_.labels = std::move(labels_);
    return std::move(reading_);
  }

 private:
  bool refuse(const PartedLine& line, const std::string& why, bool certain = false) {
    reading_.fault = fmt::format("{}: {}", line.number, why);
    reading_.certain = certain;
    return false;
  }

  bool take(const PartedLine& line) {
    if (line.ways.empty())
      return refuse(line, fmt::format("expected an image and a class with {} between them", separator_in_words(separator_)));
    std::vector<const Entry*> possible, known;
    for (const Entry& way : line.ways) {
      if (!(classes_.*find_)(way.word)) continue;
      possible.push_back(&way);
      if (images_.find(way.name) != ListedImages::kNone) known.push_back(possible.back());
    }
    if (possible.empty()) return refuse(line, classes_.fault(line.ways.back().word));
    if (known.empty()) return true;  // of an image that is not here
    if (known.size() > 1)
      return refuse(line,
                    fmt::format("may be image '{}' of class '{}', or image '{}' of class '{}': give the list a TAB between them",
                                known[0]->name, known[0]->word, known[1]->name, known[1]->word),
                    true);
    return label(line, *known.front());
  }

  bool label(const PartedLine& line, const Entry& entry) {
    const int image = images_.find(entry.name);
    if (image == ListedImages::kSeveral)
      return refuse(line, fmt::format("several images are called '{}': give their extensions", entry.name), true);
    int& label = labels_[static_cast<size_t>(image)];
    if (label >= 0) return refuse(line, fmt::format("'{}' is listed twice", entry.name), true);
    label = *(classes_.*find_)(entry.word);
    return true;
  }

  const ListedImages& images_;
  const ListedClasses& classes_;
  Find find_;
  char separator_;
  std::vector<int> labels_;
  ListReading reading_;
};

/// A word that is a class folder, and as a number another class: where the lines are taken for numbers, they say two things.
std::string two_meanings(const std::vector<PartedLine>& lines, const ListedClasses& classes, const std::string& no_folder) {
  for (const PartedLine& line : lines)
    for (const Entry& way : line.ways) {
      const auto folder = classes.by_folder(way.word), number = classes.by_number(way.word);
      if (!folder || !number || *folder == *number) continue;
      return fmt::format(
          "{}: '{}' may be the class folder '{}', or number {} of the classes, which is '{}'; as names of folders the list does not fit "
          "({}): "
          "write the class folder's name in every line",
          line.number, way.word, classes.folder(*folder), *number, classes.folder(*number), no_folder);
    }
  return "";
}

}  // namespace

std::optional<ListReading> read_named(const std::vector<ListLine>& lines, char separator, const ListedImages& images,
                                      const ListedClasses& classes) {
  const auto parted = part(lines, separator, images, classes);
  if (std::all_of(parted.begin(), parted.end(), [](const PartedLine& line) { return line.ways.empty(); })) return std::nullopt;
  const std::string form = "image and class with " + separator_in_words(separator) + " between them";
  ListReading folders = NamedReader(images, classes, &ListedClasses::by_folder, separator).read(parted);
  folders.form = form;
  if (folders.fits()) return folders;
  ListReading numbers = NamedReader(images, classes, &ListedClasses::by_number, separator).read(parted);
  numbers.form = form;
  if (numbers.fits())
    if (const std::string two = two_meanings(parted, classes, "line " + folders.fault); !two.empty()) {
      numbers.fault = two;
      numbers.certain = true;
    }
  return numbers.fits() || numbers.certain || numbers.fitting > folders.fitting ? numbers : folders;
}

ListReading read_ordered(const std::vector<ListLine>& lines, const ListedImages& images, const ListedClasses& classes) {
  ListReading reading;
  reading.form = "a class folder in each line, of the images one after another";
  std::vector<int> labels;
  const bool numbers =
      std::all_of(lines.begin(), lines.end(), [](const ListLine& line) { return whole_number(without_quotes(line.text)).has_value(); });
  for (const ListLine& line : lines) {
    const auto folder = classes.by_folder(line.text);
    if (!folder) {
      reading.fault = fmt::format("{}: {}", line.number,
                                  numbers ? "numbers alone are the development kit's own order of classes, which the kit's meta.mat "
                                            "explains; give a list of class folders (n01751748), or of images with classes"
                                          : classes.fault(line.text));
      return reading;
    }
    ++reading.fitting;
    labels.push_back(*folder);
  }
  if (labels.size() != images.size()) {
    reading.fault = fmt::format(" {} lines for {} images: a list without names has one line for each image", lines.size(), images.size());
    return reading;
  }
  reading.labels = std::move(labels);
  return reading;
}

}  // namespace tnn
