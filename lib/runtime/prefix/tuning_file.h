#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/prefix/tuning.h"

namespace tnn::prefix {

/// What measured times hold for: one text that names the processor, the instruction set, the precision, threads and inputs of a run, this
/// version of the program, and the model's graph and operating points.
using TuningKey = std::string;

/// Times kept from one load to the next: a JSON file with an entry a key. std::nullopt where there is no such file or entry. DataError,
/// naming the file, where it is damaged, of something else, or where the entry is not of so many points and steps.
std::optional<Tuning> read_tuning(const std::filesystem::path& file, const TuningKey& key, size_t points, size_t steps);

/// Adds an entry or replaces it, leaving the others; the file appears whole. Of two processes that write at a time the last one's entry
/// stays. SystemError where it cannot be written.
void write_tuning(const std::filesystem::path& file, const TuningKey& key, const Tuning& tuning);

/// SystemError where write_tuning could not write: to be told before minutes of measuring.
void check_writable(const std::filesystem::path& file);

}  // namespace tnn::prefix
