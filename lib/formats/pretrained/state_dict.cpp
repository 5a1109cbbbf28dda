#include "formats/pretrained/state_dict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>

#include "core/error.h"
#include "core/printable.h"
#include "formats/file_content.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;

struct StorageType {
  const char* name;
  size_t size;
  std::optional<DType> dtype;  ///< none: such tensors cannot be read
};
const StorageType kTypes[] = {{"FloatStorage", 4, DType::f32},
                              {"DoubleStorage", 8, DType::f64},
                              {"HalfStorage", 2, DType::f16},
                              {"BFloat16Storage", 2, DType::bf16},
                              {"LongStorage", 8, DType::i64},
                              {"IntStorage", 4, DType::i32},
                              {"ShortStorage", 2, DType::i16},
                              {"CharStorage", 1, DType::i8},
                              {"ByteStorage", 1, DType::u8},
                              {"BoolStorage", 1, DType::boolean},
                              {"ComplexFloatStorage", 8, DType::c64},
                              {"ComplexDoubleStorage", 16, {}},
                              {"QInt8Storage", 1, {}},
                              {"QUInt8Storage", 1, {}},
                              {"QInt32Storage", 4, {}},
                              {"QUInt4x2Storage", 1, {}},
                              {"QUInt2x4Storage", 1, {}},
                              {"UntypedStorage", 1, {}}};

const StorageType* find_type(const std::string& name) {
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const StorageType& type) { return name == type.name; });
  return found == std::end(kTypes) ? nullptr : found;
}

/// Types that PyTorch has no storage type for: such a tensor names its own, over bytes.
std::optional<DType> own_dtype(std::string_view name) {
  static const std::map<std::string_view, DType> types{{"torch.uint16", DType::u16},
                                                       {"torch.uint32", DType::u32},
                                                       {"torch.uint64", DType::u64},
                                                       {"torch.float8_e5m2", DType::f8_e5m2},
                                                       {"torch.float8_e4m3fn", DType::f8_e4m3},
                                                       {"torch.float8_e5m2fnuz", DType::f8_e5m2fnuz},
                                                       {"torch.float8_e8m0fnu", DType::f8_e8m0},
                                                       {"torch.float8_e4m3fnuz", DType::f8_e4m3fnuz}};
  const auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional<DType>(found->second);
}

/// A tensor that is there but cannot be read; what() says why.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One tensor of a state_dict.
class TensorReader {
 public:
  TensorReader(const TensorCall& call, std::string name, const std::string& file) : name_(std::move(name)), file_(file) {
    const auto& arguments = call.arguments->items;
    const std::string_view kind = call.function.substr(call.function.rfind('.') + 1);
    const bool has_own_type = kind == "_rebuild_tensor_v3";
    if ((!has_own_type && kind != "_rebuild_tensor_v2" && kind != "_rebuild_tensor") || arguments.size() < (has_own_type ? 7u : 4u))
      throw Unreadable(fmt::format("is made by {}", printable_beginning(call.function)));
    if (!arguments[0]->is(Kind::persistent)) fail("has no storage");
    storage_ = torch_storage(*arguments[0], file);
    const StorageType* type = find_type(storage_.type);
    dtype_ = has_own_type ? own_dtype(arguments[6]->text) : type ? type->dtype : std::nullopt;
    if (!dtype_) throw Unreadable(fmt::format("is of type {}", has_own_type ? printable_beginning(arguments[6]->text) : storage_.type));
    offset_ = integer(*arguments[1]);
    shape_ = integers(*arguments[2]);
    strides_ = integers(*arguments[3]);
  }

  TensorView read(TorchContent& content) {
    const size_t size = dtype_bits(*dtype_) / 8;
    const std::string_view bytes = content.storage(storage_);
    const int64_t count = check(static_cast<int64_t>(bytes.size() / size));
    TensorView view{name_, *dtype_, shape_, nullptr};
    if (count == 0) return view;
    const char* first = bytes.data() + static_cast<size_t>(offset_) * size;
    if (!is_row_major()) {
      const size_t needed = static_cast<size_t>(count) * size;
      if (needed > content.budget) fail("and others need more memory than the file has bytes");
      content.budget -= needed;
      content.copies->push_back(row_major(first, size, count));
      first = content.copies->back().data();
    }
    view.data = reinterpret_cast<const std::byte*>(first);
    return view;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(fmt::format("'{}': tensor '{}' {}", file_, printable_beginning(name_), what));
  }

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
  std::optional<DType> dtype_;
  int64_t offset_ = 0;
  std::vector<int64_t> shape_, strides_;
};

}  // namespace

bool is_torch_storage(const PickleValue& persistent) {
  const PickleValue& tuple = *persistent.items.front();
  return tuple.is(Kind::tuple) && !tuple.items.empty() && tuple.items[0]->is(Kind::text) && tuple.items[0]->text == "storage";
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
  const std::string_view prefix = "torch.", type = parts[1]->text;
  if (type.substr(0, prefix.size()) != prefix) fail();
  return {std::string(type.substr(type.rfind('.') + 1)), std::string(parts[2]->text), parts[4]->integer};
}

void read_state_dict(CheckpointEntry entry, const std::string& file, TorchContent content, TensorFile& to) {
  to.entry = std::move(entry.path);
  to.other_entries = std::move(entry.others);
  std::map<std::string, size_t> places;
  const auto& items = entry.tensors->items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    const TensorCall call = tensor_call(*items[i + 1]);
    if (!call.arguments || !(items[i]->is(Kind::text) || items[i]->is(Kind::bytes))) continue;
    const std::string name(items[i]->text);
    try {
      TensorView view = TensorReader(call, name, file).read(content);
      const auto [place, is_new] = places.emplace(name, to.tensors.size());
      if (is_new)
        to.tensors.push_back(std::move(view));
      else
        to.tensors[place->second] = std::move(view);  // the last of a name counts, as in Python
    } catch (const Unreadable& reason) {
      to.unreadable[name] = reason.what();
    }
  }
}

}  // namespace tnn
