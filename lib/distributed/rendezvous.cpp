#include "distributed/rendezvous.h"

#include <fmt/format.h>

#include <charconv>

#include "core/content_hash.h"
#include "core/error.h"

namespace tnn {
namespace {

constexpr int kFirstPort = 20000, kPorts = 20000;

std::string text_of(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value ? value : "";
}

int integer_of(const Environment& environment, const char* name, int low, int high) {
  const std::string text = text_of(environment, name);
  if (text.empty()) throw UsageError(fmt::format("the environment variable {} is not set, but others of its launcher are", name));
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw UsageError(fmt::format("the environment variable {} is '{}' (allowed: from {} to {})", name, text, low, high));
  return value;
}

int integer_or(const Environment& environment, const char* name, int otherwise, int low, int high) {
  return environment(name) ? integer_of(environment, name, low, high) : otherwise;
}

constexpr int kMostProcesses = 65536;

/// What a launcher calls its variables.
struct Names {
  const char *launcher, *rank, *size, *local_rank, *local_size;
};
constexpr Names kTorchrun{"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Names kSrun{"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE"};
constexpr Names kMpirun{"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                        "OMPI_COMM_WORLD_LOCAL_SIZE"};

Rendezvous numbers_of(const Environment& environment, const Names& names) {
  Rendezvous found;
  found.launcher = names.launcher;
  found.size = integer_of(environment, names.size, 1, kMostProcesses);
  found.rank = integer_of(environment, names.rank, 0, found.size - 1);
  found.local_rank = integer_or(environment, names.local_rank, found.rank, 0, found.size - 1);
  return found;
}

/// "2(x3),1": the tasks of the nodes, in their order; that of one node.
int tasks_of_node(const std::string& list, int node) {
  size_t at = 0;
  while (at < list.size()) {
    size_t end = std::min(list.find(',', at), list.size());
    const std::string item = list.substr(at, end - at);
    const int tasks = std::atoi(item.c_str());
    const size_t times = item.find("(x");
    node -= times == std::string::npos ? 1 : std::max(1, std::atoi(item.c_str() + times + 2));
    if (node < 0) return tasks;
    at = end + 1;
  }
  return 0;
}

/// A port that all processes of a job choose, and those of other jobs hardly ever.
int port_of(const std::string& job) {
  ContentHash hash;
  hash.add(job);
  return kFirstPort + static_cast<int>(hash.value() % kPorts);
}

Rendezvous of_torchrun(const Environment& environment) {
  Rendezvous found = numbers_of(environment, kTorchrun);
  found.local_size = integer_or(environment, kTorchrun.local_size, found.size, 1, found.size);
  if (const char* file = environment(kRendezvousFile)) {
    found.launcher = "--processes";
    found.file = file;
    return found;
  }
  found.address = text_of(environment, "MASTER_ADDR");
  if (found.address.empty()) throw UsageError("the environment variable MASTER_ADDR is not set, but RANK and WORLD_SIZE are");
  found.port = integer_of(environment, "MASTER_PORT", 1, 65535);
  found.agent_keeps_store = text_of(environment, "TORCHELASTIC_USE_AGENT_STORE") == "True";
  if (found.agent_keeps_store) found.prefix = "tnn/attempt_" + text_of(environment, "TORCHELASTIC_RESTART_COUNT");
  return found;
}

Rendezvous of_srun(const Environment& environment) {
  Rendezvous found = numbers_of(environment, kSrun);
  const int node = integer_or(environment, "SLURM_NODEID", 0, 0, found.size - 1);
  const int tasks = tasks_of_node(text_of(environment, kSrun.local_size), node);
  found.local_size = tasks > 0 ? tasks : found.size;
  found.address = text_of(environment, "MASTER_ADDR");
  if (found.address.empty()) found.address = first_host(text_of(environment, "SLURM_STEP_NODELIST"));
  if (found.address.empty()) found.address = first_host(text_of(environment, "SLURM_NODELIST"));
  if (found.address.empty()) throw UsageError("neither MASTER_ADDR nor SLURM_STEP_NODELIST says where rank 0 is");
  const std::string job = text_of(environment, "SLURM_JOB_ID") + "." + text_of(environment, "SLURM_STEP_ID") + "." +
                          text_of(environment, "SLURM_RESTART_COUNT");
  found.port = integer_or(environment, "MASTER_PORT", port_of(job), 1, 65535);
  return found;
}

Rendezvous of_mpirun(const Environment& environment) {
  Rendezvous found = numbers_of(environment, kMpirun);
  found.local_size = integer_or(environment, kMpirun.local_size, found.size, 1, found.size);
  found.address = text_of(environment, "MASTER_ADDR");
  if (found.address.empty() && found.spans_machines())
    throw UsageError("mpirun over several machines: MASTER_ADDR must say where rank 0 is (mpirun -x MASTER_ADDR=...)");
  if (found.address.empty()) found.address = "127.0.0.1";
  found.port = integer_or(environment, "MASTER_PORT", port_of(text_of(environment, "PMIX_NAMESPACE")), 1, 65535);
  return found;
}

}  // namespace

std::string first_host(const std::string& list) {
  const size_t bracket = list.find('['), comma = list.find(',');
  if (bracket == std::string::npos || comma < bracket) return list.substr(0, comma);
  const size_t close = list.find(']', bracket), end = std::min(close, list.find_first_of(",-", bracket));
  const std::string rest = close == std::string::npos ? "" : list.substr(close + 1, list.find(',', close) - close - 1);
  return list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1) + rest;
}

Rendezvous find_rendezvous(const Environment& environment) {
  Rendezvous found;
  if (environment(kTorchrun.rank) && environment(kTorchrun.size))
    found = of_torchrun(environment);
  else if (environment(kSrun.rank) && environment(kSrun.size))
    found = of_srun(environment);
  else if (environment(kMpirun.rank) && environment(kMpirun.size))
    found = of_mpirun(environment);
  return found;
}

}  // namespace tnn
