#include "formats/pretrained/numpy_pickle.h"

#include <fmt/format.h>

#include "core/error.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;

[[noreturn]] void fail(const std::string& file, const std::string& what) { throw DataError(fmt::format("{}: {}", file, what)); }

bool is_array(const PickleValue& value) {
  return value.is_call("numpy.core.multiarray._reconstruct", 3) || value.is_call("numpy._core.multiarray._reconstruct", 3);
}

bool is_uint8(const PickleValue& type) {
  if (!type.is_call("numpy.dtype", 1)) return false;
  const PickleValue& name = *type.arguments->items.front();
  return (name.is(Kind::text) || name.is(Kind::bytes)) && name.text == "u1";
}

/// What Python 3 writes in place of bytes under protocol 2: a text whose characters, up to 255, are the bytes.
std::string from_latin1(std::string_view text, const std::string& file) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      bytes += text[i];
      continue;
    }
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((first & 0xfe) != 0xc2 || (second & 0xc0) != 0x80) fail(file, "an array's bytes are damaged");
    bytes += static_cast<char>((first & 3) << 6 | (second & 0x3f));
    ++i;
  }
  return bytes;
}

std::string bytes_of(const PickleValue& value, const std::string& file) {
  if (value.is(Kind::bytes) || value.is(Kind::text)) return std::string(value.text);
  if (!value.is_call("_codecs.encode", 2) || !value.arguments->items[0]->is(Kind::text) || !value.arguments->items[1]->is(Kind::text) ||
      value.arguments->items[1]->text != "latin1")
    fail(file, "an array without bytes");
  return from_latin1(value.arguments->items[0]->text, file);
}

}  // namespace

const std::vector<std::string>& numpy_globals() {
  static const std::vector<std::string> globals{"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
                                                "numpy.ndarray", "numpy.dtype", "_codecs.encode"};
  return globals;
}

NumpyBytes numpy_bytes(const PickleValue& value, const std::string& file) {
  if (!is_array(value) || !value.state || !value.state->is(Kind::tuple) || value.state->items.size() != 5)
    fail(file, "a NumPy array is expected");
  const auto& state = value.state->items;  // version, shape, type, whether column by column, bytes
  if (!is_uint8(*state[2])) fail(file, "the array is not of uint8");
  if (!state[1]->is(Kind::tuple)) fail(file, "an array without shape");
  if (!state[3]->is(Kind::boolean) || state[3]->integer != 0) fail(file, "the array is stored column by column");
  NumpyBytes array;
  array.bytes = bytes_of(*state[4], file);
  uint64_t elements = 1;
  for (const PickleValue* size : state[1]->items) {
    if (!size->is(Kind::integer) || !size->text.empty() || size->integer < 0) fail(file, "an array's shape is damaged");
    const auto count = static_cast<uint64_t>(size->integer);
    if (count > 0 && elements > array.bytes.size() / count) fail(file, "an array is larger than its bytes");
    elements *= count;
    array.shape.push_back(size->integer);
  }
  if (elements != array.bytes.size()) fail(file, fmt::format("an array of {} elements has {} bytes", elements, array.bytes.size()));
  return array;
}

}  // namespace tnn
