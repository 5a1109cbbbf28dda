#include "distributed/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "core/interruption.h"

namespace tnn {
namespace {

/// What a process has to say of a piece of work: its exit code, a space, and what went wrong.
std::string outcome_text(const Error* error) { return error ? fmt::format("{} {}", static_cast<int>(error->code()), error->what()) : ""; }

std::string joined(const std::vector<StartItem>& items) {
  std::string text;
  for (const StartItem& item : items) text += item.digest + "\n";
  return text;
}

std::string line_of(const std::string& text, size_t number) {
  size_t begin = 0;
  while (number-- > 0) begin = text.find('\n', begin) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

int size_of(const SharedGroup& group) { return group ? group->size() : 1; }

bool is_writer(const SharedGroup& group) { return !group || group->is_writer(); }

LoaderOptions shared_loading(LoaderOptions options, const SharedGroup& group) {
  if (group) options.share_index = group->rank(), options.share_count = group->size();
  return options;
}

int agreed_interruption(const SharedGroup& group) {
  if (!group) return interruption_signal();
  std::vector<double> signals(static_cast<size_t>(group->size()), 0);
  signals[static_cast<size_t>(group->rank())] = interruption_signal();
  signals = group->sum(std::move(signals));
  const auto first = std::find_if(signals.begin(), signals.end(), [](double signal) { return signal != 0; });
  if (first == signals.end()) return 0;
  if (interruption_signal() == 0) request_interruption(static_cast<int>(*first));
  return static_cast<int>(*first);
}

void stop_if_agreed(const SharedGroup& group) {
  if (agreed_interruption(group) != 0) stop_if_interrupted();
}

void agree_on_start(const SharedGroup& group, const std::vector<StartItem>& items) {
  if (!group) return;
  const std::vector<std::string> all = group->gather(joined(items));
  for (size_t i = 0; i < items.size(); ++i)
    for (size_t rank = 1; rank < all.size(); ++rank) {
      const std::string first = line_of(all.front(), i), other = line_of(all[rank], i);
      if (first == other) continue;
      const std::string text =
          fmt::format("rank {} has another {} than rank 0: {} there, {} in rank 0 (allowed: the same in all processes)", rank,
                      items[i].name, other, first);
      if (group->is_writer()) throw UsageError(text);
      throw PeerFailed(ExitCode::usage, text);  // rank 0 tells it
    }
}

void all_or_none(const SharedGroup& group, const std::function<void()>& work) {
  if (!group) return work();
  std::string own;
  std::exception_ptr fault;
  try {
    work();
  } catch (const PeerLost&) {
    throw;
  } catch (const Error& error) {
    own = outcome_text(&error);
    fault = std::current_exception();
  }
  const std::vector<std::string> all = group->gather(own);
  const auto first = std::find_if(all.begin(), all.end(), [](const std::string& text) { return !text.empty(); });
  if (first == all.end()) return;
  if (fault && (own != *first || first - all.begin() == group->rank())) std::rethrow_exception(fault);
  throw PeerFailed(static_cast<ExitCode>(std::atoi(first->c_str())),
                   fmt::format("rank {}: {}", first - all.begin(), first->substr(first->find(' ') + 1)));
}

}  // namespace tnn
