#include "report/curve_hdf5.h"

#include <hdf5.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "sample_curve.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// An HDF5 file on disk, read the way any other program would.
class Hdf5File {
 public:
  explicit Hdf5File(const std::string& bytes) {
    write_file_atomically(folder_.path() / "curve.h5", bytes);
    file_ = H5Fopen((folder_.path() / "curve.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    REQUIRE(file_ >= 0);
  }
  ~Hdf5File() { H5Fclose(file_); }
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  bool has(const std::string& name) const { return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0; }

  std::vector<hsize_t> shape(const std::string& name) const {
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
    std::vector<hsize_t> extent(static_cast<size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, extent.data(), nullptr);
    H5Sclose(space);
    H5Dclose(dataset);
    return extent;
  }

  std::vector<double> numbers(const std::string& name) const {
    size_t count = 1;
    for (const hsize_t extent : shape(name)) count *= extent;
    std::vector<double> values(count);
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    REQUIRE(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    H5Dclose(dataset);
    return values;
  }

  std::string attribute(const std::string& object, const std::string& name) const {
    const hid_t attribute = H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), type = H5Aget_type(attribute);
    char* text = nullptr;
    REQUIRE(H5Aread(attribute, type, &text) >= 0);
    const std::string value = text;
    H5free_memory(text);
    H5Tclose(type);
    H5Aclose(attribute);
    return value;
  }

 private:
  TemporaryFolder folder_;
  hid_t file_ = -1;
};

}  // namespace

TEST_CASE("HDF5 holds every column with its unit, the classes, the gates and the epochs") {
  const UtilizationCurve curve = sample_curve();
  const Hdf5File file(curve_hdf5(curve));
  const auto top1 = file.numbers("top1");
  REQUIRE(top1.size() == 16);
  for (size_t i = 0; i < top1.size(); ++i) CHECK(top1[i] == curve.points[i].metrics[0].value);
  CHECK(file.numbers("macs")[15] == static_cast<double>(curve.points[15].macs));
  CHECK(file.shape("class_accuracy") == std::vector<hsize_t>{16, 10});
  CHECK(file.numbers("class_correct")[6] == static_cast<double>(curve.points[0].classes[6].correct));
  CHECK(file.shape("class_names") == std::vector<hsize_t>{10});
  CHECK(file.shape("gate_groups") == std::vector<hsize_t>{16, 5});
  CHECK(file.numbers("gate_share")[5] == 2.0 / 16);
  CHECK(file.numbers("epochs/epoch").size() == 30);
  CHECK(std::isnan(file.numbers("epochs/validation_accuracy")[0]));
  CHECK(file.attribute("latency_ms", "unit") == "ms");
  CHECK_THAT(file.attribute("top1", "description"), ContainsSubstring("fraction of images"));
  CHECK(file.attribute("/", "dataset") == curve.dataset);
  CHECK(file.attribute("/", "recipe") == curve.recipe);
}

TEST_CASE("HDF5 leaves out a latency that no point has, and marks a single missing one with NaN") {
  CHECK_FALSE(Hdf5File(curve_hdf5(sample_curve(4, false))).has("latency_ms"));
  UtilizationCurve curve = sample_curve(2);
  curve.points[0].latency_ms = -1;
  const auto latency = Hdf5File(curve_hdf5(curve)).numbers("latency_ms");
  CHECK(std::isnan(latency[0]));
  CHECK(latency[1] == curve.points[1].latency_ms);
}

TEST_CASE("HDF5 holds the controllers as a group of one dataset a column, where there are some") {
  const UtilizationCurve curve = sample_curve_with_controllers();
  const Hdf5File file(curve_hdf5(curve));
  CHECK(file.shape("controllers/name") == std::vector<hsize_t>{3});
  CHECK(file.numbers("controllers/top1") == std::vector<double>{0.9, 0.9375, 0.97});
  CHECK(file.numbers("controllers/mean_macs")[1] == curve.controllers[1].mean_macs);
  CHECK(file.numbers("controllers/mean_latency_ms")[1] == 0.5);
  CHECK(std::isnan(file.numbers("controllers/mean_latency_ms")[2]));
  CHECK(file.shape("controllers/share") == std::vector<hsize_t>{3, 2});
  CHECK(file.numbers("controllers/share")[2] == 0.75);
  CHECK(file.numbers("controllers/actions") == curve.actions);
  CHECK(file.attribute("controllers/mean_latency_ms", "unit") == "ms");
  const Hdf5File unmeasured(curve_hdf5(sample_curve_with_controllers(false)));
  CHECK(unmeasured.has("controllers/mean_u"));
  CHECK_FALSE(unmeasured.has("controllers/mean_latency_ms"));
  CHECK_FALSE(Hdf5File(curve_hdf5(sample_curve(2))).has("controllers"));
}

TEST_CASE("HDF5 takes an empty curve and a recipe longer than an attribute's usual 64 KiB") {
  UtilizationCurve curve = sample_curve();
  curve.points.clear(), curve.epochs.clear(), curve.class_names.clear();
  curve.recipe = std::string(200000, 'r');
  const Hdf5File file(curve_hdf5(curve));
  CHECK(file.shape("top1") == std::vector<hsize_t>{0});
  CHECK(file.shape("class_accuracy") == std::vector<hsize_t>{0, 0});
  CHECK(file.attribute("/", "recipe") == curve.recipe);
}

TEST_CASE("several threads make HDF5 files at once") {
  const UtilizationCurve curve = sample_curve(4);
  const std::string alone = curve_hdf5(curve);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        if (curve_hdf5(curve) != alone) ++wrong;
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
