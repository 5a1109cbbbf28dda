#include <chrono>
#include <cmath>
#include <numeric>

#include "catch_compat.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "data/verify.h"

using namespace tnn;

namespace {

DatasetCard shipped_card(const std::string& name) { return load_card(std::filesystem::path(TNN_SOURCE_DIR) / "datasets", name); }

bool have_fashion_mnist() { return std::filesystem::exists("/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz"); }

void check_statistics(const DatasetCard& card, const ImageSet& train) {
  const size_t plane = train.image_bytes() / static_cast<size_t>(train.channels);
  for (size_t c = 0; c < static_cast<size_t>(train.channels); ++c) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < static_cast<size_t>(train.size()); ++i)
      for (size_t p = 0; p < plane; ++p) {
        const double value = train.image(i)[c * plane + p] / 255.0;
        sum += value, squares += value * value;
      }
    const double count = static_cast<double>(train.size()) * static_cast<double>(plane), mean = sum / count;
    CHECK(card.mean[c] == Approx(mean).margin(6e-5));
    CHECK(card.std[c] == Approx(std::sqrt(squares / count - mean * mean)).margin(6e-5));
  }
}

}  // namespace

TEST_CASE("Fashion-MNIST of the Debian package verifies, and its card's mean and deviation are those of its training images") {
  if (!have_fashion_mnist()) TNN_SKIP("no /usr/share/datasets/fashion-mnist (package dataset-fashion-mnist)");
  const DatasetCard card = shipped_card("fashion_mnist");
  const VerifyReport report = verify_dataset(card, "");
  CHECK(report.ok());
  CHECK(report.train_counts == std::vector<int64_t>(10, 6000));
  CHECK(report.test_counts == std::vector<int64_t>(10, 1000));
  check_statistics(card, load_split(card, locate(card, ""), "train"));
}

TEST_CASE("CIFAR-10 verifies, and its card's mean and deviation are those of its training images") {
  if (test_data_root().empty()) TNN_SKIP("TNN_DATA is not set");
  const DatasetCard card = shipped_card("cifar10");
  const VerifyReport report = verify_dataset(card, test_data_root());
  CHECK(report.ok());
  CHECK(report.train_counts == std::vector<int64_t>(10, 5000));
  CHECK(report.test_counts == std::vector<int64_t>(10, 1000));
  check_statistics(card, load_split(card, locate(card, test_data_root()), "train"));
  CHECK(load_split(card, report.folder, "train", 100).size() == 100);
}

TEST_CASE("images a second through pad, crop and flip", "[.][benchmark]") {
  if (!have_fashion_mnist()) TNN_SKIP("no /usr/share/datasets/fashion-mnist (package dataset-fashion-mnist)");
  const DatasetCard card = shipped_card("fashion_mnist");
  const auto set = std::make_shared<const ImageSet>(load_split(card, locate(card, ""), "train"));
  std::vector<uint32_t> indices(static_cast<size_t>(set->size()));
  std::iota(indices.begin(), indices.end(), uint32_t{0});
  for (const int workers : {0, 1, 2}) {
    LoaderOptions options;
    options.shuffle = true;
    options.workers = workers;
    options.augmentation = {2, true, 0, {}, card.mean, card.std, true};
    Loader loader(set, indices, options);
    Batch batch;
    const auto start = std::chrono::steady_clock::now();
    int64_t images = 0;
    for (int64_t epoch = 0; epoch < 5; ++epoch)
      for (loader.start_epoch(epoch); loader.next(batch);) images += batch.size;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << workers << " workers: " << static_cast<int64_t>(static_cast<double>(images) / seconds.count()) << " images/s\n";
  }
}
