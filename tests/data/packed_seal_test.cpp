#include "data/packed_seal.h"

#include <algorithm>
#include <cstdlib>

#include "catch_compat.h"
#include "core/error.h"
#include "core/random_stream.h"
#include "core/read_file.h"
#include "data/byte_source.h"
#include "data/dataset.h"
#include "data/hostile_packed_file.h"
#include "data/verify.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

/// How many mutated files are tried; more by hand: TNN_MUTATIONS.
int mutations(int usual) {
  const char* asked = std::getenv("TNN_MUTATIONS");
  return asked ? std::atoi(asked) : usual;
}

/// The file with some bytes turned, set, overwritten by others of it, cut off or added.
std::string mutated(std::string file, RandomStream& random) {
  for (uint64_t change = 1 + random.below(4); change > 0; --change) {
    const size_t at = random.below(file.size()), count = std::min<size_t>(file.size() - at, 1 + random.below(64));
    switch (random.below(6)) {
      case 0:
        file[at] = static_cast<char>(file[at] ^ (1 << random.below(8)));
        break;
      case 1:
        file.replace(at, count, count, static_cast<char>(0xff * random.below(2)));
        break;
      case 2:
        for (size_t i = at; i < at + count; ++i) file[i] = static_cast<char>(random.below(256));
        break;
      case 3:
        file.replace(at, count, file.substr(random.below(file.size() - count + 1), count));
        break;
      case 4:
        if (random.below(8) == 0) file.resize(at + 1);
        break;
      default:
        if (random.below(8) == 0) file.insert(at, std::string(count, '\0'));
    }
  }
  return file;
}

}  // namespace

TEST_CASE("a byte of a packed image that changed is found by file and split and image, and the others are read") {
  const HostilePackedFile hostile;
  const std::string whole = read_file(hostile.file);
  const ImageSet original = load_split(hostile.card, hostile.folder.path() / "images", "train");
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < kPackedImages; ++i) {
    original.encoded->read(i, bytes);
    const size_t begin = whole.find(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    REQUIRE(begin != std::string::npos);
    for (const size_t at : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      std::string changed = whole;
      changed[begin + at] = static_cast<char>(changed[begin + at] ^ 1);
      write_quickly(hostile.file, changed);
      const ImageSet set = load_split(hostile.card, hostile.file, "train");
      for (size_t k = 0; k < kPackedImages; ++k) {
        if (k == i)
          CHECK_THROWS_AS(set.encoded->read(k, bytes), DamagedImage);
        else
          CHECK_NOTHROW(set.encoded->read(k, bytes));
      }
    }
    const VerifyReport report = verify_dataset(hostile.card, hostile.file);
    REQUIRE(report.findings.size() == 1);
    const std::string name = fs::path(original.encoded->name(i)).filename().string();
    CHECK(report.findings[0].file == hostile.file.string() + ":train/" + name.substr(0, 3) + "/" + name);
    CHECK_THAT(report.findings[0].problem, ContainsSubstring("other bytes than were packed"));
  }
}

TEST_CASE("any one byte of a packed file that changed is found: in an image by its checksum, elsewhere before HDF5 reads the file") {
  const HostilePackedFile hostile;
  const std::string whole = read_file(hostile.file);
  const auto in_an_image = [&](size_t at) {
    return std::any_of(hostile.images.begin(), hostile.images.end(),
                       [&](const FileRange& range) { return at >= range.offset && at < range.offset + range.size; });
  };
  for (size_t at = 0; at < whole.size(); at += in_an_image(at) ? 101 : 7) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    write_quickly(hostile.file, changed);
    INFO("byte " << at << " of " << whole.size());
    if (in_an_image(at))
      CHECK_THROWS_AS(content_of(hostile.card, hostile.file), DamagedImage);
    else
      CHECK_THROWS_WITH(load_split(hostile.card, hostile.file, "train"),
                        ContainsSubstring(hostile.file.string() + ": ") && ContainsSubstring("damaged"));
  }
}

TEST_CASE("packed files changed in any way are refused by a data error that names them") {
  const HostilePackedFile hostile;
  const std::string whole = read_file(hostile.file);
  const PackedContent written = content_of(hostile.card, hostile.file);
  RandomStream random(1, RandomPurpose::shuffle);
  for (int i = 0; i < mutations(1500); ++i) {
    write_quickly(hostile.file, mutated(whole, random));
    INFO("mutation " << i);
    try {
      const bool same = content_of(hostile.card, hostile.file) == written;
      CHECK(same);
    } catch (const DamagedImage& damage) {
      CHECK_THAT(damage.what(), ContainsSubstring("other bytes"));
    } catch (const DataError& error) {
      CHECK_THAT(error.what(), ContainsSubstring(hostile.file.string()));
    }
  }
}

TEST_CASE("packed files of version 2 are read, and damaged ones of them are refused though HDF5 does not survive them") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "images.h5";
  const SourceBytes source = read_source(TNN_SOURCE_DIR "/tests/data/packed_version_2.h5.xz");
  const std::string whole(source.bytes.begin(), source.bytes.end());
  const auto read = [&](const std::string& bytes) {
    write_quickly(file, bytes);
    const DatasetCard card = complete_card(load_card(TNN_SOURCE_DIR "/datasets", "image_folder"), file);
    return content_of(card, file);
  };
  const PackedContent written = read(whole);
  CHECK(written.size() == 9);
  CHECK(std::get<0>(written[2]) == file.string() + ":train/bee/0.png");
  CHECK(std::get<1>(written[2]) == 1);
  RandomStream random(2, RandomPurpose::shuffle);
  for (int i = 0; i < mutations(100); ++i) {
    INFO("mutation " << i);
    try {
      const bool same = read(mutated(whole, random)) == written;
      CHECK(same);
    } catch (const DamagedImage& damage) {
      CHECK_THAT(damage.what(), ContainsSubstring("other bytes"));
    } catch (const DataError& error) {
      CHECK_THAT(error.what(), ContainsSubstring(file.string()));
    }
  }
}
