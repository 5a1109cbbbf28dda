#pragma once

#include <string>

#include "data/dataset_card.h"

namespace tnn {

/// A card as YAML that read_card() reads to the same card, but for its name, which is that of the file. Class folders are written as a
/// list; classes that are those on disk (classes_on_disk) are not written. `comment`: lines at the top, for people; may be empty.
std::string card_yaml(const DatasetCard& card, const std::string& comment);

}  // namespace tnn
