#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/loader.h"
#include "distributed/process_group.h"

namespace tnn {

/// The processes of a training; null where there is one alone, which all of these functions take for a group of one.
using SharedGroup = std::shared_ptr<const ProcessGroup>;

int size_of(const SharedGroup& group);
/// Whether this process writes the run's files.
bool is_writer(const SharedGroup& group);
/// The loading of one process's part of every batch.
LoaderOptions shared_loading(LoaderOptions options, const SharedGroup& group);

/// The request to stop that any process has got, then in all of them; 0: none. Every process asks at the same places.
int agreed_interruption(const SharedGroup& group);
/// Throws Interrupted in all processes where a stop is requested of one.
void stop_if_agreed(const SharedGroup& group);

/// What another process says went wrong: it has told it itself.
struct PeerFailed : Error {
  using Error::Error;
};
/// What decides a training's result and must be the same in all processes: "recipe", and its digest.
struct StartItem {
  std::string name, digest;
};
/// UsageError in rank 0, and PeerFailed in the others, where one has another digest than rank 0: with both.
void agree_on_start(const SharedGroup& group, const std::vector<StartItem>& items);

/// Calls `work` in every process; where an Error comes of it in one, all throw: that error, or PeerFailed with its text where the own work
/// was done or failed of the same. So none waits for a process that has given up.
void all_or_none(const SharedGroup& group, const std::function<void()>& work);

}  // namespace tnn
