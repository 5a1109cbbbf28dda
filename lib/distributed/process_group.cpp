#include "distributed/process_group.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "distributed/own_address.h"

namespace tnn {
namespace {

using Gloo = c10d::ProcessGroupGloo;
constexpr std::chrono::hours kPatience{1};

/// c10d keeps a record of the last exchanges, one for all groups of a program, which groups in different threads damage; nobody reads it
/// here. A size that the user has set stays.
void leave_out_flight_recorder() {
  static const int set = ::setenv("TORCH_FR_BUFFER_SIZE", "0", 0);
  (void)set;
}

c10::intrusive_ptr<c10d::Store> open_store(const Rendezvous& rendezvous, std::chrono::milliseconds timeout) {
  c10::intrusive_ptr<c10d::Store> store;
  if (!rendezvous.file.empty()) {
    store = c10::make_intrusive<c10d::FileStore>(rendezvous.file.string(), rendezvous.size);
  } else {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(rendezvous.port);
    options.isServer = rendezvous.rank == 0 && !rendezvous.agent_keeps_store;
    options.numWorkers = rendezvous.size;
    options.waitWorkers = !rendezvous.agent_keeps_store;
    options.timeout = timeout;
    store = c10::make_intrusive<c10d::TCPStore>(rendezvous.address, options);
  }
  store->setTimeout(timeout);
  if (!rendezvous.prefix.empty()) store = c10::make_intrusive<c10d::PrefixStore>(rendezvous.prefix, store);
  return store;
}

c10::intrusive_ptr<Gloo> open_line(const Rendezvous& rendezvous, const c10::intrusive_ptr<c10d::Store>& store, const char* name,
                                   std::chrono::milliseconds timeout) {
  const auto options = Gloo::Options::create(timeout);
  options->devices.push_back(Gloo::createDeviceForHostname(own_address(rendezvous)));
  options->threads = 1;
  return c10::make_intrusive<Gloo>(c10::make_intrusive<c10d::PrefixStore>(name, store), rendezvous.rank, rendezvous.size, options);
}

/// What LibTorch says of a failure, without the frames that follow its first line.
std::string first_line(const char* text) { return std::string(text, std::strcspn(text, "\n")); }

at::Tensor bytes_of(std::string& text) {
  return at::from_blob(text.data(), {static_cast<int64_t>(text.size())}, at::TensorOptions(at::kByte));
}

}  // namespace

struct ProcessGroup::Backend {
  c10::intrusive_ptr<c10d::Store> store;  // first: it outlives the lines
  c10::intrusive_ptr<Gloo> gradients, statistics;
  std::string who, waited;

  /// Calls `exchange`, whose every failure means that another process is lost.
  template <typename F>
  auto guarded(const F& exchange) const {
    try {
      return exchange();
    } catch (const std::exception& fault) {
      throw PeerLost(
          fmt::format("{}: another process has ended or has not answered within {} ({})", who, waited, first_line(fault.what())));
    }
  }
  void wait(const c10::intrusive_ptr<c10d::Work>& work) const {
    guarded([&] { work->wait(); });
  }
};

namespace {

class PendingGlooSum : public PendingSum {
 public:
  PendingGlooSum(std::function<void()> wait, at::Tensor tensor, at::Tensor on_host)
      : wait_(std::move(wait)), tensor_(std::move(tensor)), on_host_(std::move(on_host)) {}
  void wait() override {
    wait_();
    if (on_host_.defined()) tensor_.copy_(on_host_);
  }

 private:
  std::function<void()> wait_;
  at::Tensor tensor_, on_host_;
};

}  // namespace

ProcessGroup::ProcessGroup(const Rendezvous& rendezvous, std::chrono::milliseconds timeout)
    : rendezvous_(rendezvous), backend_(std::make_unique<Backend>()) {
  leave_out_flight_recorder();
  backend_->who = fmt::format("rank {} of {}", rank(), size());
  backend_->waited = fmt::format("{:g} s", std::chrono::duration<double>(timeout).count());
  const std::string where = rendezvous.file.empty() ? fmt::format("{}:{}", rendezvous.address, rendezvous.port) : rendezvous.file.string();
  try {
    backend_->store = open_store(rendezvous, timeout);
    backend_->gradients = open_line(rendezvous, backend_->store, "gradients", timeout);
    backend_->statistics = open_line(rendezvous, backend_->store, "statistics", timeout);
  } catch (const std::exception& fault) {
    throw PeerLost(fmt::format("rank {} of {} ({}) did not find the other processes at {} within {} ({})", rank(), size(),
                               rendezvous.launcher, where, backend_->waited, first_line(fault.what())));
  }
}

ProcessGroup::~ProcessGroup() = default;

std::unique_ptr<PendingSum> ProcessGroup::start_sum(const at::Tensor& tensor, Line line) const {
  const c10::NoGradGuard no_grad;
  at::Tensor on_host = tensor.is_cpu() ? at::Tensor() : tensor.cpu();
  std::vector<at::Tensor> tensors{on_host.defined() ? on_host : tensor.detach()};
  Gloo& gloo = line == Line::gradients ? *backend_->gradients : *backend_->statistics;
  auto work = backend_->guarded([&] { return gloo.allreduce(tensors); });
  return std::make_unique<PendingGlooSum>([this, work] { backend_->wait(work); }, tensor.detach(), on_host);
}

std::vector<double> ProcessGroup::sum(std::vector<double> numbers) const {
  if (!numbers.empty()) sum(at::from_blob(numbers.data(), {static_cast<int64_t>(numbers.size())}, at::TensorOptions(at::kDouble)));
  return numbers;
}

void ProcessGroup::broadcast(const at::Tensor& tensor) const {
  if (tensor.numel() == 0) return;
  const c10::NoGradGuard no_grad;
  at::Tensor values = tensor.detach().cpu().contiguous();
  std::vector<at::Tensor> tensors{values};
  backend_->wait(backend_->guarded([&] { return backend_->gradients->broadcast(tensors); }));
  if (rank() != 0) tensor.detach().copy_(values);
}

std::string ProcessGroup::broadcast(const std::string& text) const {
  const at::Tensor size = at::zeros({1}, at::kLong);
  size.data_ptr<int64_t>()[0] = static_cast<int64_t>(text.size());
  broadcast(size);
  std::string received(static_cast<size_t>(size.data_ptr<int64_t>()[0]), '\0');
  if (rank() == 0) received = text;
  broadcast(bytes_of(received));
  return received;
}

std::vector<std::string> ProcessGroup::gather(const std::string& text) const {
  std::vector<double> sizes(static_cast<size_t>(size()), 0);
  sizes[static_cast<size_t>(rank())] = static_cast<double>(text.size());
  sizes = sum(sizes);
  const auto largest = static_cast<int64_t>(*std::max_element(sizes.begin(), sizes.end()));
  std::vector<std::string> texts(sizes.size());
  if (largest == 0) return texts;
  std::string own = text;
  own.resize(static_cast<size_t>(largest), '\0');
  std::vector<at::Tensor> input{bytes_of(own)};
  std::vector<std::vector<at::Tensor>> outputs(1);
  for (size_t i = 0; i < texts.size(); ++i) outputs.front().push_back(at::empty({largest}, at::kByte));
  backend_->wait(backend_->guarded([&] { return backend_->gradients->allgather(outputs, input); }));
  for (size_t i = 0; i < texts.size(); ++i)
    texts[i].assign(reinterpret_cast<const char*>(outputs.front()[i].const_data_ptr<uint8_t>()), static_cast<size_t>(sizes[i]));
  return texts;
}

void ProcessGroup::barrier(bool patient) const {
  std::vector<at::Tensor> nothing{at::zeros({1})};
  c10d::AllreduceOptions options;
  if (patient) options.timeout = kPatience;
  backend_->wait(backend_->guarded([&] { return backend_->gradients->allreduce(nothing, options); }));
}

}  // namespace tnn
