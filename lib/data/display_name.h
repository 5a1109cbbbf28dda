#pragma once

#include <string>
#include <string_view>

namespace tnn {

/// A file's or folder's name as UTF-8, for labels, reports and messages. Names on disk are bytes: where they are no UTF-8, as those of old
/// ZIP archives in Latin-1, each byte that belongs to no character becomes \xNN, and each backslash of such a name \x5C, so that different
/// names stay different. Names in UTF-8 are returned as they are.
std::string display_name(std::string_view name);

}  // namespace tnn
