// The one table of recipe keys. A key's path, type, default, range, unit and help are here and nowhere else.
#include "recipe/schema.h"

namespace tnn {
namespace {

using Texts = std::vector<std::string>;

constexpr double kMany = 1e9;      ///< the end of ranges that have no natural one; keeps products of two within 64 bits
constexpr double kExact = 0x1p53;  ///< integers up to here are exact in JSON and HDF5 readers that know doubles only

constexpr Range within(double low, double high) { return {low, high, true, true}; }
constexpr Range below(double low, double high) { return {low, high, true, false}; }  ///< [low, high)
constexpr Range above(double low, double high) { return {low, high, false, true}; }  ///< (low, high]
constexpr Range from(double low) { return within(low, kMany); }
constexpr Range kUtilization = above(0, 1);

RecipeKey boolean(std::string path, bool value, std::string help) {
  return {std::move(path), KeyType::boolean, value, {}, "", std::move(help)};
}
RecipeKey integer(std::string path, int64_t value, Range range, std::string unit, std::string help) {
  return {std::move(path), KeyType::integer, value, range, std::move(unit), std::move(help)};
}
RecipeKey real(std::string path, double value, Range range, std::string unit, std::string help) {
  return {std::move(path), KeyType::real, value, range, std::move(unit), std::move(help)};
}
RecipeKey required_text(std::string path, std::string help) { return {std::move(path), KeyType::text, {}, {}, "", std::move(help)}; }
RecipeKey text(std::string path, std::string value, std::string help) {
  return {std::move(path), KeyType::text, std::move(value), {}, "", std::move(help)};
}
RecipeKey file_name(std::string path, std::string value, std::string help) {
  RecipeKey key = text(std::move(path), std::move(value), std::move(help));
  key.names_path = true;
  return key;
}
RecipeKey choice(std::string path, std::string value, Texts choices, std::string help) {
  return {std::move(path), KeyType::choice, std::move(value), {}, "", std::move(help), std::move(choices)};
}
RecipeKey integers(std::string path, std::vector<int64_t> value, Range range, std::string unit, std::string help) {
  return {std::move(path), KeyType::integers, std::move(value), range, std::move(unit), std::move(help)};
}
RecipeKey reals(std::string path, std::vector<double> value, Range range, std::string unit, std::string help) {
  return {std::move(path), KeyType::reals, std::move(value), range, std::move(unit), std::move(help)};
}
RecipeKey texts(std::string path, Texts value, std::string help, Texts choices = {}) {
  return {std::move(path), KeyType::texts, std::move(value), {}, "", std::move(help), std::move(choices)};
}
RecipeKey text_pairs(std::string path, std::string help) {
  return {std::move(path), KeyType::text_pairs, TextPairs{}, {}, "", std::move(help)};
}
RecipeKey items(RecipeKey key, size_t least, size_t most = 1000) {
  key.min_items = least;
  key.max_items = most;
  return key;
}
/// A list of which one value may be given without brackets.
RecipeKey or_item(RecipeKey key) {
  key.or_item = true;
  return key;
}
/// A key under another value of which a training goes on all the same.
RecipeKey decides_nothing(RecipeKey key) {
  key.decides = Texts{};
  return key;
}
/// A key that decides more stages than its section does.
RecipeKey decides(RecipeKey key, Texts stages) {
  key.decides = std::move(stages);
  return key;
}
/// A key that may be set for a model that is trained already, too.
RecipeKey of_trained_model(RecipeKey key) {
  key.of_trained_model = true;
  return key;
}

// clang-format off
const std::vector<RecipeKey> kKeys{
  required_text("model.name", "architecture, by its registry name, such as vgg_w; file: the graph of model.file"),
  items(integers("model.input", {3, 32, 32}, within(1, 65536), "", "input shape: channels, height, width; or channels, frames, height, width"), 3, 4),
  integer("model.classes", 10, within(1, 1e6), "classes", "outputs of the classifier"),
  integer("model.cardinality", 16, within(1, 4096), "groups", "groups D that each gate switches; 1 is a network that cannot be throttled"),
  items(texts("model.stages", {"64", "64", "M", "128", "128", "M", "256", "256", "256", "M"},
              "VGG: channels of each convolution in order; M is a 2x2 max pool and ends a stage"), 1),
  integers("model.hidden", {4096}, within(1, 1e6), "units", "widths of the fully connected layers before the classifier; [] for none"),
  boolean("model.batch_norm", false, "a batch norm follows each convolution, where the architecture leaves the choice"),
  boolean("model.pool_before_norm", false, "VGG: pool directly after a stage's last convolution, before batch norm and ReLU, which then see a quarter of the positions"),
  real("model.dropout", 0.0, below(0, 1), "", "probability that dropout zeroes an input of a fully connected layer while training"),
  integer("model.depth", 0, within(0, 10000), "layers", "layers as the architecture's papers count them, such as 29 or 50 for resnext_w, 16 for vgg_w; 0: its usual depth, and for vgg_w the layers of model.stages"),
  integer("model.group_width", 4, within(1, 4096), "channels", "ResNeXt: channels of one group of the grouped convolutions in the first stage"),
  real("model.width_multiplier", 1.0, above(0, 64), "", "times the channels of every layer: c3d_w, shufflenet, shufflenet_3d, tiny_cnn"),
  text("model.variant", "", "form of the architecture: densenet_w: w, d or dw (gates over channels, layers or both); ds_cnn, cnn: s or l; resnet_d for small images: b or a (shortcuts by 1x1 convolution, or by subsampling and zero channels), a_last (as a, the last block of a stage subsamples), imagenet (widths and depths as for large images); mobilenet_v2: residual or projected (1x1 convolutions in every shortcut of a new width); empty: its first"),
  file_name("model.file", "", "for model.name: file: the graph as JSON, or a model file (.safetensors) whose graph and operating points are taken, not its weights"),
  decides_nothing(file_name("model.pretrained", "", "start from the weights of this file: PyTorch's (.pth, .pt, .th) or safetensors, names as torchvision's or as docs/pretrained.md says; empty: random weights")),
  text("model.pretrained_entry", "", "which part of a checkpoint is read, by its key, such as state_dict_ema; empty: state_dict, model, net, ... or all of it"),
  text_pairs("model.pretrained_rename", "changes of names in that file, one after another: [beginning or pattern, replacement]; * is any text, ^ begins a regular expression"),
  texts("model.pretrained_ignore", {}, "tensors of that file that are left out, by the beginning of their names or a pattern as of pretrained_rename"),
  texts("model.pretrained_except", {}, "layers that keep random weights, such as fc: they are neither looked for in the file nor taken from it"),
  text("detector.cut", "", "detection: the node of the network whose result is the feature map; what follows is the head, which runs for each region; empty: no detector, or detector.fpn"),
  items(texts("detector.fpn", {}, "detection: the nodes of the network whose results are the levels of a feature pyramid, the finest first, each half as high and wide as the one before; in place of detector.cut"), 0, 8),
  integer("detector.fpn_channels", 256, within(1, 65536), "channels", "fpn: of every level"),
  integer("detector.fpn_cardinality", 1, within(1, 65536), "groups", "fpn: D of the gate over its channels, which u throttles, too; 1: none"),
  integer("detector.head_features", 1024, within(1, 1 << 20), "features", "fpn: of each of the head's two hidden layers"),
  integer("detector.head_cardinality", 1, within(1, 65536), "groups", "fpn: D of the gate over the head's hidden layers; 1: none"),
  integer("detector.channels", 0, within(0, 65536), "channels", "of the region proposal network; 0: as many as the feature map has"),
  items(reals("detector.anchor_sizes", {32, 64, 128, 256, 512}, above(0, 1e6), "pixels", "anchors: square roots of their areas, in pixels of the network's input; fpn: one for each level, and one more for a further level of half the size, for anchors alone"), 1, 64),
  items(reals("detector.anchor_ratios", {0.5, 1, 2}, above(0, 1000), "", "anchors: their heights to their widths"), 1, 64),
  integer("detector.anchor_samples", 256, within(1, 1 << 20), "anchors", "of an image that a step learns from, at most half of them with an object"),
  real("detector.anchor_foreground_iou", 0.7, above(0, 1), "", "an anchor with this IoU or more shows an object"),
  real("detector.anchor_background_iou", 0.3, above(0, 1), "", "an anchor with less shows none"),
  integer("detector.training_proposals", 1000, within(1, 1 << 20), "regions", "of an image, from which a step's regions are drawn, after NMS"),
  integer("detector.proposals", 300, within(2, 1 << 20), "regions", "of an image outside training: what the head runs for, and what costs count"),
  real("detector.proposal_smallest_side", 1, within(0, 1e6), "pixels", "of the network's input: smaller proposals are none"),
  real("detector.proposal_nms", 0.7, above(0, 1), "", "IoU above which the less likely of two proposals is left out"),
  integer("detector.region_samples", 128, within(1, 1 << 20), "regions", "of an image that a step learns from"),
  real("detector.region_positives", 0.25, above(0, 1), "", "at most this share of them shows an object"),
  real("detector.region_iou", 0.5, above(0, 1), "", "a region with this IoU or more shows an object, one with less none"),
  integer("detector.roi_size", 7, within(1, 256), "bins", "side of what RoIAlign gives the head"),
  integer("detector.roi_ratio", 2, within(0, 256), "samples", "of a bin's side; 0: as many as it has places"),
  boolean("detector.roi_aligned", true, "places of the feature map lie half a place before their pixels; false: as in torchvision's detectors, for their weights"),
  real("detector.score_threshold", 0.05, below(0, 1), "", "detections of this probability or less are left out"),
  real("detector.nms", 0.5, above(0, 1), "", "IoU above which the less likely of two detections of a class is left out"),
  integer("detector.most_detections", 100, within(1, 1 << 20), "detections", "of an image"),

  choice("gating.strategy", "nested", {"nested", "independent", "depthwise_nested"},
         "which groups a utilization u opens: the lowest ones first, any by chance, or blocks stage by stage from the last one on (paper 4.2.2)"),
  choice("gating.rounding", "floor_plus_one", {"floor_plus_one", "ceil"},
         "active groups of D at u: min(D, floor(u(D+1))) (paper 3.2.3) or ceil(uD) (Algorithm 2)"),
  decides(integer("gating.min_active", 1, within(0, 4096), "groups", "fewest groups that stay active in each gate"), {"datapath", "gates"}),
  choice("gating.compensation", "none", {"none", "mean", "inverted"},
         "factor of a block's outputs at d active groups of D: 1, 1/d, or D/d, which keeps the scale of a network trained without gates"),

  text("data.name", "fashion_mnist", "data set, by the name of its card (tnn data list)"),
  of_trained_model(decides_nothing(file_name("data.root", "", "folder that holds the data sets (--data-root sets it); empty: environment variable TNN_DATA, then the data set's default"))),
  real("data.validation_fraction", 0.1, within(0, 0.9), "", "share of the training images kept apart for validation"),
  or_item(items(integers("data.image_size", {0}, within(0, 4096), "px", "side, or height and width, to which images are resized; 0: as stored, and of image folders and clips what the network takes"), 1, 2)),
  integer("data.frames", 0, within(0, 4096), "frames", "clips: how many consecutive frames are an input; 0: as many as the network takes"),
  integer("data.pad_crop", 0, within(0, 64), "px", "augmentation: pad each side by this, then crop at random to the old size; 0: off"),
  boolean("data.flip", false, "augmentation: mirror an image or clip left to right, with probability 1/2; refused where the data set's card says flip: false"),
  integer("data.cutout", 0, within(0, 256), "px", "augmentation: side of a square that is blanked at a random place; 0: off"),
  integer("data.resize_side", 0, within(0, 8192), "px", "image folders and clips, without augmentation: the shorter side becomes this, then the centre is cut out; 0: just large enough to cover 256/224 of the network's input"),
  choice("data.crop", "random_resized", {"random_resized", "center"}, "image folders and clips, augmentation: a random part, resized, or the centre as without augmentation"),
  items(reals("data.crop_scale", {0.08, 1}, above(0, 1), "", "crop random_resized: the part's share of the image's area, lowest and highest"), 2, 2),
  items(reals("data.crop_ratio", {0.75, 1.3333333333333333}, above(0, 100), "", "crop random_resized: the part's width by its height, lowest and highest"), 2, 2),
  integer("data.short_side", 0, within(0, 8192), "px", "detection: the image's shorter side becomes this, unless the longer one would exceed long_side or the image the network's input; 0: no limit"),
  integer("data.long_side", 0, within(0, 8192), "px", "detection: most pixels of the longer side; 0: no limit"),
  items(reals("data.scale_jitter", {1, 1}, above(0, 100), "", "detection, augmentation: what the image's scale is multiplied by at random, lowest and highest"), 2, 2),
  real("data.brightness", 0, within(0, 100), "", "image folders and clips, augmentation: brightness is multiplied by up to 1 +- this, at random"),
  real("data.contrast", 0, within(0, 100), "", "the same for the contrast"),
  real("data.saturation", 0, within(0, 100), "", "the same for the saturation of colours"),
  real("data.hue", 0, within(0, 0.5), "turns", "image folders and clips, augmentation: hues are turned on the colour circle by up to this, either way"),
  of_trained_model(choice("data.scaled_decoding", "training", {"never", "training", "always"}, "when a JPEG of which a large part is used is decoded at 1/2, 1/4 or 1/8 size: quicker, pixels a little different")),
  of_trained_model(choice("data.damaged", "stop", {"stop", "skip"}, "image folders and clips: a damaged one ends the run, or is left out, named and counted")),
  choice("data.normalize", "dataset", {"dataset", "unit"}, "pixels: subtract the data set's mean and divide by its deviation, or scale to [0, 1] only"),
  reals("data.mean", {}, within(0, 1), "of 255", "normalize dataset: subtract these instead of the data set's own mean, one a channel; [] for its own"),
  reals("data.std", {}, above(0, 1), "of 255", "normalize dataset: divide by these instead of the data set's own deviation; given together with data.mean"),
  of_trained_model(decides_nothing(integer("data.workers", 1, within(0, 256), "threads", "threads that decode and augment; 0: in the training thread"))),
  integer("data.train_limit", 0, from(0), "images", "use only this many training images or clips; 0: all"),
  of_trained_model(decides_nothing(integer("data.test_limit", 0, from(0), "images", "use only this many test images or clips; 0: all"))),

  integer("training.epochs", 10, within(0, 100000), "epochs", "passes over the training images"),
  integer("training.batch_size", 128, within(1, 65536), "images", "images of a training step"),
  choice("training.optimizer", "sgd", {"sgd", "adam", "adamw", "rmsprop"}, "update rule of the weights"),
  real("training.learning_rate", 0.1, above(0, 100), "", "step size at the start, after the warm-up"),
  real("training.momentum", 0.9, below(0, 1), "", "momentum of sgd and rmsprop"),
  boolean("training.nesterov", false, "sgd: Nesterov's form of momentum"),
  real("training.beta1", 0.9, below(0, 1), "", "adam, adamw: decay of the gradient's running mean"),
  real("training.beta2", 0.999, below(0, 1), "", "adam, adamw: decay of the squared gradient's running mean"),
  real("training.epsilon", 1e-8, above(0, 1), "", "adam, adamw, rmsprop: added to the denominator"),
  real("training.smoothing", 0.99, below(0, 1), "", "rmsprop: decay (alpha) of the squared gradient's running mean"),
  real("training.weight_decay", 5e-4, within(0, 1), "", "L2 penalty of the weights; with adamw, decoupled decay"),
  boolean("training.decay_norm_and_bias", true, "weight_decay acts on biases and batch-norm parameters too"),
  choice("training.schedule", "cosine", {"constant", "step", "multistep", "cosine", "plateau"}, "how the learning rate falls"),
  integer("training.step_epochs", 30, from(1), "epochs", "schedule step: epochs between two falls"),
  integers("training.milestones", {}, from(1), "epochs", "schedule multistep: epochs at which the rate falls, ascending"),
  real("training.decay_factor", 0.1, above(0, 1), "", "schedules step, multistep, plateau: the rate is multiplied by this at a fall"),
  real("training.min_learning_rate", 0, within(0, 100), "", "schedules cosine, plateau: the rate does not fall below this"),
  integer("training.patience", 5, from(0), "validations", "schedule plateau: validations without a better result before a fall"),
  real("training.warmup_epochs", 0, within(0, 1000), "epochs", "the rate rises linearly from 0 for this long; fractions allowed; 0: off"),
  real("training.label_smoothing", 0, below(0, 1), "", "share of the target spread evenly over all classes"),
  real("training.clip_norm", 0, within(0, kMany), "", "gradients are scaled to at most this norm; 0: off"),
  choice("training.execution", "sliced", {"sliced", "masked"}, "compute active groups only, or everything and multiply by the gates (reference)"),
  choice("training.u_prior", "chunks", {"uniform", "list", "beta", "chunks", "sandwich", "curriculum"}, "how the utilization u of a step is drawn"),
  choice("training.u_per", "batch", {"batch", "sample"}, "one u for a batch, or one for each sample (u_prior uniform, list or beta), at the cost of the largest"),
  real("training.u_min", 0, below(0, 1), "", "lower end of the drawn u, itself excluded"),
  reals("training.u_list", {}, kUtilization, "", "u_prior list: the values, each equally likely"),
  real("training.beta_a", 1.0, above(0, 1000), "", "u_prior beta: first shape parameter"),
  real("training.beta_b", 1.0, above(0, 1000), "", "u_prior beta: second shape parameter"),
  integer("training.chunks", 2, within(1, 64), "chunks", "u_prior chunks: parts of a batch, each with its own u"),
  integer("training.sandwich_points", 4, within(2, 64), "points", "u_prior sandwich: passes of a step, the least and the full u among them"),
  boolean("training.distillation", true, "u_prior sandwich: the smaller passes learn from the outputs at u = 1"),
  real("training.curriculum_start", 0.1, kUtilization, "", "u_prior curriculum: u of the first epochs"),
  real("training.curriculum_step", 0.1, kUtilization, "", "u_prior curriculum: by how much u rises, up to 1"),
  integer("training.curriculum_epochs", 2, from(1), "epochs", "u_prior curriculum: epochs between two rises"),
  choice("training.curriculum_trains", "all", {"all", "new_slice"}, "u_prior curriculum: every weight of the present u, or those alone that no smaller u has trained"),
  choice("training.batch_norm", "recalibrated", {"shared", "recalibrated", "switchable", "frozen"},
         "batch-norm statistics of the operating points: one set, re-estimated for each after training, or a batch norm for each; frozen: one set that stays, with scale and shift, as model.pretrained has it"),
  boolean("training.sync_batch_norm", false, "several processes: batch norm takes its statistics over the whole batch, not over each process's part"),
  integer("training.recalibration_images", 2000, from(1), "images", "batch_norm recalibrated: training images that statistics are estimated on"),
  of_trained_model(decides(integer("training.seed", 1, within(0, kExact), "", "seed of every random stream of the run"), {"datapath", "gates", "controller"})),
  decides_nothing(integer("training.checkpoint_steps", 0, from(0), "steps", "steps between two checkpoints within an epoch; 0: at the end of each epoch only")),
  decides_nothing(integer("training.log_steps", 50, from(1), "steps", "steps between two lines of metrics.jsonl")),
  integer("training.validate_epochs", 1, from(1), "epochs", "epochs between two validations"),
  items(reals("training.validation_u", {0.25, 0.5, 1}, kUtilization, "", "utilizations at which validation measures accuracy"), 1),
  choice("training.best", "mean_accuracy", {"mean_accuracy", "accuracy_at_u", "last"},
         "best checkpoint: highest mean over validation_u, highest at best_u, or simply the last"),
  real("training.best_u", 1, kUtilization, "", "best accuracy_at_u: the utilization that counts"),
  of_trained_model(boolean("training.channels_last", true, "keep images and weights in channels-last memory order, which convolutions prefer")),

  choice("gates.method", "none", {"none", "concrete", "reinforce"},
         "learned gates, trained after the data path: none, relaxed gates (paper Eq. 12), or the score function (Eq. 10, 11)"),
  integer("gates.hidden", 32, within(1, 65536), "units", "width of each gate's network FC-ReLU-FC from u to its groups"),
  integer("gates.points", 16, within(1, 4096), "points", "utilizations k/points at which the trained gates become a table of configurations"),
  choice("gates.hardening", "expected_count", {"expected_count", "threshold"},
         "groups that the table opens: as many as are open on average, the most probable ones; or those of probability above 1/2"),
  choice("gates.complexity", "groups", {"groups", "macs"}, "complexity c of a configuration: mean share of open groups (Eq. 7, 8) or share of the MACs"),
  choice("gates.penalty", "distance", {"distance", "hinge"}, "complexity penalty: |c - u|^p (Eq. 6) or max(0, c - u)^p (Eq. 5)"),
  integer("gates.penalty_power", 2, within(1, 2), "", "p of the penalty"),
  real("gates.lambda", 10, within(0, kMany), "", "weight of the penalty beside the task loss (Eq. 4)"),
  real("gates.temperature", 0.1, above(0, 100), "", "concrete: temperature of the relaxed gates while training"),
  choice("gates.baseline", "sample", {"none", "batch", "sample"},
         "reinforce: what is subtracted from a draw's loss: nothing, the mean of the batch's others, or of the same image's other draws"),
  integer("gates.draws", 2, within(1, 64), "draws", "reinforce: draws of the gates for each image of a step"),
  real("gates.u_min", 0, below(0, 1), "", "lower end of the uniformly drawn u, itself excluded"),
  integer("gates.epochs", 5, within(1, 1e6), "epochs", "passes over the training images"),
  integer("gates.batch_size", 128, within(1, 65536), "images", "images of a training step"),
  choice("gates.optimizer", "adam", {"sgd", "adam", "adamw", "rmsprop"}, "update rule, with the defaults of its other keys"),
  real("gates.learning_rate", 0.01, above(0, 100), "", "step size at the start"),
  choice("gates.schedule", "cosine", {"constant", "cosine"}, "how the learning rate falls"),

  choice("controller.method", "none", {"none", "bandit"},
         "a controller that chooses u for each input, trained after the data path: none, or a contextual bandit (paper 3.3, Eq. 13 to 15)"),
  choice("controller.input", "logits", {"pixels", "features", "logits"},
         "what it looks at: the input itself, or of the data path at the first action, which is then computed for every input, values inside it or its log-probabilities"),
  text("controller.features", "", "controller.input features: the node whose values it looks at, in the channels that the first action opens; empty: the input of the last linear layer"),
  integer("controller.actions", 10, within(2, 4096), "actions", "K: it chooses among the utilizations k/K"),
  text("controller.model", "mlp", "architecture of its network, by its registry name; file: the graph of controller.file"),
  file_name("controller.file", "", "the graph as JSON, for controller.model: file"),
  integers("controller.hidden", {64}, within(1, 1e6), "units", "widths of the fully connected layers before its last one; [] for none"),
  integer("controller.depth", 0, within(0, 10000), "layers", "as model.depth, of its network"),
  text("controller.variant", "", "as model.variant, of its network"),
  real("controller.width_multiplier", 1.0, above(0, 64), "", "as model.width_multiplier, of its network"),
  boolean("controller.batch_norm", false, "as model.batch_norm, of its network"),
  real("controller.dropout", 0.0, below(0, 1), "", "as model.dropout, of its network"),
  choice("controller.reward", "dtnn", {"dtnn", "linear"},
         "what an action earns: paper Eq. 13, exp(1-u)(1-u) where the answer is right, else -(c + gamma1)(u + gamma2) with its confidence c; or 1 where it is right, less lambda u"),
  real("controller.gamma1", 0.5, within(0, 1000), "", "reward dtnn: added to the confidence of a wrong answer"),
  real("controller.gamma2", 1.5, within(0, 1000), "", "reward dtnn: added to the utilization of a wrong answer"),
  real("controller.lambda", 0.1, within(0, 1000), "", "reward linear: price of the full network, in right answers"),
  choice("controller.utilization", "macs", {"u", "macs"}, "u of the reward: the utilization that was chosen, or the share of the full network's MACs that it costs, with the first pass where the controller looks at one"),
  choice("controller.variance", "exact", {"none", "standardized", "exact"},
         "gradient of the expected reward: of one drawn action (Eq. 15), the same with the batch's rewards standardized, or the exact expectation over all K actions"),
  choice("controller.exploitation", "greedy", {"greedy", "sample"}, "an action that is not drawn at random: the most probable one (Eq. 14), or one drawn from the policy"),
  real("controller.epsilon", 0.1, within(0, 1), "", "probability of a random action (epsilon-greedy) in the first epoch"),
  real("controller.final_epsilon", 0.1, within(0, 1), "", "the same in the last epoch; linear in between"),
  real("controller.entropy", 0, within(0, 1000), "", "weight of the policy's entropy, which is added to the reward"),
  integer("controller.epochs", 10, within(1, 1e6), "epochs", "passes over the training images"),
  integer("controller.batch_size", 128, within(1, 65536), "images", "images of a training step"),
  choice("controller.optimizer", "adam", {"sgd", "adam", "adamw", "rmsprop"}, "update rule, with the defaults of its other keys"),
  real("controller.learning_rate", 0.001, above(0, 100), "", "step size at the start"),
  choice("controller.schedule", "cosine", {"constant", "cosine"}, "how the learning rate falls"),

  text("evaluation.u", "distinct", "utilizations of a sweep: distinct (each operating point once), start:end:step, or a comma list"),
  integer("evaluation.batch_size", 0, within(0, 65536), "images", "images of an evaluation batch; 0: up to 500, as many as keep activations within 512 MiB"),
  boolean("evaluation.latency", false, "measure the latency of each operating point as well"),
  integer("evaluation.latency_repeats", 50, within(1, 100000), "runs", "timed runs for each operating point"),

  text("export.model", "model.safetensors", "file of the trained model, in the run's folder"),

  file_name("output.folder", "runs", "folder that holds the runs' folders"),
  text("output.name", "", "name of the run's folder; empty: the recipe's file name"),
  texts("output.formats", {"csv", "json", "h5", "svg", "html"}, "forms in which the utilization curve and the report are written",
        {"csv", "json", "h5", "svg", "html"}),
  boolean("output.tensorboard", true, "write TensorBoard event files"),

  choice("run.device", "auto", {"auto", "cpu", "cuda"}, "where to compute; auto: the GPU where there is one and its module is installed"),
  integer("run.threads", 0, within(0, 1024), "threads", "threads that compute; 0: as many as the process may use (affinity, control groups)"),
  real("run.timeout_seconds", 120, within(1, 86400), "seconds", "several processes: one that does not answer for this long is lost, and the others end with code 75"),
};
// clang-format on

const std::vector<RecipeSection> kSections{
    {"model", "The architecture and its shape.", {"datapath"}},
    {"detector", "A classifier's network made a Faster R-CNN: data sets whose task is detection.", {"datapath"}},
    {"gating", "How a utilization becomes active groups.", {"datapath"}},
    {"data", "The data set, its split and its augmentation.", {"datapath", "gates", "controller"}},
    {"training", "The optimizer, the schedule, the utilizations that training draws, checkpoints and validation.", {"datapath"}},
    {"gates", "Learned gates: a second phase of training, with the data path frozen (`tnn train-gates`).", {"gates"}},
    {"controller",
     "A controller that chooses the utilization of each input, with the data path frozen (`tnn train-controller`).",
     {"controller"}},
    {"evaluation", "The utilization sweep over the test images.", {}, true},
    {"export", "The model file that a run leaves."},
    {"output", "Where results go and in which forms.", {}, true},
    {"run", "The machine: device and threads.", {}, true},
};

}  // namespace

const std::vector<RecipeKey>& recipe_keys() { return kKeys; }
const std::vector<RecipeSection>& recipe_sections() { return kSections; }

}  // namespace tnn
