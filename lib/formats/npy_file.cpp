#include "formats/npy_file.h"

#include <fmt/format.h>

#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>

#include "core/atomic_file.h"
#include "core/error.h"

namespace tnn {
namespace {

/// Whether the file is long enough for the array that its header declares. xtensor makes room for that array before it reads.
bool holds_what_it_declares(const std::string& bytes) {
  std::istringstream stream(bytes);
  try {
    unsigned char major = 0, minor = 0;
    xt::detail::read_magic(stream, &major, &minor);
    const std::string header = major == 1 ? xt::detail::read_header_1_0(stream) : xt::detail::read_header_2_0(stream);
    std::string type;
    bool fortran_order = false;
    std::vector<size_t> shape;
    xt::detail::parse_header(header, type, &fortran_order, shape);
    size_t elements = 1;  // of a byte at least
    for (const size_t size : shape) {
      if (size != 0 && elements > bytes.size() / size) return false;
      elements *= size;
    }
    return static_cast<bool>(stream);
  } catch (const std::exception&) {
    return false;
  }
}

/// The array where the file holds this type. xtensor throws where it does not; what it throws does not tell a type from damage.
template <typename Number>
std::optional<NpyArray> read_as(const std::string& bytes) {
  std::istringstream stream(bytes);
  try {
    const xt::xarray<Number, xt::layout_type::row_major> array = xt::load_npy<Number>(stream);
    NpyArray result;
    for (const auto size : array.shape()) result.shape.push_back(static_cast<int64_t>(size));
    if (!stream) return std::nullopt;  // truncated: xtensor does not check what it got
    result.values.reserve(array.size());
    for (const Number value : array) result.values.push_back(static_cast<float>(value));
    return result;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (holds_what_it_declares(bytes)) {
    if (auto array = read_as<float>(bytes)) return *array;
    if (auto array = read_as<double>(bytes)) return *array;
    if (auto array = read_as<uint8_t>(bytes)) {
      array->from_bytes = true;
      return *array;
    }
  }
  throw DataError(fmt::format("'{}' is not a .npy file of float32, float64 or uint8, or it is damaged", path.string()));
}

void write_npy(const std::filesystem::path& path, const NpyArray& array) {
  const std::vector<size_t> shape(array.shape.begin(), array.shape.end());
  write_file_atomically(path, xt::dump_npy(xt::adapt(array.values, shape)));
}

}  // namespace tnn
