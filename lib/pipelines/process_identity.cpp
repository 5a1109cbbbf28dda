#include "pipelines/process_identity.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/processor.h"
#include "core/read_file.h"
#include "data/checksum.h"
#include "data/set_identity.h"

namespace tnn {
namespace {

std::string digest_of(const std::string& bytes) { return sha256_hex({bytes.begin(), bytes.end()}); }

/// What may differ from process to process: where the data lie, and the machine's own settings.
std::string deciding_text(const Settings& settings) {
  std::string text;
  for (const auto& [stage, fingerprint] : settings.fingerprints) text += stage + fingerprint_to_json(fingerprint);
  return text;
}

}  // namespace

std::vector<StartItem> process_identity(const Settings& settings, const TrainingData& data) {
  return {{"program", digest_of(read_file("/proc/self/exe"))},
          {"recipe", digest_of(deciding_text(settings))},
          {"data set", set_identity(*data.images)}};
}

int threads_of_process(int asked, const SharedGroup& group) {
  if (asked > 0 || !group) return asked;
  const int available = available_processors();
  const char* of_task = std::getenv("SLURM_CPUS_PER_TASK");
  if (of_task && group->rendezvous().launcher == "srun") return std::clamp(std::atoi(of_task), 1, available);
  return std::max(1, available / group->rendezvous().local_size);
}

}  // namespace tnn
