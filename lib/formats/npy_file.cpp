#include "formats/npy_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <xtensor/xadapt.hpp>
#include <xtensor/xnpy.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/printable.h"
#include "formats/file_content.h"
#include "formats/half.h"

namespace tnn {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kLongestHeader = 4096;  // of plain arrays it has about a hundred bytes; xtensor matches it by a recursive regex

/// What the header says, and the bytes behind it.
struct Parts {
  std::string type;  ///< "<f4": byte order, kind, bytes
  bool column_major = false;
  std::vector<size_t> shape;
  std::string_view data;
  size_t element_bytes() const { return static_cast<size_t>(std::stoul(type.substr(2))); }
};

/// The header's text, without what lies before it; empty where the file is too short for what it announces. `data`: what follows.
std::string header_text(std::string_view bytes, std::string_view& data) {
  const size_t major = bytes.size() > kMagic.size() ? static_cast<unsigned char>(bytes[kMagic.size()]) : 0;
  const size_t begin = kMagic.size() + 2, length_bytes = major == 1 ? 2 : 4;
  size_t length = 0;
  if (bytes.size() < begin + length_bytes) return "";
  for (size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[begin + i]);
  const std::string_view rest = bytes.substr(begin + length_bytes);
  if (length > rest.size() || length > kLongestHeader) return "";
  data = rest.substr(length);
  return std::string(rest.substr(0, length));
}

/// The type as the header spells it, for messages: "<i4", "[('x', '<f4')]".
std::string spelt_type(const std::string& header) {
  const size_t key = header.find("'descr'"), begin = header.find_first_not_of(": ", std::min(header.size(), key + 7));
  if (key == std::string::npos || begin == std::string::npos) return "";
  const size_t end = header.find(header[begin] == '\'' ? '\'' : ']', begin + 1);
  return printable_beginning(std::string_view(header).substr(begin, end - begin + 1), 60);
}

const char* meaning_of(const std::string& spelt) {
  if (spelt.find("V2") != std::string::npos) return " (bfloat16, or raw bytes)";
  if (spelt.find('O') != std::string::npos) return " (Python objects)";
  if (spelt.find('U') != std::string::npos || spelt.find('S') != std::string::npos) return " (text)";
  if (spelt.find('c') != std::string::npos) return " (complex numbers)";
  return "";
}

DataError unreadable_type(const std::string& path, const std::string& spelt) {
  return DataError(fmt::format(
      "'{}' holds elements of type {}{}, which are not read (allowed: float16, float32, float64, integers of 8 to 64 bits, bool; as by "
      "array.astype('float32'))",
      path, spelt, meaning_of(spelt)));
}

Parts parse(std::string_view bytes, const std::string& path) {
  const auto damaged = [&] { return DataError(fmt::format("'{}' is a damaged .npy file: its header cannot be read (truncated?)", path)); };
  Parts parts;
  const std::string header = header_text(bytes, parts.data);
  if (header.empty()) throw damaged();
  try {
    xt::detail::parse_header(header, parts.type, &parts.column_major, parts.shape);
  } catch (const std::exception&) {
    const std::string spelt = spelt_type(header);
    const bool plain = spelt.size() > 4 && std::string_view("ifub").find(spelt[2]) != std::string_view::npos && spelt.front() == '\'';
    throw spelt.empty() || plain ? damaged() : unreadable_type(path, spelt);
  }
  if (parts.type.size() > 4) throw unreadable_type(path, "'" + parts.type.substr(0, 60) + "'");  // '<f16' is the longest that there is
  return parts;
}

/// How many elements there are; DataError where that is more than the file holds.
size_t count_elements(const Parts& parts, const std::string& path) {
  const size_t most = parts.data.size() / std::max<size_t>(1, parts.element_bytes());
  size_t count = 1;
  for (const size_t size : parts.shape) {
    if (size != 0 && count > most / size)
      throw DataError(fmt::format("'{}': its header announces [{}] elements of {} bytes, but only {} bytes follow (truncated?)", path,
                                  fmt::join(parts.shape, ", "), parts.element_bytes(), parts.data.size()));
    count *= size;
  }
  return count;
}

/// The place in the file of each element, by rising row-major index.
class Order {
 public:
  explicit Order(const Parts& parts) : shape_(parts.shape), column_major_(parts.column_major), index_(parts.shape.size(), 0) {
    size_t stride = 1;
    for (const size_t size : shape_) {
      strides_.push_back(stride);
      stride *= size;
    }
  }
  size_t next() {
    if (!column_major_) return place_++;
    const size_t here = place_;
    for (size_t d = shape_.size(); d-- > 0;) {
      place_ += strides_[d];
      if (++index_[d] < shape_[d]) break;
      place_ -= strides_[d] * shape_[d];
      index_[d] = 0;
    }
    return here;
  }

 private:
  const std::vector<size_t>& shape_;
  const bool column_major_;
  std::vector<size_t> strides_, index_;
  size_t place_ = 0;
};

template <typename Stored, typename Convert>
std::vector<float> converted(const Parts& parts, size_t count, Convert to_float) {
  std::vector<float> values(count);
  Order order(parts);
  for (float& value : values) {
    char raw[sizeof(Stored)];
    std::memcpy(raw, parts.data.data() + order.next() * sizeof(Stored), sizeof raw);
    if (parts.type.front() == '>') std::reverse(std::begin(raw), std::end(raw));
    Stored stored;
    std::memcpy(&stored, raw, sizeof stored);
    value = to_float(stored);
  }
  return values;
}

template <typename Stored>
std::vector<float> numbers(const Parts& parts, size_t count) {
  return converted<Stored>(parts, count, [](Stored stored) { return static_cast<float>(stored); });
}

using Reader = std::vector<float> (*)(const Parts& parts, size_t count);

/// By kind and size: "f4"; nullptr where such numbers are not read.
Reader reader_of(std::string_view kind) {
  struct Row {
    std::string_view kind;
    Reader read;
  };
  static const Row rows[] = {
      {"f2", [](const Parts& parts, size_t count) { return converted<uint16_t>(parts, count, half_to_float); }},
      {"f4", numbers<float>},
      {"f8", numbers<double>},
      {"b1", [](const Parts& parts, size_t count) { return converted<uint8_t>(parts, count, [](uint8_t b) { return b ? 1.0f : 0.0f; }); }},
      {"i1", numbers<int8_t>},
      {"i2", numbers<int16_t>},
      {"i4", numbers<int32_t>},
      {"i8", numbers<int64_t>},
      {"u1", numbers<uint8_t>},
      {"u2", numbers<uint16_t>},
      {"u4", numbers<uint32_t>},
      {"u8", numbers<uint64_t>}};
  const auto found = std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return row.kind == kind; });
  return found == std::end(rows) ? nullptr : found->read;
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (bytes.compare(0, kMagic.size(), kMagic) != 0) {
    std::string content = recognised_content({bytes.data(), std::min(bytes.size(), kContentBytes)}, bytes.size());
    if (bytes.compare(0, 2, "PK") == 0) content += ": save one array by numpy.save";
    throw DataError(fmt::format("'{}' is not a .npy file{}{}", path.string(), content.empty() ? "" : ": ", content));
  }
  const Parts parts = parse(bytes, path.string());
  const std::string kind = parts.type.substr(1);
  const Reader read = reader_of(kind);
  if (!read) throw unreadable_type(path.string(), "'" + parts.type + "'");
  const size_t count = count_elements(parts, path.string());
  NpyArray array{{parts.shape.begin(), parts.shape.end()}, read(parts, count), kind == "u1"};
  return array;
}

void write_npy(const std::filesystem::path& path, const NpyArray& array) {
  const std::vector<size_t> shape(array.shape.begin(), array.shape.end());
  write_file_atomically(path, xt::dump_npy(xt::adapt(array.values, shape)));
}

}  // namespace tnn
