#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/packed_annotations.h"

namespace tnn {

/// Lists of a packed file that is written, below the HDF5 identifier `parent`: in chunks, of which HDF5 itself keeps checksums. The caller
/// holds lock_hdf5(). Hdf5Error where the disk is full.

/// `count` numbers of the HDF5 type `type`.
void write_list(int64_t parent, const std::string& name, uint64_t count, int64_t type, const void* values);
/// Texts of one length, that of the longest.
void write_texts(int64_t parent, const std::string& name, const std::vector<std::string>& texts);
/// "<split>/<list's name>" for each list.
void write_lists_of(int64_t parent, const std::string& split, const PackedLists& lists);

/// Whether a file has these lists of a split. DataError or Hdf5Error where one is not there or cannot be read.
bool holds_lists(const PackedFile& file, const std::string& split, const PackedLists& lists);

}  // namespace tnn
