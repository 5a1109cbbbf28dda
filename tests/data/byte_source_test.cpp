#include "data/byte_source.h"

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "data/checksum.h"
#include "temporary_folder.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {
std::string text(const SourceBytes& source) { return {source.bytes.begin(), source.bytes.end()}; }
}  // namespace

TEST_CASE("plain, gzip and xz files of one content read the same") {
  const TemporaryFolder folder;
  std::string content;
  for (unsigned i = 0; i < 300000; ++i) content += static_cast<char>(i * i % 253);
  write_file_atomically(folder.path() / "a", content);
  write_file_atomically(folder.path() / "a.gz", gzipped(content));
  write_file_atomically(folder.path() / "a.xz", xz_packed(content));
  for (const char* name : {"a", "a.gz", "a.xz"})
    for (const size_t expected : {size_t{0}, content.size(), size_t{10}})
      CHECK(text(read_source(folder.path() / name, expected)) == content);
}

TEST_CASE("a source is found plain first, then gzip, then xz") {
  const TemporaryFolder folder;
  CHECK_FALSE(find_source(folder.path(), "a"));
  for (const char* name : {"a.xz", "a.gz", "a"}) {
    write_file_atomically(folder.path() / name, "");
    CHECK(find_source(folder.path(), "a") == folder.path() / name);
  }
}

TEST_CASE("several gzip or xz streams in one file are read one after the other, and an empty content is empty") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "a.gz", gzipped("one ") + gzipped("two"));
  write_file_atomically(folder.path() / "a.xz", xz_packed("one ") + xz_packed("two"));
  write_file_atomically(folder.path() / "empty.gz", gzipped(""));
  CHECK(text(read_source(folder.path() / "a.gz")) == "one two");
  CHECK(text(read_source(folder.path() / "a.xz")) == "one two");
  CHECK(read_source(folder.path() / "empty.gz").bytes.empty());
}

TEST_CASE("a cut, damaged or continued stream is a data error that names the file") {
  const TemporaryFolder folder;
  const std::string content(5000, 'x'), gz = gzipped(content), xz = xz_packed(content);
  const auto fails = [&](const std::string& name, const std::string& bytes, const std::string& message) {
    write_file_atomically(folder.path() / name, bytes);
    CHECK_THROWS_AS(read_source(folder.path() / name), DataError);
    CHECK_THROWS_WITH(read_source(folder.path() / name), ContainsSubstring(name) && ContainsSubstring(message));
  };
  std::string damaged = gz;
  damaged[gz.size() - 6] ^= 1;
  fails("cut.gz", gz.substr(0, gz.size() / 2), "cut off");
  fails("nothing.gz", "", "cut off");
  fails("crc.gz", damaged, "damaged");
  fails("continued.gz", gz + "more", "damaged");
  fails("plain.gz", content, "damaged");
  damaged = xz;
  damaged[xz.size() / 2] ^= 1;
  fails("cut.xz", xz.substr(0, xz.size() / 2), "cut off");
  fails("damaged.xz", damaged, "damaged");
  fails("continued.xz", xz + "more than a header", "damaged");
}

TEST_CASE("checksums are those of the published test vectors") {
  const std::vector<uint8_t> abc{'a', 'b', 'c'};
  CHECK(md5_hex(abc) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(sha256_hex(abc) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
