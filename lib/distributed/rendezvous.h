#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace tnn {

/// How the processes of one training find each other, and which of them this one is.
struct Rendezvous {
  int rank = 0, size = 1;              ///< of all processes
  int local_rank = 0, local_size = 1;  ///< of those on this machine
  std::string address;                 ///< host name or IP address of the process or agent that keeps the store
  int port = 0;
  bool agent_keeps_store = false;  ///< it runs already (torchrun's agent); else rank 0 keeps it
  std::string prefix;              ///< of the store's keys: the attempt of an elastic agent
  std::filesystem::path file;      ///< the store is this file, of processes on one machine; in place of address and port
  std::string launcher;            ///< "torchrun", "srun", "mpirun" or "--processes"; empty: this process is alone

  bool is_alone() const { return size == 1; }
  bool spans_machines() const { return local_size < size; }
};

/// A variable's value; null where it is not set.
using Environment = std::function<const char*(const char* name)>;

/// What `tnn train --processes` tells the processes that it starts, beside RANK, WORLD_SIZE and the local ones: the file of their store.
constexpr const char* kRendezvousFile = "TNN_RENDEZVOUS_FILE";

/// From the variables of `--processes`, torchrun (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT), srun (SLURM_PROCID, SLURM_STEP_NUM_TASKS,
/// SLURM_STEP_NODELIST) or mpirun (OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_SIZE), in this order. Alone where none of them is there.
/// UsageError names the variable that is missing or has a value that makes no sense.
Rendezvous find_rendezvous(const Environment& environment);

/// The first host of a Slurm list: "node[03-05,9],login" is "node03".
std::string first_host(const std::string& list);

}  // namespace tnn
