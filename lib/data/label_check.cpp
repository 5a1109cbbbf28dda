#include "data/label_check.h"

#include <fmt/format.h>

#include "core/error.h"

namespace tnn {

void LabelCheck::finish() const {
  if (wrong_ == 0) return;
  const std::string more = wrong_ == 1 ? "" : fmt::format(" ({} more wrong labels follow)", wrong_ - 1);
  throw DataError(fmt::format("{}: byte {}: expected a {} from 0 to {}, found {}{}", path_.string(), first_offset_, kind_, classes_ - 1,
                              first_label_, more));
}

}  // namespace tnn
