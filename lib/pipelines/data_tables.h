#pragma once

#include <string>

#include "core/progress.h"
#include "core/table.h"

namespace tnn {

/// What verifying a data set printed and found.
struct VerifiedData {
  Table table;          ///< images a class, or the files with what is wrong
  std::string summary;  ///< one line for people
  bool ok = true;
};

/// Checks every file of a data set below `data_root` (see data_root_or_default).
VerifiedData verify_data(const std::string& name, const std::string& data_root, Progress& progress);

/// The data sets that have a card.
Table data_list();

}  // namespace tnn
