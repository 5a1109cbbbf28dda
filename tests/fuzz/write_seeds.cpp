#include <cstdio>

#include "runtime/random_model.h"

/// Writes a seed corpus for the fuzzer into a folder: small models of all node kinds, gating rules and batch-norm modes.
int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  constexpr int kSeeds = 60;
  for (uint64_t seed = 0; seed < kSeeds; ++seed)
    random_model(seed).save(std::filesystem::path(arguments[1]) / ("random" + std::to_string(seed) + ".safetensors"));
}
