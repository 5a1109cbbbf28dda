#pragma once

#include <map>
#include <set>
#include <string>

namespace tnn {

/// What decides the result of a training, so that one is resumed only where all of it is the same: recipe values by key, and digests of
/// what a recipe does not say (the graph, the training data, the weights of a frozen data path).
struct Fingerprint {
  std::map<std::string, std::string> values;
  std::set<std::string> defaults;  ///< keys whose value is the recipe's default: a checkpoint of an older version may lack them

  /// Adds a digest of something that is not a recipe value.
  void add_digest(const std::string& name, const std::string& digest) { values[name] = kDigest + digest; }
  static constexpr const char* kDigest = "sha256:";
};

std::string fingerprint_to_json(const Fingerprint& fingerprint);
/// DataError where the text is none; `defaults` stays empty.
Fingerprint fingerprint_from_json(const std::string& text);

/// What differs between this training and that of a checkpoint, as text: "training.epochs is 30, was 10; the training data: not the same".
/// Empty: nothing.
std::string fingerprint_difference(const Fingerprint& now, const Fingerprint& then);

}  // namespace tnn
