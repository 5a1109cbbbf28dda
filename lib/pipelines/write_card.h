#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"

namespace tnn {

/// What writing a card for data on disk is to do.
struct CardRequest {
  std::string name, data_root;
  std::filesystem::path file;  ///< empty: it is only returned
  int64_t images = 2000;       ///< of an image folder, from which mean and deviation are taken; 0: all
  bool overwrite = false;
};

struct WrittenCard {
  std::string yaml;
  std::vector<std::string> notes;  ///< what a person should know, a line each
};

/// A card for the data called `name` (see draft_card), written to the file where one is named. UsageError where that is there and is not to
/// be replaced, or is one of the data; DataError where no data root is given or nothing is recognised.
WrittenCard write_card(const CardRequest& request, Progress& progress);

}  // namespace tnn
