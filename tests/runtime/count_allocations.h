#pragma once

#include <cstdint>

/// How often this program called operator new so far, in all threads.
int64_t allocation_count();
