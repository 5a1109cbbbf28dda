#include "data/byte_source.h"

#include <lzma.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

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
    for (const ContentLimit limit : {ContentLimit{kMostSourceBytes, false}, {content.size(), true}, {content.size(), false}})
      CHECK(text(read_source(folder.path() / name, limit)) == content);
}

TEST_CASE("content of more bytes than it may have is not unpacked further") {
  const TemporaryFolder folder;
  const std::string content(3000000, 'x');
  write_file_atomically(folder.path() / "a", content);
  write_file_atomically(folder.path() / "a.gz", gzipped(content));
  write_file_atomically(folder.path() / "a.xz", xz_packed(content));
  for (const char* name : {"a", "a.gz", "a.xz"})
    for (const size_t most : {size_t{0}, size_t{10}, content.size() - 1}) {
      CHECK_THROWS_AS(read_source(folder.path() / name, {most, true}), DataError);
      CHECK_THROWS_WITH(
          read_source(folder.path() / name, {most, false}),
          ContainsSubstring(std::string(name) + ": expected at most " + std::to_string(most) + " decompressed bytes, found more"));
    }
}

TEST_CASE("a gzip or xz file whose content is a thousand times as large takes the memory of the limit alone") {
  const TemporaryFolder folder;
  const std::string zeros(32 << 20, '\0');
  write_file_atomically(folder.path() / "a.gz", gzipped(zeros));
  write_file_atomically(folder.path() / "a.xz", xz_packed(zeros));
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_DATA, &before) == 0);
  std::ifstream status("/proc/self/statm");
  size_t pages = 0, data = 0;
  for (int i = 0; i < 6; ++i) status >> (i == 5 ? data : pages);
  const rlimit small{(data * 4096) + (16 << 20), before.rlim_max};  // in use, and half of the content
  for (const char* name : {"a.gz", "a.xz"}) {
    REQUIRE(setrlimit(RLIMIT_DATA, &small) == 0);
    std::string message;
    try {
      read_source(folder.path() / name, {1 << 20, true});
    } catch (const std::exception& error) {
      message = error.what();
    }
    setrlimit(RLIMIT_DATA, &before);
    CHECK_THAT(message, ContainsSubstring("expected 1048576 decompressed bytes, found more"));
  }
}

TEST_CASE("an xz file that asks for more memory than it gets is refused before that is taken") {
  const TemporaryFolder folder;
  lzma_options_lzma options{};
  REQUIRE_FALSE(lzma_lzma_preset(&options, 0));
  options.dict_size = 1U << 30;
  // The encoder would take the dictionary's memory: the header of a stream and of its block are enough.
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  lzma_block block{};
  block.check = LZMA_CHECK_CRC32;
  block.filters = filters;
  block.compressed_size = block.uncompressed_size = LZMA_VLI_UNKNOWN;
  REQUIRE(lzma_block_header_size(&block) == LZMA_OK);
  lzma_stream_flags flags{};
  flags.check = LZMA_CHECK_CRC32;
  std::vector<uint8_t> bytes(LZMA_STREAM_HEADER_SIZE + block.header_size + 100);
  REQUIRE(lzma_stream_header_encode(&flags, bytes.data()) == LZMA_OK);
  REQUIRE(lzma_block_header_encode(&block, bytes.data() + LZMA_STREAM_HEADER_SIZE) == LZMA_OK);
  write_file_atomically(folder.path() / "a.xz", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  CHECK_THROWS_WITH(read_source(folder.path() / "a.xz"), ContainsSubstring("a.xz: xz stream asks for 1024 MiB of memory"));
}

TEST_CASE("names of IDX files may have a dot in place of the hyphen, and the other way round") {
  const TemporaryFolder folder;
  for (const char* name : {"train-images.idx3-ubyte.gz", "train-images.idx3-ubyte", "train-images-idx3-ubyte"}) {
    write_file_atomically(folder.path() / name, "");
    CHECK(find_source(folder.path(), "train-images-idx3-ubyte") == folder.path() / name);
  }
  std::filesystem::remove(folder.path() / "train-images.idx3-ubyte");
  std::filesystem::remove(folder.path() / "train-images.idx3-ubyte.gz");
  CHECK(find_source(folder.path(), "train-images.idx3-ubyte") == folder.path() / "train-images-idx3-ubyte");
}

TEST_CASE("a source that is a FIFO is refused and not waited for") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder.path() / "a").c_str(), 0600) == 0);
  CHECK_FALSE(find_source(folder.path(), "a"));
  CHECK_THROWS_WITH(read_source(folder.path() / "a"), ContainsSubstring("not a regular file"));
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
