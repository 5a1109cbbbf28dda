#include "formats/npy_file.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "formats/half.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// A file of version 1.0 with this header and data.
std::string npy(std::string header, const std::string& data) {
  header += "\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

NpyArray read(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "a.npy", bytes);
  return read_npy(folder.path() / "a.npy");
}

}  // namespace

TEST_CASE("an array that is written as .npy is read back") {
  const TemporaryFolder folder;
  const NpyArray array{{2, 1, 3}, {1.5f, -2.0f, 0.0f, 4.0f, 1e-30f, 6.0f}};
  write_npy(folder.path() / "a.npy", array);
  const NpyArray back = read_npy(folder.path() / "a.npy");
  CHECK(back.shape == array.shape);
  CHECK(back.values == array.values);
  CHECK_FALSE(back.from_bytes);
}

TEST_CASE("bytes are read as numbers and marked, Fortran order becomes row-major") {
  const NpyArray bytes = read(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", std::string("\x00\x01\xff\x03", 4)));
  CHECK(bytes.values == std::vector<float>{0, 1, 255, 3});
  CHECK(bytes.from_bytes);
  const NpyArray columns = read(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", std::string("\x00\x01\xff\x03", 4)));
  CHECK(columns.values == std::vector<float>{0, 255, 1, 3});
}

namespace {

std::string header(const std::string& type, const std::string& shape, bool column_major = false) {
  return "{'descr': '" + type + "', 'fortran_order': " + (column_major ? "True" : "False") + ", 'shape': " + shape + ", }";
}

template <typename Number>
std::string raw(const std::vector<Number>& numbers, bool big_endian) {
  std::string bytes;
  for (const Number number : numbers) {
    char each[sizeof number];
    std::memcpy(each, &number, sizeof number);
    if (big_endian) std::reverse(std::begin(each), std::end(each));
    bytes.append(each, sizeof each);
  }
  return bytes;
}

template <typename Number>
void check_type(const std::string& kind, const std::vector<Number>& numbers, const std::vector<float>& values) {
  REQUIRE(numbers.size() == 6);
  for (const bool big_endian : {false, true})
    for (const bool column_major : {false, true}) {
      const std::string type = (sizeof(Number) == 1 ? "|" : big_endian ? ">" : "<") + kind;
      INFO(type << " " << column_major);
      const NpyArray array = read(npy(header(type, "(2, 3)", column_major), raw(numbers, big_endian)));
      CHECK(array.shape == std::vector<int64_t>{2, 3});
      CHECK(array.from_bytes == (kind == "u1"));
      for (size_t r = 0; r < 2; ++r)
        for (size_t c = 0; c < 3; ++c) CHECK(array.values[r * 3 + c] == values[column_major ? c * 2 + r : r * 3 + c]);
    }
}

/// Of numbers that fit into a type.
template <typename Number>
void check_type(const std::string& kind) {
  using Limits = std::numeric_limits<Number>;
  const std::vector<Number> numbers{Limits::lowest(), Limits::max(), 0, 1, 2, 100};
  std::vector<float> values;
  for (const Number number : numbers) values.push_back(static_cast<float>(number));
  check_type(kind, numbers, values);
}

}  // namespace

TEST_CASE("numbers of every type, byte order and layout are read as they are") {
  check_type<int8_t>("i1");
  check_type<int16_t>("i2");
  check_type<int32_t>("i4");
  check_type<int64_t>("i8");
  check_type<uint8_t>("u1");
  check_type<uint16_t>("u2");
  check_type<uint32_t>("u4");
  check_type<uint64_t>("u8");
  check_type<float>("f4");
  const std::vector<float> values{-1.5f, 0, 1, 65504, 0.25f, 3};
  check_type<double>("f8", {-1.5, 0, 1, 65504, 0.25, 3}, values);
  std::vector<uint16_t> halves;
  for (const float value : values) halves.push_back(float_to_half(value));
  check_type<uint16_t>("f2", halves, values);
  check_type<uint8_t>("b1", {0, 1, 1, 0, 1, 0}, {0, 1, 1, 0, 1, 0});
}

TEST_CASE("types that are not read are named") {
  const auto refused = [](const std::string& type, const std::string& what) {
    const std::string quoted = type.front() == '[' ? type : "'" + type + "'";
    const std::string bytes = npy("{'descr': " + quoted + ", 'fortran_order': False, 'shape': (1,), }", std::string(64, '\0'));
    CHECK_THROWS_AS(read(bytes), DataError);
    CHECK_THROWS_WITH(read(bytes), ContainsSubstring(type.substr(0, 8)) && ContainsSubstring(what) && ContainsSubstring("float16"));
  };
  refused("|V2", "bfloat16");
  refused("<V2", "bfloat16");
  refused("<c8", "complex");
  refused("<U5", "text");
  refused("|S3", "text");
  refused("|O", "Python objects");
  refused("<f16", "");
  refused("[('x', '<f4'), ('y', '<f4')]", "");
}

TEST_CASE("a header that claims more than the file holds is refused before memory is taken") {
  const std::string four(16, '\0');
  CHECK_THROWS_WITH(read(npy(header("<f4", "(5,)"), four)), ContainsSubstring("truncated"));
  CHECK_THROWS_WITH(read(npy(header("<f4", "(1000000, 1000000, 1000000)"), four)), ContainsSubstring("truncated"));
  CHECK_THROWS_WITH(read(npy(header("<f4", "(9223372036854775807, 4)"), four)), ContainsSubstring("truncated"));
  CHECK_THROWS_AS(read(npy(header("<f4", "(-1,)"), four)), DataError);
  CHECK(read(npy(header("<f4", "(0, 1000000000)"), "")).values.empty());
  std::string announced("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12);  // a header of 4 GiB
  CHECK_THROWS_WITH(read(announced + header("<f4", "(4,)")), ContainsSubstring("damaged"));
}

TEST_CASE("what is no array is told by its content") {
  CHECK_THROWS_WITH(read(std::string("PK\x03\x04", 4)), ContainsSubstring(".npz") && ContainsSubstring("numpy.save"));
  CHECK_THROWS_WITH(read("version https://git-lfs.github.com/spec/v1\n"), ContainsSubstring("git lfs pull"));
  CHECK_THROWS_WITH(read(""), ContainsSubstring("empty"));
  CHECK_THROWS_WITH(read("\xff\xd8\xff\xe0"), ContainsSubstring("JPEG"));
}

TEST_CASE("what is no .npy file, of another type, or cut is refused") {
  const std::string whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", std::string(16, '\0'));
  CHECK(read(whole).values.size() == 4);
  for (size_t length = 0; length < whole.size(); length += 3) CHECK_THROWS_AS(read(whole.substr(0, length)), DataError);
  CHECK_THROWS_AS(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "")), DataError);
  CHECK_THROWS_AS(read_npy("/no/such/file.npy"), DataError);
}
