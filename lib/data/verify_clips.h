#pragma once

#include "data/verify.h"

namespace tnn {

/// verify_dataset() for clips, loose or packed: every clip is opened and every frame decoded, in as many threads as there are cores.
/// Findings are clips that are missing, have no frame, gaps in their numbers, frames of different sizes or damaged ones; classes without a
/// clip; clips that are in both lists; splits that are missing or have another number of clips than the card says (of jester where the list
/// has the first name of the card). The note tells which files of the folders are left out.
VerifyReport verify_clips(const DatasetCard& card, const std::filesystem::path& location, Progress& progress);

}  // namespace tnn
