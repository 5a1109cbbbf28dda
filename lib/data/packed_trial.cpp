#include "data/packed_trial.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "core/error.h"
#include "data/child_process.h"
#include "data/packed_file.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

constexpr int kSeconds = 60;                 ///< for the lists
constexpr uint64_t kBytesASecond = 1 << 28;  ///< of images whose places in the file are looked up

/// Where each chunk of the images lies: what HDF5 looks up when one is read.
void find_chunks(const PackedFile& file, const std::string& split) {
  const Hdf5Handle dataset(file.open_integers(split + "/bytes"), H5Dclose, "open a dataset");
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose, "find how a dataset is stored");
  hsize_t chunk = 0;
  if (H5Pget_layout(properties) != H5D_CHUNKED || H5Pget_chunk(properties, 1, &chunk) != 1 || chunk == 0)
    file.fail(fmt::format("'{}/bytes' are not stored in chunks", split));
  const auto bytes = static_cast<hsize_t>(file.size(split + "/bytes"));
  for (hsize_t offset = 0; offset < bytes; offset += chunk) {
    unsigned filters = 0;
    haddr_t address = HADDR_UNDEF;
    hsize_t size = 0;
    check_hdf5(H5Dget_chunk_info_by_coord(dataset, &offset, &filters, &address, &size), "find a chunk");
  }
}

void read_all_lists(const std::filesystem::path& path) {
  const PackedFile file(path);
  file.texts("classes");
  for (const std::string split : {"train", "test"}) {
    if (!file.has(split)) continue;
    const PackedSplit images(file, split);
    for (const char* list : {"/labels", "/checksums"}) file.integers(split + list);
    file.texts(split + "/names");
    find_chunks(file, split);
  }
}

}  // namespace

void try_unsealed_file(const std::filesystem::path& path) {
  const InputFile input(path);
  if (check_seal(input)) return;
  const TrialLimits limits{kSeconds + static_cast<int>(input.size() / kBytesASecond)};
  const TrialResult result = trial_in_child_process([&] { read_all_lists(path); }, limits);
  if (!result.crash.empty()) throw DataError(fmt::format("{}: is damaged: reading it by HDF5 ended in {}", path.string(), result.crash));
  if (result.error.starts_with(path.string())) throw DataError(result.error);
  if (!result.error.empty()) throw DataError(fmt::format("{}: {} (it is damaged)", path.string(), result.error));
}

}  // namespace tnn
