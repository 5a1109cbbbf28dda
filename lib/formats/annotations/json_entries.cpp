#include "formats/annotations/json_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <tuple>

#include "core/json_integer.h"
#include "core/json_text.h"
#include "core/printable.h"
#include "core/read_file.h"

namespace tnn {
namespace {

using Json = nlohmann::json;
using Event = Json::parse_event_t;

constexpr double kLargestExactInteger = 0x1p53;
constexpr std::array<std::string_view, 11> kKeys{"id",   "image_id",  "category_id", "bbox",   "area", "iscrowd",
                                                 "name", "file_name", "width",       "height", "score"};

std::string shown(const Json& json) { return printable_beginning(json.dump(-1, ' ', false, Json::error_handler_t::replace), 40); }

/// Hands every entry of the lists out when its closing brace has been read, and forgets it. Of an entry only what annotations are read from
/// is kept: polygons are most of COCO's files.
class EntryParser {
 public:
  /// An empty key: the file itself is the list.
  EntryParser(const std::filesystem::path& file, const std::vector<JsonList>& lists)
      : file_(file),
        lists_(lists),
        entry_depth_(lists.front().key.empty() ? 1 : 2),
        counts_(lists.size(), 0),
        found_(lists.size(), false) {}

  void parse() {
    const std::string text = read_file(file_);
    try {
      check_json_depth(text);
      std::ignore =
          Json::parse(text.begin(), text.end(), [this](int depth, Event event, Json& parsed) { return keep(depth, event, parsed); });
    } catch (const Json::parse_error& fault) {
      const bool no_number =
          fault.byte > 0 && fault.byte <= text.size() && std::string_view("NI").find(text[fault.byte - 1]) != std::string_view::npos;
      throw DataError(place() + json_fault(fault, text) + (no_number ? " (NaN and Infinity are no numbers of JSON)" : ""));
    } catch (const Json::exception& fault) {
      throw DataError(place() + json_fault(fault, text));
    } catch (const UsageError& fault) {
      throw DataError(place() + fault.what());
    }
    for (size_t i = 0; i < lists_.size(); ++i)
      if (!found_[i]) refuse_structure(lists_[i]);
  }

 private:
  static constexpr size_t kNoList = static_cast<size_t>(-1);
  bool inside() const { return list_ != kNoList; }

  std::string place() const {
    if (!inside()) return fmt::format("'{}': ", file_.string());
    return fmt::format("'{}': {}[{}]: ", file_.string(), lists_[list_].key, counts_[list_]);
  }

  [[noreturn]] void refuse_structure(const JsonList& list) const {
    if (list.key.empty()) throw DataError(fmt::format("'{}': not a list of objects", file_.string()));
    throw DataError(fmt::format("'{}': has no '{}' (needed: a list of objects)", file_.string(), list.key));
  }

  /// Whether the value that begins or ends here is kept, as nlohmann's parser asks.
  bool keep(int depth, Event event, Json& parsed) {
    if (depth < entry_depth_) return keep_outside(depth, event, parsed);
    if (!inside()) return false;
    if (depth == entry_depth_) return keep_entry(event, parsed);
    if (depth == entry_depth_ + 1 && event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      kept_key_ = std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
    }
    return kept_key_;
  }

  bool keep_entry(Event event, const Json& parsed) {
    if (event == Event::object_start) return true;
    if (event != Event::object_end) throw DataError(place() + "not an object");
    lists_[list_].read(JsonEntry(parsed, file_, lists_[list_].key, counts_[list_]++));
    return false;
  }

  /// The file's own braces or brackets, the keys of its lists, and where these begin and end.
  bool keep_outside(int depth, Event event, const Json& parsed) {
    if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      const auto list = std::find_if(lists_.begin(), lists_.end(), [&](const JsonList& one) { return one.key == key; });
      named_ = list == lists_.end() ? kNoList : static_cast<size_t>(list - lists_.begin());
      return named_ != kNoList;
    }
    if (depth < entry_depth_ - 1) return true;
    if (entry_depth_ == 1) named_ = 0;
    if (event == Event::array_start) list_ = named_;
    if (inside()) found_[list_] = true;
    if (event == Event::array_end) list_ = kNoList;
    return named_ != kNoList;
  }

  const std::filesystem::path& file_;
  const std::vector<JsonList>& lists_;
  const int entry_depth_;
  std::vector<size_t> counts_;
  std::vector<bool> found_;
  size_t named_ = kNoList;  ///< the list whose key was read last
  size_t list_ = kNoList;   ///< the list that the parser is in
  bool kept_key_ = false;
};

}  // namespace

bool JsonEntry::has(const char* key) const { return object_.contains(key) && !object_.at(key).is_null(); }

DataError JsonEntry::fault(const std::string& what) const {
  const bool named = object_.contains("id") && object_.at("id").is_number_integer();
  return DataError(fmt::format("'{}': {}[{}]{}: {}", file_.string(), list_, place_,
                               named ? fmt::format(" (id {})", object_.at("id").get<int64_t>()) : "", what));
}

const Json& JsonEntry::member(const char* key) const {
  if (!object_.contains(key)) throw fault(fmt::format("has no '{}'", key));
  return object_.at(key);
}

int64_t JsonEntry::integer(const char* key) const {
  const Json& value = member(key);
  if (holds_integer<int64_t>(value)) return value.get<int64_t>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number == std::floor(number) && std::abs(number) <= kLargestExactInteger) return static_cast<int64_t>(number);
  }
  throw fault(fmt::format("'{}' is {} (allowed: an integer)", key, shown(value)));
}

double JsonEntry::number(const char* key) const {
  const Json& value = member(key);
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    throw fault(fmt::format("'{}' is {} (allowed: a finite number)", key, shown(value)));
  return value.get<double>();
}

std::string JsonEntry::text(const char* key) const {
  const Json& value = member(key);
  if (!value.is_string()) throw fault(fmt::format("'{}' is {} (allowed: text)", key, shown(value)));
  return value.get<std::string>();
}

CocoBox JsonEntry::bbox() const {
  const Json& value = member("bbox");
  const auto is_side = [](const Json& number) { return number.is_number() && std::isfinite(number.get<double>()); };
  if (!value.is_array() || value.size() != 4 || !std::all_of(value.begin(), value.end(), is_side))
    throw fault(fmt::format("'bbox' is {} (allowed: [x, y, width, height], finite numbers)", shown(value)));
  const CocoBox box{value[0].get<double>(), value[1].get<double>(), value[2].get<double>(), value[3].get<double>()};
  if (box.w < 0 || box.h < 0) throw fault(fmt::format("'bbox' is {}, of negative size", shown(value)));
  return box;
}

void read_json_lists(const std::filesystem::path& file, const std::vector<JsonList>& lists) { EntryParser(file, lists).parse(); }

void read_json_list(const std::filesystem::path& file, const std::function<void(const JsonEntry&)>& read) {
  const std::vector<JsonList> lists{{"", read}};
  EntryParser(file, lists).parse();
}

}  // namespace tnn
