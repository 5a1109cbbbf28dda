#include "formats/pretrained/numpy_pickle.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;

[[noreturn]] void fail(const std::string& file, const std::string& what) { throw DataError(fmt::format("{}: {}", file, what)); }

/// A call of a function of NumPy, which calls its inner part numpy.core in version 1 and numpy._core in version 2.
bool is_numpy_call(const PickleValue& value, const std::string& function, size_t count) {
  return value.is_call("numpy.core." + function, count) || value.is_call("numpy._core." + function, count);
}

/// What Python 3 writes in place of bytes under protocol 2: a text whose characters, up to 255, are the bytes.
std::optional<std::string> from_latin1(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      bytes += text[i];
      continue;
    }
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((first & 0xfe) != 0xc2 || (second & 0xc0) != 0x80) return std::nullopt;
    bytes += static_cast<char>((first & 3) << 6 | (second & 0x3f));
    ++i;
  }
  return bytes;
}

/// Type, order of bytes and elements of an array, without its shape.
NumpyArray array_of_type(const PickleValue& type, const std::string& file) {
  if (!type.is_call("numpy.dtype", 1)) fail(file, "an array without a type");
  std::string name = pickled_text(*type.arguments->items.front()).value_or("");
  if (!name.empty() && (name.front() == '|' || name.front() == '<' || name.front() == '>')) name.erase(0, 1);
  NumpyArray array;
  const bool number =
      name.size() == 2 && std::string("uibf").find(name[0]) != std::string::npos && std::string("1248").find(name[1]) != std::string::npos;
  if (!number) fail(file, fmt::format("an array of '{}': only numbers are read", name.substr(0, 20)));
  array.kind = name[0];
  array.width = static_cast<size_t>(name[1] - '0');
  if (type.state && type.state->is(Kind::tuple) && type.state->items.size() > 1)
    array.big_endian = pickled_text(*type.state->items[1]) == ">";
  return array;
}

std::vector<int64_t> shape_of(const PickleValue& shape, const std::string& file) {
  if (!shape.is(Kind::tuple)) fail(file, "an array without shape");
  std::vector<int64_t> sizes;
  for (const PickleValue* size : shape.items) {
    if (!size->is(Kind::integer) || !size->text.empty() || size->integer < 0) fail(file, "an array's shape is damaged");
    sizes.push_back(size->integer);
  }
  return sizes;
}

/// Takes bytes as the row-major elements of a shape.
NumpyArray filled(NumpyArray array, std::vector<int64_t> shape, const PickleValue& content, const std::string& file) {
  auto bytes = pickled_text(content);
  if (!bytes) fail(file, "an array without bytes, or with damaged ones");
  array.bytes = std::move(*bytes);
  array.shape = std::move(shape);
  uint64_t elements = 1;
  for (const int64_t size : array.shape) {
    const auto count = static_cast<uint64_t>(size);
    if (count > 0 && elements > array.bytes.size() / count) fail(file, "an array is larger than its bytes");
    elements *= count;
  }
  if (elements * array.width != array.bytes.size())
    fail(file, fmt::format("an array of {} elements of {} bytes has {} bytes", elements, array.width, array.bytes.size()));
  return array;
}

/// The array whose k-th axis is axis axes[k] of this one.
NumpyArray transposed(const NumpyArray& array, const std::vector<int64_t>& axes, const std::string& file) {
  const size_t count = array.shape.size();
  std::vector<int64_t> order(axes);
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i)
    if (order.size() != count || order[i] != static_cast<int64_t>(i)) fail(file, "an array's order of axes is damaged");
  std::vector<size_t> stored(count, array.width), step, place(count, 0);
  for (size_t axis = count; axis-- > 1;) stored[axis - 1] = stored[axis] * static_cast<size_t>(array.shape[axis]);
  NumpyArray result = array;
  result.shape.clear();
  result.bytes.clear();
  for (const int64_t axis : axes) {
    result.shape.push_back(array.shape[static_cast<size_t>(axis)]);
    step.push_back(stored[static_cast<size_t>(axis)]);
  }
  for (size_t from = 0; result.bytes.size() < array.bytes.size();) {
    result.bytes.append(array.bytes, from, array.width);
    for (size_t axis = count; axis-- > 0;) {
      from += step[axis];
      if (++place[axis] < static_cast<size_t>(result.shape[axis])) break;
      from -= step[axis] * place[axis];
      place[axis] = 0;
    }
  }
  return result;
}

/// An array stored column by column.
NumpyArray filled_by_columns(NumpyArray array, std::vector<int64_t> shape, const PickleValue& content, const std::string& file) {
  std::vector<int64_t> axes;
  for (size_t axis = shape.size(); axis-- > 0;) axes.push_back(static_cast<int64_t>(axis));
  std::reverse(shape.begin(), shape.end());
  return transposed(filled(std::move(array), std::move(shape), content, file), axes, file);
}

/// Protocol 5: bytes, type, shape, order, and for order K the axes.
NumpyArray from_buffer(const std::vector<const PickleValue*>& arguments, const std::string& file) {
  NumpyArray array = array_of_type(*arguments[1], file);
  const std::vector<int64_t> shape = shape_of(*arguments[2], file);
  const std::string order = pickled_text(*arguments[3]).value_or("");
  if (order == "F") return filled_by_columns(std::move(array), shape, *arguments[0], file);
  array = filled(std::move(array), shape, *arguments[0], file);
  if (order == "C") return array;
  if (order != "K" || arguments.size() < 5) fail(file, "an array in an order that is not known");
  return transposed(array, shape_of(*arguments[4], file), file);
}

int64_t element(const NumpyArray& array, size_t index) {
  uint64_t bits = 0;
  for (size_t i = 0; i < array.width; ++i) {
    const size_t place = array.big_endian ? i : array.width - 1 - i;
    bits = bits << 8 | static_cast<unsigned char>(array.bytes[index * array.width + place]);
  }
  const size_t unused = 64 - 8 * array.width;
  return array.kind == 'i' ? static_cast<int64_t>(bits << unused) >> unused : static_cast<int64_t>(bits);
}

/// Nothing where they are no integers, or one does not fit.
std::optional<std::vector<int64_t>> elements(const NumpyArray& array) {
  if (array.kind != 'u' && array.kind != 'i') return std::nullopt;
  std::vector<int64_t> values;
  for (size_t i = 0; i < array.bytes.size() / array.width; ++i) {
    values.push_back(element(array, i));
    if (array.kind == 'u' && values.back() < 0) return std::nullopt;
  }
  return values;
}

bool is_array(const PickleValue& value) {
  return is_numpy_call(value, "multiarray._reconstruct", 3) || is_numpy_call(value, "numeric._frombuffer", 4);
}

std::optional<int64_t> integer_of(const PickleValue& value, const std::string& file) {
  if (value.is(Kind::integer) && value.text.empty()) return value.integer;
  if (!is_numpy_call(value, "multiarray.scalar", 2)) return std::nullopt;
  NumpyArray scalar = array_of_type(*value.arguments->items[0], file);
  scalar.bytes = pickled_text(*value.arguments->items[1]).value_or("");
  const auto found = elements(scalar);
  return found && found->size() == 1 && scalar.bytes.size() == scalar.width ? std::optional(found->front()) : std::nullopt;
}

}  // namespace

const std::vector<std::string>& numpy_globals() {
  static const std::vector<std::string> globals{"numpy.core.multiarray._reconstruct",
                                                "numpy._core.multiarray._reconstruct",
                                                "numpy.core.multiarray.scalar",
                                                "numpy._core.multiarray.scalar",
                                                "numpy.core.numeric._frombuffer",
                                                "numpy._core.numeric._frombuffer",
                                                "numpy.ndarray",
                                                "numpy.dtype",
                                                "_codecs.encode",
                                                "__builtin__.bytes",
                                                "builtins.bytes",
                                                "__builtin__.bytearray",
                                                "builtins.bytearray"};
  return globals;
}

std::optional<std::string> pickled_text(const PickleValue& value) {
  if (value.is(Kind::bytes) || value.is(Kind::text)) return std::string(value.text);
  for (const char* type : {"__builtin__.bytes", "builtins.bytes", "__builtin__.bytearray", "builtins.bytearray"})
    if (value.is_call(type, 0)) {  // of nothing, of other bytes, or of a text and the name latin1
      const auto& arguments = value.arguments->items;
      if (arguments.empty()) return "";
      if (arguments.front()->is(Kind::bytes)) return std::string(arguments.front()->text);
      return arguments.front()->is(Kind::text) ? from_latin1(arguments.front()->text) : std::nullopt;
    }
  if (!value.is_call("_codecs.encode", 2) || !value.arguments->items[0]->is(Kind::text)) return std::nullopt;
  return value.arguments->items[1]->text == "latin1" ? from_latin1(value.arguments->items[0]->text) : std::nullopt;
}

const PickleValue* pickled_entry(const PickleValue& dictionary, const std::string& key) {
  if (!dictionary.is(Kind::dictionary)) return nullptr;
  for (size_t i = dictionary.items.size(); i >= 2; i -= 2)
    if (pickled_text(*dictionary.items[i - 2]) == key) return dictionary.items[i - 1];
  return nullptr;
}

NumpyArray numpy_array(const PickleValue& value, const std::string& file) {
  if (is_numpy_call(value, "numeric._frombuffer", 4)) return from_buffer(value.arguments->items, file);
  if (!is_array(value) || !value.state || !value.state->is(Kind::tuple) || value.state->items.size() != 5)
    fail(file, "a NumPy array is expected");
  const auto& state = value.state->items;  // version, shape, type, whether column by column, bytes
  if (!state[3]->is(Kind::boolean)) fail(file, "an array that does not say how it is stored");
  return (state[3]->integer ? filled_by_columns : filled)(array_of_type(*state[2], file), shape_of(*state[1], file), *state[4], file);
}

std::optional<std::vector<int64_t>> pickled_integers(const PickleValue& value, const std::string& file) {
  if (is_array(value)) {
    const NumpyArray array = numpy_array(value, file);
    return array.shape.size() == 1 ? elements(array) : std::nullopt;
  }
  if (!value.is_sequence()) return std::nullopt;
  std::vector<int64_t> values;
  for (const PickleValue* item : value.items) {
    const auto integer = integer_of(*item, file);
    if (!integer) return std::nullopt;
    values.push_back(*integer);
  }
  return values;
}

}  // namespace tnn
