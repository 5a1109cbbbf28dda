#include "training/fingerprint.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "core/json_text.h"

namespace tnn {
namespace {

constexpr size_t kMostTold = 6;  ///< differences in one message

bool is_digest(const std::string& value) { return value.rfind(Fingerprint::kDigest, 0) == 0; }

std::string difference(const std::string& key, const std::string& now, const std::string& then) {
  if (is_digest(now)) return fmt::format("{}: not the same", key);
  return then.empty() ? fmt::format("{} is {}", key, now) : fmt::format("{} is {}, was {}", key, now, then);
}

}  // namespace

std::string fingerprint_to_json(const Fingerprint& fingerprint) { return nlohmann::json(fingerprint.values).dump(); }

Fingerprint fingerprint_from_json(const std::string& text) {
  try {
    return {parse_json<nlohmann::json>(text).get<std::map<std::string, std::string>>(), {}};
  } catch (const nlohmann::json::exception& fault) {
    throw DataError("damaged fingerprint of a training: " + json_fault(fault));
  } catch (const UsageError& error) {
    throw DataError(std::string("damaged fingerprint of a training: ") + error.what());
  }
}

std::string fingerprint_difference(const Fingerprint& now, const Fingerprint& then) {
  std::vector<std::string> found;
  for (const auto& [key, value] : now.values) {
    const auto before = then.values.find(key);
    if (before == then.values.end() ? !now.defaults.count(key) : before->second != value)
      found.push_back(difference(key, value, before == then.values.end() ? "" : before->second));
  }
  std::string text;
  for (size_t i = 0; i < found.size() && i < kMostTold; ++i) text += (i ? "; " : "") + found[i];
  if (found.size() > kMostTold) text += fmt::format("; and {} more", found.size() - kMostTold);
  return text;
}

}  // namespace tnn
