#pragma once

#include <memory>
#include <string>
#include <vector>

#include "network/model_file.h"
#include "network/parameter_store.h"

namespace tnn {

enum class OptimizerKind { sgd, adam, adamw, rmsprop };

/// The recipe's optimiser keys, in LibTorch's terms.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::sgd;
  double momentum = 0.9;
  bool nesterov = false;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double smoothing = 0.99;  ///< RMSprop's alpha
  double weight_decay = 0;
  bool decay_norm_and_bias = true;  ///< false: batch norm and biases are left out of weight decay
};

/// Gradient descent by LibTorch's fused kernels (one pass over each parameter; RMSprop by its foreach kernels). A parameter without a
/// gradient in this step is left alone, its state too.
class Optimizer {
 public:
  Optimizer(std::vector<ParameterStore::Entry> parameters, OptimizerOptions options);

  /// What it updates.
  std::vector<ParameterStore::Entry> parameters() const;
  void zero_grad();
  /// One update from the gradients at this learning rate.
  void step(double learning_rate);
  /// Scales all gradients so that their joint L2 norm is at most `largest`; returns the norm before.
  double clip_gradients(double largest);

  /// State to be stored and restored for exact resume, named "optimizer.<what>.<parameter>".
  NamedTensors state() const;
  void load_state(const SafetensorsFile& file);

 private:
  struct Slot {
    ParameterStore::Entry parameter;
    at::Tensor first, second, steps;  ///< momentum or Adam's averages, and the number of updates
    bool decays = true;
  };
  void update(const std::vector<const Slot*>& slots, double learning_rate, double weight_decay);
  void rmsprop(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients, const std::vector<at::Tensor>& squares,
               const std::vector<at::Tensor>& momenta, double learning_rate, double weight_decay) const;

  OptimizerOptions options_;
  std::vector<Slot> slots_;
};

OptimizerKind optimizer_from_name(const std::string& name);

}  // namespace tnn
