#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tnn::app {

/// "[=====     ] status" in fewer than `columns` columns, so that no terminal goes on to the next row: the bar becomes shorter where the
/// status needs the room, and goes where there is none for it; then the status is cut between two of its parts, the last resort between two
/// words.
std::string progress_line(const std::string& status, int64_t done, int64_t total, size_t columns);

}  // namespace tnn::app
