#include "formats/pretrained/state_dict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include "core/error.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;

struct StorageType {
  const char* name;
  size_t size;
  std::optional<DType> dtype;  ///< none: such tensors are only refused by name
};
const StorageType kTypes[] = {{"FloatStorage", 4, DType::f32}, {"DoubleStorage", 8, DType::f64},
                              {"HalfStorage", 2, DType::f16},  {"BFloat16Storage", 2, DType::bf16},
                              {"LongStorage", 8, DType::i64},  {"ByteStorage", 1, DType::u8},
                              {"BoolStorage", 1, DType::u8},   {"IntStorage", 4, {}},
                              {"ShortStorage", 2, {}},         {"CharStorage", 1, {}}};

const StorageType* find_type(const std::string& name) {
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const StorageType& type) { return name == type.name; });
  return found == std::end(kTypes) ? nullptr : found;
}

/// The call that makes a tensor, inside a Parameter where there is one; nullptr where the value is no tensor.
const PickleValue* tensor_call(const PickleValue& value) {
  const PickleValue* at = &value;
  if (at->is_call("torch._utils._rebuild_parameter", 1)) at = at->arguments->items.front();
  return at->is_call("torch._utils._rebuild_tensor_v2", 4) || at->is_call("torch._utils._rebuild_tensor", 4) ? at : nullptr;
}

bool holds_tensors(const PickleValue& value) {
  if (!value.is(Kind::dictionary)) return false;
  for (size_t i = 1; i < value.items.size(); i += 2)
    if (tensor_call(*value.items[i])) return true;
  return false;
}

const PickleValue& find_state_dict(const PickleValue& root, const std::string& file) {
  if (holds_tensors(root)) return root;
  for (const char* key : {"state_dict", "model_state_dict", "model", "net"})
    if (const PickleValue* inner = root.find(key); inner && holds_tensors(*inner)) return *inner;
  std::vector<std::string> keys;
  if (root.is(Kind::dictionary))
    for (size_t i = 0; i < root.items.size() && keys.size() < 20; i += 2)
      if (root.items[i]->is(Kind::text)) keys.emplace_back(root.items[i]->text.substr(0, 100));
  throw DataError(fmt::format("'{}' holds no state_dict: no tensors at its top, nor under state_dict, model_state_dict, model or net ({})",
                              file, keys.empty() ? "it is no dictionary" : fmt::format("its keys: {}", fmt::join(keys, ", "))));
}

/// One tensor of a state_dict.
class TensorReader {
 public:
  TensorReader(const PickleValue& call, std::string name, const std::string& file) : name_(std::move(name)), file_(file) {
    const auto& arguments = call.arguments->items;
    if (!arguments[0]->is(Kind::persistent)) fail("has no storage");
    storage_ = torch_storage(*arguments[0], file);
    offset_ = integer(*arguments[1]);
    shape_ = integers(*arguments[2]);
    strides_ = integers(*arguments[3]);
  }

  TensorView read(const std::function<std::string_view(const TorchStorage&)>& content, size_t& budget, std::list<std::string>& copies) {
    const StorageType* type = find_type(storage_.type);
    if (!type || !type->dtype) fail(fmt::format("is of type torch.{}, which tnn does not read", storage_.type));
    const std::string_view bytes = content(storage_);
    const int64_t count = check(static_cast<int64_t>(bytes.size() / type->size));
    TensorView view{name_, *type->dtype, shape_, nullptr};
    if (count == 0) return view;
    const char* first = bytes.data() + static_cast<size_t>(offset_) * type->size;
    if (!is_row_major()) {
      const size_t needed = static_cast<size_t>(count) * type->size;
      if (needed > budget) fail("and others need more memory than the file has bytes");
      budget -= needed;
      copies.push_back(row_major(first, type->size, count));
      first = copies.back().data();
    }
    view.data = reinterpret_cast<const std::byte*>(first);
    return view;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(fmt::format("'{}': tensor '{}' {}", file_, name_, what)); }

  int64_t integer(const PickleValue& value) const {
    if (!value.is(Kind::integer) || !value.text.empty() || value.integer < 0) fail("has a size, stride or offset that is no count");
    return value.integer;
  }

  std::vector<int64_t> integers(const PickleValue& value) const {
    if (!value.is_sequence() || value.items.size() > 16) fail("has a shape that is none");
    std::vector<int64_t> numbers;
    for (const PickleValue* item : value.items) numbers.push_back(integer(*item));
    return numbers;
  }

  /// Whether one of its sizes is 0. The product of the others must be a number all the same.
  bool is_empty() const {
    if (std::find(shape_.begin(), shape_.end(), 0) == shape_.end()) return false;
    int64_t product = 1;
    for (const int64_t size : shape_) {
      if (size > std::numeric_limits<int64_t>::max() / product) fail("has a shape that is none");
      product *= std::max<int64_t>(size, 1);
    }
    return true;
  }

  /// How many elements it has, all of which lie within the `stored` ones.
  int64_t check(int64_t stored) const {
    if (strides_.size() != shape_.size()) fail("has strides that do not fit its shape");
    if (is_empty()) return 0;
    const auto too_large = [&] { fail(fmt::format("of shape [{}] is larger than its storage of {}", fmt::join(shape_, ", "), stored)); };
    if (offset_ >= stored) too_large();
    int64_t count = 1, last = offset_;  // 1 <= count <= stored and 0 <= last < stored: nothing overflows
    for (size_t i = 0; i < shape_.size(); ++i) {
      if (shape_[i] > stored / count) too_large();
      count *= shape_[i];
      if (shape_[i] == 1) continue;
      if (strides_[i] > (stored - 1 - last) / (shape_[i] - 1)) too_large();
      last += strides_[i] * (shape_[i] - 1);
    }
    return count;
  }

  bool is_row_major() const {
    int64_t expected = 1;
    for (size_t i = shape_.size(); i-- > 0;) {
      if (shape_[i] != 1 && strides_[i] != expected) return false;
      expected *= shape_[i];
    }
    return true;
  }

  std::string row_major(const char* first, size_t size, int64_t count) const {
    std::string copy(static_cast<size_t>(count) * size, '\0');
    std::vector<int64_t> index(shape_.size(), 0);
    for (int64_t i = 0; i < count; ++i) {
      int64_t from = 0;
      for (size_t d = 0; d < shape_.size(); ++d) from += index[d] * strides_[d];
      std::memcpy(copy.data() + static_cast<size_t>(i) * size, first + static_cast<size_t>(from) * size, size);
      for (size_t d = shape_.size(); d-- > 0 && ++index[d] == shape_[d];) index[d] = 0;
    }
    return copy;
  }

  std::string name_;
  const std::string& file_;
  TorchStorage storage_;
  int64_t offset_ = 0;
  std::vector<int64_t> shape_, strides_;
};

}  // namespace

const std::vector<std::string>& torch_globals() {
  static const std::vector<std::string> globals = [] {
    std::vector<std::string> names{"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor", "torch._utils._rebuild_parameter"};
    for (const StorageType& type : kTypes) names.push_back(std::string("torch.") + type.name);
    return names;
  }();
  return globals;
}

size_t torch_element_size(const std::string& type) {
  const StorageType* found = find_type(type);
  return found ? found->size : 0;
}

TorchStorage torch_storage(const PickleValue& persistent, const std::string& file) {
  const PickleValue& tuple = *persistent.items.front();
  const auto fail = [&] { throw DataError(fmt::format("'{}': damaged pickle: a persistent identifier that names no storage", file)); };
  if (!tuple.is(Kind::tuple) || tuple.items.size() < 5) fail();
  const auto& parts = tuple.items;
  const bool typed = parts[0]->is(Kind::text) && parts[0]->text == "storage" && parts[1]->is(Kind::global) && parts[2]->is(Kind::text);
  if (!typed || !parts[4]->is(Kind::integer) || !parts[4]->text.empty() || parts[4]->integer < 0) fail();
  if (tuple.items.size() > 5 && !parts[5]->is(Kind::none))
    throw DataError(
        fmt::format("'{}' holds a view of a storage, as PyTorch before 0.4 wrote it: save it anew with today's torch.save", file));
  const std::string_view prefix = "torch.";
  if (parts[1]->text.substr(0, prefix.size()) != prefix) fail();
  return {std::string(parts[1]->text.substr(prefix.size())), std::string(parts[2]->text), parts[4]->integer};
}

std::vector<TensorView> torch_tensors(const PickleValue& root, const std::string& file,
                                      const std::function<std::string_view(const TorchStorage&)>& content, size_t budget,
                                      std::list<std::string>& copies) {
  const PickleValue& dictionary = find_state_dict(root, file);
  std::map<std::string, size_t> places;
  std::vector<TensorView> tensors;
  for (size_t i = 0; i + 1 < dictionary.items.size(); i += 2) {
    const PickleValue *key = dictionary.items[i], *call = tensor_call(*dictionary.items[i + 1]);
    if (!call || !key->is(Kind::text)) continue;
    TensorView view = TensorReader(*call, std::string(key->text), file).read(content, budget, copies);
    const auto [place, is_new] = places.emplace(view.name, tensors.size());
    if (is_new)
      tensors.push_back(std::move(view));
    else
      tensors[place->second] = std::move(view);  // the last of a name counts, as in Python
  }
  return tensors;
}

}  // namespace tnn
