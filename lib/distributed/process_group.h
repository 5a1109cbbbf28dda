#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "distributed/rendezvous.h"

namespace tnn {

/// A process of the group has ended, or has not answered in time (exit code 75: another start goes on from the checkpoint).
struct PeerLost : Error {
  explicit PeerLost(const std::string& message) : Error(ExitCode::terminated, message) {}
};

/// A sum under way. Whoever started it waits for it before the tensor is read.
class PendingSum {
 public:
  virtual ~PendingSum() = default;
  /// Throws PeerLost.
  virtual void wait() = 0;
};

/// The processes that train one network together (c10d's Gloo backend over TCP), this one among them. All call the same functions in the
/// same order; each call of a kind that another process never makes ends as PeerLost when the time is over. Tensors of a GPU are exchanged
/// by way of host memory.
///
///     ProcessGroup group(find_rendezvous(std::getenv), std::chrono::seconds(120));
///     group.sum(gradient);
class ProcessGroup {
 public:
  /// Finds the others. PeerLost where not all of them have come within `timeout`, or where one is lost later for as long.
  ProcessGroup(const Rendezvous& rendezvous, std::chrono::milliseconds timeout);
  /// Closes all connections.
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int rank() const { return rendezvous_.rank; }
  int size() const { return rendezvous_.size; }
  const Rendezvous& rendezvous() const { return rendezvous_; }
  /// Whether this process writes the run's files: that of rank 0.
  bool is_writer() const { return rank() == 0; }

  /// The exchanges of one line are matched by their order; those of different lines may cross.
  enum class Line { gradients, statistics };
  /// Sums over all processes, in place, with the same bits in each of them. The tensor is contiguous.
  void sum(const at::Tensor& tensor, Line line = Line::gradients) const { start_sum(tensor, line)->wait(); }
  std::unique_ptr<PendingSum> start_sum(const at::Tensor& tensor, Line line = Line::gradients) const;
  std::vector<double> sum(std::vector<double> numbers) const;
  /// Rank 0's values for all, in place.
  void broadcast(const at::Tensor& tensor) const;
  std::string broadcast(const std::string& text) const;
  /// The texts of all processes, in the order of their ranks.
  std::vector<std::string> gather(const std::string& text) const;
  /// Returns when all have come. `patient`: where one of them may have an hour's work to do alone.
  void barrier(bool patient = false) const;

 private:
  struct Backend;
  Rendezvous rendezvous_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace tnn
