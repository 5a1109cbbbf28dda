#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "data/batch.h"

namespace tnn {

/// Makes numbered batches ahead of their use, in worker threads, and hands them out in order. At most 2 * workers batches wait; their
/// buffers are recycled by swapping with the caller's. With 0 workers, and where the system starts no thread, a batch is made in next().
/// One thread calls start() and next().
class Prefetcher {
 public:
  /// Fills `batch` with the batch of that number; called from several threads at once.
  using Make = std::function<void(int64_t number, Batch& batch)>;

  Prefetcher(Make make, int workers);
  ~Prefetcher() { stop(); }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Begins with batch `first`, ends before `last`; drops what was under way.
  void start(int64_t first, int64_t last);
  /// Joins the workers; no batch is left.
  void stop();
  /// The next batch; false where none is left. What `make` threw for a batch is rethrown in that batch's turn; the one after it follows.
  bool next(Batch& batch);

 private:
  struct Slot {
    Batch batch;
    std::exception_ptr error;
    bool ready = false;
  };

  void work();
  Slot& slot(int64_t number) { return slots_[static_cast<size_t>(number) % slots_.size()]; }

  Make make_;
  size_t workers_;
  std::vector<Slot> slots_;  ///< batch k is made in slot k modulo their number
  std::vector<std::thread> threads_;
  std::mutex mutex_;                     ///< guards what follows, and Slot::ready
  std::condition_variable room_, made_;  ///< a slot became free; a batch became ready
  int64_t claimed_ = 0, consumed_ = 0, last_ = 0;
  bool stopping_ = false;
};

}  // namespace tnn
