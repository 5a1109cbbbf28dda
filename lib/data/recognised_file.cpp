#include "data/recognised_file.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "data/cifar_pickle.h"
#include "data/cifar_reader.h"
#include "data/idx_reader.h"
#include "formats/pretrained/numpy_pickle.h"

namespace tnn {
namespace {

void read_records(const SourceBytes& source, bool ten, bool pickled, RecognisedFile& contents) {
  contents.images.class_names = numbered_classes(kMostClasses);
  (pickled ? append_cifar_pickle : append_cifar)(source, ten ? CifarLayout::cifar10 : CifarLayout::cifar100, 0, contents.images);
  contents.format = pickled ? (ten ? DatasetFormat::cifar10_python : DatasetFormat::cifar100_python)
                            : (ten ? DatasetFormat::cifar10 : DatasetFormat::cifar100);
  contents.count = contents.images.size();
}

std::string_view text_of(const SourceBytes& source) { return {reinterpret_cast<const char*>(source.bytes.data()), source.bytes.size()}; }

/// Whether a batch of the Python version has the labels of CIFAR-100.
bool has_fine_labels(const SourceBytes& source) {
  size_t position = 0;
  const Pickle pickle(text_of(source), position, numpy_globals(), source.path.string());
  return pickle.root().is(PickleValue::Kind::dictionary) && pickled_entry(pickle.root(), "fine_labels");
}

}  // namespace

std::vector<std::string> numbered_classes(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

bool recognise_file(SourceBytes source, RecognisedFile& contents) {
  constexpr std::array<uint8_t, 4> kImages{0, 0, 8, 3}, kLabels{0, 0, 8, 1};
  constexpr uint8_t kPickled = 0x80;
  const auto begins_with = [&](const auto& magic) {
    return source.bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), source.bytes.begin());
  };
  const auto whole_records = [&](CifarLayout layout) {
    return !source.bytes.empty() && source.bytes.size() % cifar_record_bytes(layout) == 0;
  };
  if (begins_with(kImages)) {
    contents.holds = FileContent::images;
    ImageSet& images = contents.images.images = parse_idx_images(std::move(source));
    contents.count = static_cast<int64_t>(images.pixels.size() / images.image_bytes());
  } else if (begins_with(kLabels)) {
    contents.holds = FileContent::labels;
    contents.images.labels = parse_idx_labels(source, static_cast<int>(kMostClasses));
    contents.count = contents.images.size();
  } else if (begins_with(std::array{kPickled})) {
    read_records(source, !has_fine_labels(source), true, contents);
  } else if (whole_records(CifarLayout::cifar10) || whole_records(CifarLayout::cifar100)) {
    read_records(source, whole_records(CifarLayout::cifar10), false, contents);
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> class_names_beside(const std::filesystem::path& folder, DatasetFormat format) {
  std::vector<std::string> names;
  const auto source = [&](const char* name) {
    const auto path = find_source(folder, name);
    return path ? read_source(*path) : SourceBytes{};
  };
  if (format == DatasetFormat::cifar10 || format == DatasetFormat::cifar100) {
    const SourceBytes file = source(format == DatasetFormat::cifar10 ? "batches.meta.txt" : "fine_label_names.txt");
    std::istringstream lines{std::string(text_of(file))};
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) names.push_back(line);
    }
  } else if (format == DatasetFormat::cifar10_python || format == DatasetFormat::cifar100_python) {
    const bool ten = format == DatasetFormat::cifar10_python;
    const SourceBytes file = source(ten ? "batches.meta" : "meta");
    if (file.bytes.empty()) return names;
    size_t position = 0;
    const Pickle pickle(text_of(file), position, numpy_globals(), file.path.string());
    const bool dictionary = pickle.root().is(PickleValue::Kind::dictionary);
    const PickleValue* const listed = dictionary ? pickled_entry(pickle.root(), ten ? "label_names" : "fine_label_names") : nullptr;
    if (!listed || !listed->is_sequence()) return names;
    for (const PickleValue* name : listed->items) names.push_back(pickled_text(*name).value_or(""));
  }
  return names;
}

}  // namespace tnn
