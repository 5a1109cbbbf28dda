#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/pretrained/pickle.h"

namespace tnn {

/// An array, row-major whichever way it was stored.
struct NumpyArray {
  std::vector<int64_t> shape;
  char kind = 'u';   ///< as NumPy's dtype.kind: u and i are integers, b booleans, f fractions
  size_t width = 1;  ///< bytes of an element
  bool big_endian = false;
  std::string bytes;

  bool is_uint8() const { return kind == 'u' && width == 1; }
};

/// Globals that a pickle of NumPy arrays refers to, as Python 2 and 3 and NumPy 1 and 2 write it.
const std::vector<std::string>& numpy_globals();

/// The text of a value that is a name: str, or bytes in any of the forms that Pythons write; nothing where it is something else.
std::optional<std::string> pickled_text(const PickleValue& value);

/// The value of a dictionary's key, a str or bytes, the last where there are several; nullptr where there is none.
const PickleValue* pickled_entry(const PickleValue& dictionary, const std::string& key);

/// The array that a value of a pickle is; DataError where it is none, not of numbers, or has another size than its shape says.
NumpyArray numpy_array(const PickleValue& value, const std::string& file);

/// Integers that a value of a pickle lists: a list or tuple of int or of NumPy's integers, or an array of one dimension; nothing where it
/// is something else or one of them does not fit into 64 bits. DataError where an array is damaged.
std::optional<std::vector<int64_t>> pickled_integers(const PickleValue& value, const std::string& file);

}  // namespace tnn
