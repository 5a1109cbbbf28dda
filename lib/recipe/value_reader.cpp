#include "recipe/value_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <locale>
#include <regex>
#include <sstream>

#include "core/error.h"
#include "core/printable.h"

namespace tnn {
namespace {

constexpr int64_t kLargestExact = int64_t{1} << 53;  ///< beyond, ranges (doubles) cannot tell neighbours apart
constexpr size_t kLongestNumber = 64;                ///< characters; std::regex recurses over its input
constexpr size_t kLongestText = 4096;                ///< bytes; as long as a path may be

bool is_plain(const YAML::Node& node) { return node.IsScalar() && node.Tag() != "!" && node.Scalar().size() <= kLongestNumber; }

bool looks_real(const std::string& text) {
  static const std::regex form(R"([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?)");
  return std::regex_match(text, form);
}

bool looks_non_finite(const std::string& text) {
  static const std::regex form(R"([+-]?\.?(nan|inf|infinity))", std::regex::icase);
  return std::regex_match(text, form);
}

/// One value of a key, or one item of a list key: `label` is "training.epochs" or "model.input[2]".
class ScalarReader {
 public:
  ScalarReader(const RecipeKey& key, std::string label, const FaultAt& fault) : key_(key), label_(std::move(label)), fault_(fault) {}

  std::optional<bool> read_boolean(const YAML::Node& node) const {
    if (is_plain(node) && node.Scalar() == "true") return true;
    if (is_plain(node) && node.Scalar() == "false") return false;
    return wrong_type(node, "true or false");
  }

  std::optional<int64_t> read_integer(const YAML::Node& node) const {
    static const std::regex form("-?(0|[1-9][0-9]*)");
    if (!is_plain(node) || !std::regex_match(node.Scalar(), form)) return wrong_type(node, "an integer");
    const std::string& digits = node.Scalar();
    int64_t value = 0;
    const bool fits = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc();
    if (!fits || value < -kLargestExact || value > kLargestExact || !in_range(static_cast<double>(value))) return out_of_range(node);
    return value;
  }

  std::optional<double> read_real(const YAML::Node& node) const {
    if (is_plain(node) && looks_non_finite(node.Scalar())) return wrong_type(node, "a finite number");
    if (!is_plain(node) || !looks_real(node.Scalar())) return wrong_type(node, "a number");
    std::istringstream stream(node.Scalar());
    stream.imbue(std::locale::classic());
    double value = 0;
    stream >> value;
    if (!stream || !std::isfinite(value) || !in_range(value)) return out_of_range(node);
    return value;
  }

  std::optional<std::string> read_text(const YAML::Node& node) const {
    if (!node.IsScalar())
      return wrong_type(node, key_.choices.empty() ? "a text" : fmt::format("one of {}", fmt::join(key_.choices, ", ")));
    const std::string& text = node.Scalar();
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
      return refuse(node, fmt::format("{} must be on one line, without tabs or other control characters", label_));
    if (text.size() > kLongestText)
      return refuse(node, fmt::format("{} is a text of {} bytes (allowed: at most {})", label_, text.size(), kLongestText));
    if (!key_.choices.empty() && std::find(key_.choices.begin(), key_.choices.end(), text) == key_.choices.end()) return unknown(node);
    return text;
  }

 private:
  bool in_range(double value) const { return !key_.range || key_.range->contains(value); }

  std::nullopt_t refuse(const YAML::Node& node, const std::string& message) const {
    fault_(node, message);
    return std::nullopt;
  }

  std::string limits() const {
    return key_.range ? fmt::format(" in {}{}{}", key_.range->text(), key_.unit.empty() ? "" : " ", key_.unit) : "";
  }

  std::nullopt_t wrong_type(const YAML::Node& node, const std::string& expected) const {
    const char* or_list = key_.or_item && label_ == key_.path ? " or a list of such" : "";
    return refuse(node, fmt::format("{} must be {}{}{}, not {}", label_, expected, or_list, limits(), described(node)));
  }

  std::nullopt_t out_of_range(const YAML::Node& node) const {
    return refuse(node, fmt::format("{} is out of range: must be{}, not {}", label_, limits(), node.Scalar()));
  }

  std::nullopt_t unknown(const YAML::Node& node) const {
    const std::string nearest = nearest_name(node.Scalar(), key_.choices);
    return refuse(node, fmt::format("{} is {}, which is none of its choices{} (allowed: {})", label_, quoted_text(node.Scalar()),
                                    nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest), fmt::join(key_.choices, ", ")));
  }

  const RecipeKey& key_;
  std::string label_;
  const FaultAt& fault_;
};

template <typename T>
using ScalarRead = std::optional<T> (ScalarReader::*)(const YAML::Node&) const;

template <typename T>
std::optional<RecipeValue> read_one(const RecipeKey& key, const YAML::Node& node, const FaultAt& fault, ScalarRead<T> read) {
  if (auto value = (ScalarReader(key, key.path, fault).*read)(node)) return RecipeValue(std::move(*value));
  return std::nullopt;
}

template <typename T>
std::optional<RecipeValue> read_list(const RecipeKey& key, const YAML::Node& node, const FaultAt& fault, ScalarRead<T> read) {
  if (!node.IsSequence() && key.or_item) {
    if (auto value = (ScalarReader(key, key.path, fault).*read)(node)) return RecipeValue(std::vector<T>{std::move(*value)});
    return std::nullopt;
  }
  if (!node.IsSequence()) {
    fault(node, fmt::format("{} must be a list, such as {}, not {}", key.path,
                            key.default_value ? yaml_value(key, *key.default_value) : "[a, b]", described(node)));
    return std::nullopt;
  }
  if (node.size() < key.min_items || node.size() > key.max_items) {
    fault(node, fmt::format("{} has {} values, allowed are {} to {}", key.path, node.size(), key.min_items, key.max_items));
    return std::nullopt;
  }
  std::vector<T> values;
  for (size_t i = 0; i < node.size(); ++i)
    if (auto value = (ScalarReader(key, fmt::format("{}[{}]", key.path, i), fault).*read)(node[i])) values.push_back(std::move(*value));
  if (values.size() != node.size()) return std::nullopt;
  return RecipeValue(std::move(values));
}

/// [[a, b], [c, d]], or the same as a mapping, {a: b, c: d}.
std::optional<RecipeValue> read_pairs(const RecipeKey& key, const YAML::Node& node, const FaultAt& fault) {
  const auto refuse = [&](const YAML::Node& at, const std::string& label) -> std::nullopt_t {
    fault(at, fmt::format("{} must be {}, not {}", label,
                          label == key.path ? "a list of pairs, such as [[a, b], [c, d]], or {a: b, c: d}" : "a pair, such as [a, b]",
                          described(at)));
    return std::nullopt;
  };
  if (!node.IsSequence() && !node.IsMap()) return refuse(node, key.path);
  if (node.size() > key.max_items) {
    fault(node, fmt::format("{} has {} pairs, allowed are {} to {}", key.path, node.size(), key.min_items, key.max_items));
    return std::nullopt;
  }
  TextPairs pairs;
  size_t index = 0;
  const auto read = [&](const YAML::Node& first, const YAML::Node& second) {
    const ScalarReader reader(key, fmt::format("{}[{}]", key.path, index++), fault);
    const auto a = reader.read_text(first), b = reader.read_text(second);
    if (a && b) pairs.emplace_back(*a, *b);
  };
  for (const auto& item : node) {
    if (node.IsMap()) {
      read(item.first, item.second);
    } else if (item.IsSequence() && item.size() == 2) {
      read(item[0], item[1]);
    } else {
      return refuse(item, fmt::format("{}[{}]", key.path, index));
    }
  }
  if (pairs.size() != node.size()) return std::nullopt;
  return RecipeValue(std::move(pairs));
}

}  // namespace

std::optional<RecipeValue> read_value(const RecipeKey& key, const YAML::Node& node, const FaultAt& fault) {
  switch (key.type) {
    case KeyType::boolean:
      return read_one<bool>(key, node, fault, &ScalarReader::read_boolean);
    case KeyType::integer:
      return read_one<int64_t>(key, node, fault, &ScalarReader::read_integer);
    case KeyType::real:
      return read_one<double>(key, node, fault, &ScalarReader::read_real);
    case KeyType::text:
    case KeyType::choice:
      return read_one<std::string>(key, node, fault, &ScalarReader::read_text);
    case KeyType::integers:
      return read_list<int64_t>(key, node, fault, &ScalarReader::read_integer);
    case KeyType::reals:
      return read_list<double>(key, node, fault, &ScalarReader::read_real);
    case KeyType::texts:
      return read_list<std::string>(key, node, fault, &ScalarReader::read_text);
    case KeyType::text_pairs:
      return read_pairs(key, node, fault);
  }
  throw std::logic_error("unknown type of recipe key");
}

std::string described(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return "nothing";
  if (node.IsSequence()) return "a list";
  if (node.IsMap()) return "a section";
  if (is_plain(node) && looks_real(node.Scalar())) return node.Scalar();
  return "the text " + quoted_text(node.Scalar());
}

std::string quoted_text(const std::string& text) { return "'" + shortened_text(text, 60) + "'"; }

std::string shortened_text(const std::string& text, size_t most_bytes) {
  size_t end = std::min(text.size(), most_bytes);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // no half character
  return printable_line(text.substr(0, end)) + (end < text.size() ? "..." : "");
}

}  // namespace tnn
