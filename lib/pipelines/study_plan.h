#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "recipe/recipe.h"

namespace tnn {

/// A recipe key and the values that a study gives it.
struct GridKey {
  std::string key;
  std::vector<std::string> values;
};

/// "training.u_prior=[uniform,chunks]"; a value may be a list itself or quoted. UsageError where it is not of this form.
GridKey parse_grid_key(const std::string& text);
/// "1-3", "1,4,7" or both: rising numbers without repetition. UsageError where it is not of this form.
std::vector<int64_t> parse_seeds(const std::string& text);

/// One training of a study.
struct StudyRun {
  std::vector<std::string> values;  ///< of each grid key
  int64_t seed = 1;
  std::filesystem::path folder;  ///< below the study's: "u_prior=chunks,epochs=4/seed-1"
  Recipe::Overrides overrides;   ///< that make it of the recipe
};

/// Every combination of the keys' values with every seed, those of one combination side by side.
std::vector<StudyRun> study_runs(const std::vector<GridKey>& grid, const std::vector<int64_t>& seeds);

/// "u_prior=chunks, epochs=4": what a combination is called; "" of no key.
std::string setting_name(const std::vector<GridKey>& grid, const std::vector<std::string>& values);

}  // namespace tnn
