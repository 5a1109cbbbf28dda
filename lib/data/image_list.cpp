#include "data/image_list.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/list_lines.h"
#include "data/list_reading.h"

namespace tnn {
namespace {

/// Where two readings of a list say different things about an image.
size_t first_difference(const ListReading& a, const ListReading& b) {
  size_t image = 0;
  while (image < a.labels.size() && a.labels[image] == b.labels[image]) ++image;
  return image;
}

}  // namespace

std::vector<int> read_image_list(const std::filesystem::path& list, const std::vector<std::string>& images,
                                 const std::vector<std::string>& classes) {
  const std::vector<ListLine> lines = read_list_lines(list);
  const ListedImages listed(images);
  const ListedClasses known(classes);
  std::vector<ListReading> readings;
  for (const char separator : {'\t', ',', ';', ' '})
    if (auto reading = read_named(lines, separator, listed, known)) readings.push_back(std::move(*reading));
  readings.push_back(read_ordered(lines, listed, known));

  const ListReading* fitting = nullptr;
  const ListReading* nearest = &readings.front();
  for (const ListReading& reading : readings) {
    if (std::pair(reading.certain, reading.fitting) > std::pair(nearest->certain, nearest->fitting)) nearest = &reading;
    if (!reading.fits()) continue;
    if (!fitting) fitting = &reading;
    if (const size_t image = first_difference(*fitting, reading); image < images.size())
      throw DataError(fmt::format("{}: may be read in two ways: {} (then '{}' is of class '{}'), or {} (then it is of class '{}')",
                                  list.string(), fitting->form, images[image], classes[static_cast<size_t>(fitting->labels[image])],
                                  reading.form, classes[static_cast<size_t>(reading.labels[image])]));
  }
  if (fitting) return fitting->labels;
  throw DataError(fmt::format("{}:{}", list.string(), nearest->fault));
}

}  // namespace tnn
