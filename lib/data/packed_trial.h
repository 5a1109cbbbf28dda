#pragma once

#include <filesystem>

namespace tnn {

/// Packed files of version 2 have no seal, and HDF5 may crash, hang or take all memory on damaged ones: this reads all of such a file but
/// the images themselves in a process of its own. DataError where that happens there; nothing happens for sealed files, nor where there is
/// no such file. The caller holds lock_hdf5(), so that no other thread is within HDF5.
void try_unsealed_file(const std::filesystem::path& path);

}  // namespace tnn
