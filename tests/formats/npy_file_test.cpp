#include "formats/npy_file.h"

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
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

TEST_CASE("what is no .npy file, of another type, or cut is refused") {
  const std::string whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", std::string(16, '\0'));
  CHECK(read(whole).values.size() == 4);
  for (size_t length = 0; length < whole.size(); length += 3) CHECK_THROWS_AS(read(whole.substr(0, length)), DataError);
  CHECK_THROWS_AS(read(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (4,), }", std::string(16, '\0'))), DataError);
  CHECK_THROWS_AS(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "")), DataError);
  CHECK_THROWS_AS(read_npy("/no/such/file.npy"), DataError);
}
