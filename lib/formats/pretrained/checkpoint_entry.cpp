#include "formats/pretrained/checkpoint_entry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "core/printable.h"
#include "formats/file_content.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;
constexpr int kDeepestEntry = 4;
constexpr size_t kMostListed = 12, kMostSearched = 1000;  // entries

bool is_key(const PickleValue& value) { return value.is(Kind::text) || value.is(Kind::bytes); }

bool holds_tensors(const PickleValue& value) {
  if (!value.is(Kind::dictionary)) return false;
  for (size_t i = 1; i < value.items.size(); i += 2)
    if (is_key(*value.items[i - 1]) && tensor_call(*value.items[i]).arguments) return true;
  return false;
}

std::string joined(const std::string& outer, const std::string& inner) {
  return outer.empty() || inner.empty() ? outer + inner : outer + "." + inner;
}

/// A network that was saved whole: an object with the attributes of torch.nn.Module.
bool is_module(const PickleValue& value) {
  return value.is(Kind::call) && value.state && (value.state->find("_modules") || value.state->find("_parameters"));
}

/// Looks for the first place of the usual names, inside one another, that holds tensors. Every dictionary is looked through once.
class EntrySearch {
 public:
  struct Found {
    std::string path;
    const PickleValue* tensors = nullptr;
  };

  const Found& in(const PickleValue& value, int depth = kDeepestEntry) {
    const auto [place, is_new] = found_.try_emplace(&value);
    if (!is_new || !value.is(Kind::dictionary)) return place->second;
    Found found;
    if (depth > 0)
      for (const std::string& name : state_dict_names())
        if (const PickleValue* inner = found.tensors ? nullptr : value.find(name)) {
          const Found& deeper = in(*inner, depth - 1);
          if (deeper.tensors) found = {joined(name, deeper.path), deeper.tensors};
        }
    if (!found.tensors && holds_tensors(value)) found.tensors = &value;
    return found_[&value] = found;
  }

 private:
  std::unordered_map<const PickleValue*, Found> found_;
};

/// The value of a key, or of keys with dots between them.
const PickleValue* follow(const PickleValue& value, std::string_view path) {
  if (const PickleValue* found = value.find(path)) return found;
  for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1))
    if (const PickleValue* inner = value.find(path.substr(0, dot)))
      if (const PickleValue* found = follow(*inner, path.substr(dot + 1))) return found;
  return nullptr;
}

/// A place with tensors below a dictionary: its key, or two with a dot between them.
struct Entry {
  std::string path;
  const PickleValue* tensors = nullptr;
};

std::vector<Entry> entries_with_tensors(const PickleValue& root, EntrySearch& search, int depth = 2) {
  std::vector<Entry> entries;
  if (!root.is(Kind::dictionary) || depth == 0) return entries;
  for (size_t i = 0; i + 1 < root.items.size() && i < kMostSearched && entries.size() < kMostListed; i += 2) {
    const PickleValue *key = root.items[i], *value = root.items[i + 1];
    if (!is_key(*key)) continue;
    if (const PickleValue* tensors = search.in(*value).tensors)
      entries.push_back({printable_beginning(key->text), tensors});
    else
      for (const Entry& inner : entries_with_tensors(*value, search, depth - 1))
        entries.push_back({joined(printable_beginning(key->text), inner.path), inner.tensors});
  }
  return entries;
}

std::string list_of(const std::vector<Entry>& entries) {
  std::vector<std::string> paths;
  for (const Entry& entry : entries) paths.push_back(entry.path);
  return paths.empty() ? "no key" : fmt::format("{}", fmt::join(paths, ", "));
}

/// Whether a dictionary is a state_dict rather than something with a tensor among other things.
bool is_mostly_tensors(const PickleValue& value) {
  size_t tensors = 0;
  for (size_t i = 1; i < value.items.size(); i += 2) tensors += tensor_call(*value.items[i]).arguments ? 1 : 0;
  return tensors * 4 >= value.items.size();
}

std::vector<std::string> keys_of(const PickleValue& root) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < root.items.size() && keys.size() < kMostListed; i += 2)
    if (is_key(*root.items[i])) keys.push_back(printable_beginning(root.items[i]->text));
  if (root.items.size() / 2 > keys.size()) keys.emplace_back("...");
  return keys;
}

/// Why a file without a state_dict has none.
std::string what_there_is(const Pickle& pickle, const std::string& file) {
  const PickleValue& root = pickle.root();
  const auto whole = [&](const PickleValue& value, const std::string& where) {
    return fmt::format("'{}' holds a whole network{}, an object of the class '{}', which only its Python program can make again", file,
                       where, printable_beginning(value.text));
  };
  if (is_module(root)) return whole(root, "");
  if (root.is(Kind::dictionary))
    for (size_t i = 0; i + 1 < root.items.size(); i += 2)
      if (is_key(*root.items[i]) && is_module(*root.items[i + 1]))
        return whole(*root.items[i + 1], fmt::format(" under '{}'", printable_beginning(root.items[i]->text)));
  std::string text =
      fmt::format("'{}' holds no state_dict: no tensors at its top, nor under {}", file, fmt::join(state_dict_names(), ", "));
  EntrySearch search;
  const auto entries = entries_with_tensors(root, search);
  if (!entries.empty()) return text + fmt::format("; there are tensors under {}: name one by model.pretrained_entry", list_of(entries));
  if (root.is(Kind::dictionary))
    text += fmt::format("; its keys: {}", root.items.empty() ? "none" : fmt::format("{}", fmt::join(keys_of(root), ", ")));
  else
    text += "; it is no dictionary";
  if (!pickle.unknown_globals().empty()) {
    auto names = pickle.unknown_globals();
    if (names.size() > kMostListed) names.resize(kMostListed), names.emplace_back("...");
    text += fmt::format("; it refers to '{}', of which nothing is executed", fmt::join(names, "', '"));
  }
  return text;
}

}  // namespace

TensorCall tensor_call(const PickleValue& value) {
  constexpr std::string_view kRebuild = "torch._utils._rebuild_", kSubclass = "torch._tensor._rebuild_from_type_v2";
  const PickleValue* at = &value;
  for (int depth = 0; depth < 4 && at->is(Kind::call); ++depth) {
    const auto& arguments = at->arguments->items;
    if (at->text == kSubclass && arguments.size() >= 3 && arguments[0]->is(Kind::global) && arguments[2]->is(Kind::tuple))
      return {arguments[0]->text, arguments[2]};
    if (at->text.substr(0, kRebuild.size()) != kRebuild) break;
    if (at->text.substr(kRebuild.size()).substr(0, 9) != "parameter") return {at->text, at->arguments};
    if (arguments.empty()) break;
    at = arguments.front();
  }
  return {};
}

const std::vector<std::string>& state_dict_names() {
  static const std::vector<std::string> names{"state_dict", "model_state_dict", "model_state", "model", "net",
                                              "network",    "module",           "weights",     "params"};
  return names;
}

CheckpointEntry find_state_dict(const Pickle& pickle, const std::string& wanted, const std::string& file) {
  const PickleValue& root = pickle.root();
  EntrySearch search;
  const auto entries = entries_with_tensors(root, search);
  CheckpointEntry entry;
  if (wanted.empty()) {
    const EntrySearch::Found& found = search.in(root);
    if (!found.tensors || (found.tensors == &root && !entries.empty() && !is_mostly_tensors(root)))
      throw DataError(what_there_is(pickle, file));
    entry = {found.path, found.tensors, {}};
  } else {
    const PickleValue* named = follow(root, wanted);
    if (named && is_module(*named)) throw DataError(what_there_is(pickle, file));
    EntrySearch::Found found = named ? search.in(*named) : EntrySearch::Found{};
    if (const auto inner = named ? entries_with_tensors(*named, search) : std::vector<Entry>{}; !found.tensors && inner.size() == 1)
      found = {inner.front().path, inner.front().tensors};  // such as the shadow of an average, beside its decay
    if (!found.tensors)
      throw UsageError(fmt::format("model.pretrained_entry: '{}' holds no tensors under '{}' (there are some under: {})", file, wanted,
                                   list_of(entries)));
    entry = {joined(wanted, found.path), found.tensors, {}};
  }
  for (const Entry& other : entries)
    if (other.tensors != entry.tensors) entry.others.push_back(other.path);
  return entry;
}

}  // namespace tnn
