#include "graph/node.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace tnn {
namespace {

const char* activation_name(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::relu:
      return "relu";
    case ActivationKind::relu6:
      return "relu6";
    case ActivationKind::sigmoid:
      return "sigmoid";
  }
  return "";
}

const char* pool_name(PoolKind kind) { return kind == PoolKind::max ? "max_pool" : "average_pool"; }

/// The forms of a kind, as an operation each.
std::vector<Operation> forms_of(const Operation& operation) {
  using Forms = std::vector<Operation>;
  return std::visit(
      Match{[](const Activation&) {
              return Forms{Activation{ActivationKind::relu}, Activation{ActivationKind::relu6}, Activation{ActivationKind::sigmoid}};
            },
            [](const Pool&) {
              return Forms{Pool{.kind = PoolKind::max, .window = {}}, Pool{.kind = PoolKind::average, .window = {}}};
            },
            [](const GlobalPool&) {
              return Forms{GlobalPool{PoolKind::max}, GlobalPool{PoolKind::average}};
            },
            [](const OneOf<Input, Convolution, Linear, BatchNorm, LayerNorm, Add, Concat, Flatten, Dropout, ChannelShuffle, ChannelPad,
                           Upsample, RoiAlign> auto& only) { return Forms{only}; }},
      operation);
}

template <size_t... Index>
std::vector<Operation> all_forms(std::index_sequence<Index...>) {
  std::vector<Operation> all;
  const auto append = [&](const Operation& kind) {
    for (Operation& form : forms_of(kind)) all.push_back(std::move(form));
  };
  (append(Operation(std::in_place_index<Index>)), ...);
  return all;
}

}  // namespace

std::string kind_name(const Operation& operation) {
  return std::visit(
      Match{[](const Input&) -> std::string { return "input"; }, [](const Convolution&) -> std::string { return "convolution"; },
            [](const Linear&) -> std::string { return "linear"; }, [](const BatchNorm&) -> std::string { return "batch_norm"; },
            [](const LayerNorm&) -> std::string { return "layer_norm"; },
            [](const Activation& a) -> std::string { return activation_name(a.kind); },
            [](const Pool& p) -> std::string { return pool_name(p.kind); },
            [](const GlobalPool& p) -> std::string { return std::string("global_") + pool_name(p.kind); },
            [](const Add&) -> std::string { return "add"; }, [](const Concat&) -> std::string { return "concat"; },
            [](const Flatten&) -> std::string { return "flatten"; }, [](const Dropout&) -> std::string { return "dropout"; },
            [](const ChannelShuffle&) -> std::string { return "channel_shuffle"; },
            [](const ChannelPad&) -> std::string { return "channel_pad"; }, [](const Upsample&) -> std::string { return "upsample"; },
            [](const RoiAlign&) -> std::string { return "roi_align"; }},
      operation);
}

std::vector<Operation> every_kind() { return all_forms(std::make_index_sequence<std::variant_size_v<Operation>>()); }

void refuse_kind(const std::string& reader, const std::string& node, const Operation& operation) {
  throw UsageError(fmt::format("{} cannot compute '{}', a node of kind '{}'", reader, node, kind_name(operation)));
}

}  // namespace tnn
