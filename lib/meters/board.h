#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "meters/meter.h"

namespace tnn {

/// A Jetson module, and which of its rails add up to its power.
struct Board {
  std::string model;  ///< as the device tree calls it; empty: there is no device tree
  std::string name;   ///< "AGX Xavier"; empty: a board that is not in the table
  /// Sets of rails that make the module's total; the first whose rails are all there counts.
  std::vector<std::vector<std::string>> totals;
};

/// The board by proc/device-tree/model below `root`.
Board read_board(const std::filesystem::path& root);

/// Marks the rails that make the board's total. Returns why there is none: an unknown board, a rail that is missing or there twice;
/// empty where there is one.
std::string mark_total(const Board& board, std::vector<Rail>& rails);

}  // namespace tnn
