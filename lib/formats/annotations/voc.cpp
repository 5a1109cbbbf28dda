#include "formats/annotations/voc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <pugixml.hpp>
#include <sstream>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/number_text.h"
#include "core/printable.h"
#include "core/read_file.h"
#include "formats/annotations/voc_image_set.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;

/// The text of a child without the blanks around it; empty where there is none.
std::string child_text(const pugi::xml_node& node, const char* name) {
  const std::string text = node.child_value(name);
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Where in a file something is wrong.
struct Place {
  const fs::path& file;
  std::string part;  ///< "object 2 (dog)"
  DataError fault(const std::string& what) const { return DataError(fmt::format("'{}': {}: {}", file.string(), part, what)); }
};

double number(const pugi::xml_node& node, const char* name, const Place& place) {
  const std::string text = child_text(node, name);
  const std::optional<double> value = finite_number(text);
  if (!value)
    throw place.fault(text.empty() ? fmt::format("has no <{}>", name)
                                   : fmt::format("<{}> is '{}' (allowed: a number)", name, printable_beginning(text, 40)));
  return *value;
}

bool flag(const pugi::xml_node& node, const char* name, const Place& place) {
  const std::string text = child_text(node, name);
  if (text.empty() || text == "0") return false;
  if (text == "1") return true;
  throw place.fault(fmt::format("<{}> is '{}' (allowed: 0, 1)", name, printable_beginning(text, 40)));
}

int pixels(const pugi::xml_node& size, const char* name, const Place& place) {
  const double value = number(size, name, place);
  if (value < 0 || value > std::numeric_limits<int>::max() || value != std::floor(value))
    throw place.fault(fmt::format("<{}> is {} (allowed: 0, 1, ...)", name, value));
  return static_cast<int>(value);
}

Box read_box(const pugi::xml_node& node, const Place& place) {
  const pugi::xml_node box = node.child("bndbox");  // the object's own: <part>s have theirs
  if (!box) throw place.fault("has no <bndbox>");
  const double x1 = number(box, "xmin", place), y1 = number(box, "ymin", place);
  const double x2 = number(box, "xmax", place), y2 = number(box, "ymax", place);
  if (x2 < x1 || y2 < y1)
    throw place.fault(fmt::format("the box from ({}, {}) to ({}, {}) has its corners the wrong way round", x1, y1, x2, y2));
  return {x1 - 1, y1 - 1, x2, y2};
}

AnnotatedObject read_object(const pugi::xml_node& node, size_t index, const fs::path& file, const std::vector<std::string>& categories) {
  const std::string name = child_text(node, "name");
  const Place place{file, fmt::format("object {} ({})", index + 1, name.empty() ? "without name" : printable_beginning(name, 40))};
  const auto category = std::find(categories.begin(), categories.end(), name);
  if (category == categories.end()) throw place.fault(unknown_name_message("class", name, categories));
  AnnotatedObject object;
  object.category = static_cast<int>(category - categories.begin());
  object.box = read_box(node, place);
  object.difficult = flag(node, "difficult", place);
  object.truncated = flag(node, "truncated", place);
  object.area = object.box.area();
  object.id = static_cast<int64_t>(index);
  return object;
}

pugi::xml_node annotation_of(pugi::xml_document& document, const std::string& text, const fs::path& file) {
  const pugi::xml_parse_result result = document.load_buffer(text.data(), text.size());
  if (!result) {
    const auto end = text.begin() + std::min<std::ptrdiff_t>(result.offset, static_cast<std::ptrdiff_t>(text.size()));
    throw DataError(
        fmt::format("'{}', line {}: not XML: {}", file.string(), 1 + std::count(text.begin(), end, '\n'), result.description()));
  }
  const pugi::xml_node annotation = document.child("annotation");
  if (!annotation) throw DataError(fmt::format("'{}' is XML without <annotation>, no annotation of VOC", file.string()));
  return annotation;
}

/// A corner counted from 1, without what rounding made of its decimals: 44.7 + 1 is 45.7.
double counted_from_one(double x) { return std::nearbyint((x + 1) * 1e6) / 1e6 - 1 == x ? std::nearbyint((x + 1) * 1e6) / 1e6 : x + 1; }

void append(pugi::xml_node& parent, const char* name, const std::string& text) { parent.append_child(name).text().set(text.c_str()); }

}  // namespace

const std::vector<std::string>& voc_categories() {
  static const std::vector<std::string> names{"aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",      "car",
                                              "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",    "motorbike",
                                              "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};
  return names;
}

AnnotatedImage read_voc_annotation(const fs::path& xml, const std::vector<std::string>& categories) {
  const std::string text = read_file(xml);
  pugi::xml_document document;
  const pugi::xml_node annotation = annotation_of(document, text, xml);
  AnnotatedImage image;
  image.file = child_text(annotation, "filename");
  if (image.file.empty()) image.file = xml.stem().string() + ".jpg";
  if (const pugi::xml_node size = annotation.child("size")) {
    image.width = pixels(size, "width", {xml, "<size>"});
    image.height = pixels(size, "height", {xml, "<size>"});
  }
  for (const pugi::xml_node& node : annotation.children("object"))
    image.objects.push_back(read_object(node, image.objects.size(), xml, categories));
  return image;
}

AnnotatedImages read_voc(const fs::path& folder, const std::string& image_set, const std::vector<std::string>& categories) {
  AnnotatedImages images;
  images.categories = categories;
  for (size_t i = 0; i < categories.size(); ++i) images.category_ids.push_back(static_cast<int64_t>(i) + 1);
  for (const ListedImage& listed : read_voc_list(folder, image_set)) {
    const fs::path xml = folder / "Annotations" / (listed.name + ".xml");
    if (!fs::exists(xml))
      throw DataError(
          fmt::format("'{}', line {}: '{}' is not there", voc_list_file(folder, image_set).string(), listed.line, xml.string()));
    AnnotatedImage image = read_voc_annotation(xml, categories);
    if (fs::path(image.file).stem() != listed.name) image.file = listed.name + ".jpg";
    image.id = static_cast<int64_t>(images.images.size());
    images.images.push_back(std::move(image));
  }
  return images;
}

void write_voc_annotation(const fs::path& xml, const AnnotatedImage& image, const std::vector<std::string>& categories) {
  pugi::xml_document document;
  pugi::xml_node annotation = document.append_child("annotation");
  append(annotation, "filename", image.file);
  if (image.width > 0 || image.height > 0) {
    pugi::xml_node size = annotation.append_child("size");
    append(size, "width", std::to_string(image.width));
    append(size, "height", std::to_string(image.height));
  }
  for (const AnnotatedObject& object : image.objects) {
    pugi::xml_node node = annotation.append_child("object");
    append(node, "name", categories.at(static_cast<size_t>(object.category)));
    append(node, "truncated", object.truncated ? "1" : "0");
    append(node, "difficult", object.difficult ? "1" : "0");
    pugi::xml_node box = node.append_child("bndbox");
    append(box, "xmin", fmt::format("{}", counted_from_one(object.box.x1)));
    append(box, "ymin", fmt::format("{}", counted_from_one(object.box.y1)));
    append(box, "xmax", fmt::format("{}", object.box.x2));
    append(box, "ymax", fmt::format("{}", object.box.y2));
  }
  std::ostringstream text;
  document.save(text, "\t", pugi::format_indent | pugi::format_no_declaration);
  write_file_atomically(xml, text.str());
}

}  // namespace tnn
