#include "data/card_writer.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>

namespace tnn {
namespace {

/// A short list on one line, a long one with a line an item.
void write_list(YAML::Emitter& out, const std::vector<std::string>& items) {
  constexpr size_t kLongestLine = 100;
  size_t length = 0;
  for (const std::string& item : items) length += item.size() + 2;
  const bool words = std::all_of(items.begin(), items.end(),
                                 [](const auto& item) { return !item.empty() && std::isalpha(static_cast<unsigned char>(item[0])); });
  out << (length <= kLongestLine ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
  for (const std::string& item : items) {
    if (!words) out << YAML::DoubleQuoted;  // numbers are names, too
    out << item;
  }
  out << YAML::EndSeq;
}

/// Four digits behind the point, as cards have them; of small numbers four that count.
void write_fractions(YAML::Emitter& out, const std::vector<float>& fractions) {
  constexpr float kSmall = 0.01f;
  out << YAML::Flow << YAML::BeginSeq;
  for (const float fraction : fractions)
    out << (fraction == 0 || fraction >= kSmall ? fmt::format("{:.4f}", fraction) : fmt::format("{:.4g}", fraction));
  out << YAML::EndSeq;
}

void write_text(YAML::Emitter& out, const char* key, const std::string& value) { out << YAML::Key << key << YAML::Value << value; }

void write_folder_split(YAML::Emitter& out, const DatasetSplit& split, const DatasetCard& card) {
  out << YAML::Block << YAML::BeginMap;
  if (!split.folders.empty()) {
    out << YAML::Key << "folders" << YAML::Value;
    write_list(out, split.folders);
  }
  if (!split.lists.empty()) {
    out << YAML::Key << "lists" << YAML::Value;
    write_list(out, split.lists);
  }
  if (split.expected_images > 0) out << YAML::Key << card.noun() << YAML::Value << split.expected_images;
  out << YAML::EndMap;
}

void write_file(YAML::Emitter& out, const DatasetFile& file) {
  out << YAML::Block << YAML::BeginMap;
  write_text(out, "name", file.name);
  if (file.holds != FileContent::records) write_text(out, "holds", file.holds == FileContent::images ? "images" : "labels");
  out << YAML::Key << "images" << YAML::Value << file.images;
  if (file.bytes > 0) out << YAML::Key << "bytes" << YAML::Value << file.bytes;
  if (!file.md5.empty()) write_text(out, "md5", file.md5);
  if (!file.sha256.empty()) write_text(out, "sha256", file.sha256);
  out << YAML::EndMap;
}

void write_split(YAML::Emitter& out, const char* name, const DatasetSplit& split, const DatasetCard& card) {
  out << YAML::Key << name << YAML::Value;
  if (card.is_encoded()) return write_folder_split(out, split, card);
  out << YAML::Block << YAML::BeginSeq;
  for (const DatasetFile& file : split.files) write_file(out, file);
  out << YAML::EndSeq;
}

void write_classes(YAML::Emitter& out, const DatasetCard& card) {
  if (card.classes_on_disk) return;
  const auto& classes = card.is_encoded() ? card.class_folders : card.classes;
  if (classes.empty()) return;
  out << YAML::Key << "classes" << YAML::Value;
  write_list(out, classes);
}

}  // namespace

std::string card_yaml(const DatasetCard& card, const std::string& comment) {
  YAML::Emitter out;
  if (!comment.empty()) out << YAML::Comment(comment) << YAML::Newline;
  out << YAML::BeginMap;
  write_text(out, "title", card.title);
  write_text(out, "task", card.task);
  write_text(out, "format", dataset_format_names().at(static_cast<size_t>(card.format)));
  if (!card.is_encoded())
    out << YAML::Key << "image" << YAML::Value << YAML::Flow << std::vector<int>{card.channels, card.height, card.width};
  write_classes(out, card);
  if (!card.label_lists.empty()) {
    out << YAML::Key << "labels" << YAML::Value;
    write_list(out, card.label_lists);
  }
  if (!card.flip) out << YAML::Key << "flip" << YAML::Value << false;
  out << YAML::Key << "mean" << YAML::Value;
  write_fractions(out, card.mean);
  out << YAML::Key << "std" << YAML::Value;
  write_fractions(out, card.std);
  write_text(out, "licence", card.licence);
  write_text(out, "source", card.source);
  out << YAML::Key << "folders" << YAML::Value;
  write_list(out, card.folders);
  out << YAML::Key << "splits" << YAML::Value << YAML::BeginMap;
  write_split(out, "train", card.train, card);
  write_split(out, "test", card.test, card);
  out << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace tnn
