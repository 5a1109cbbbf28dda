#include "meters/nvml.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

namespace tnn {
namespace {

/// Those functions of NVML that are used, as its documentation declares them; 0 is success.
struct Functions {
  using Device = void*;
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*handle)(unsigned, Device*) = nullptr;
  int (*name)(Device, char*, unsigned) = nullptr;
  int (*energy)(Device, unsigned long long*) = nullptr;  ///< mJ since the driver was loaded
  int (*power)(Device, unsigned*) = nullptr;             ///< mW
  const char* (*error)(int) = nullptr;

  std::string reason(int status) const { return error ? error(status) : fmt::format("error {}", status); }
};

class Library {
 public:
  explicit Library(const std::string& file) : handle_(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) {
      const char* reason = dlerror();
      throw NoMeter(fmt::format("nvml: {}", reason ? reason : file + " does not load"));
    }
    find("nvmlInit_v2", functions_.init);
    find("nvmlShutdown", functions_.shutdown);
    find("nvmlDeviceGetCount_v2", functions_.count);
    find("nvmlDeviceGetHandleByIndex_v2", functions_.handle);
    find("nvmlDeviceGetName", functions_.name);
    find("nvmlDeviceGetTotalEnergyConsumption", functions_.energy);  // not in old versions
    find("nvmlDeviceGetPowerUsage", functions_.power);
    find("nvmlErrorString", functions_.error);
    if (!functions_.init || !functions_.shutdown || !functions_.count || !functions_.handle)
      throw NoMeter(fmt::format("nvml: '{}' lacks functions of NVML", file));
    if (const int status = functions_.init(); status != 0) throw NoMeter("nvml: " + functions_.reason(status));
  }
  ~Library() { functions_.shutdown(); }  // the file stays loaded
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  const Functions* operator->() const { return &functions_; }

 private:
  template <typename Function>
  void find(const char* symbol, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle_, symbol));
  }

  void* handle_;
  Functions functions_;
};

class Nvml : public Meter {
 public:
  explicit Nvml(const std::string& file) : library_(file) {
    unsigned count = 0;
    if (const int status = library_->count(&count); status != 0) throw NoMeter("nvml: " + library_->reason(status));
    std::string reason = "there is no GPU";
    for (unsigned i = 0; i < count; ++i) add(i, reason);
    if (devices_.empty()) throw NoMeter("nvml: no energy: " + reason);
    if (count > 1) notes_.push_back("the total is that of GPU 0 alone");
  }

  std::string name() const override { return counts_ ? "nvml (energy counter)" : "nvml (power)"; }
  const std::vector<Rail>& rails() const override { return rails_; }
  bool counts_energy() const override { return counts_; }
  double shortest_window() const override { return 1; }  // the counter moves some ten times a second
  const std::vector<std::string>& notes() const override { return notes_; }
  void read(double, std::vector<RailReading>& readings) override {
    readings.clear();
    for (size_t i = 0; i < devices_.size(); ++i) readings.push_back(read_device(i));
  }

 private:
  int energy_of(Functions::Device device, unsigned long long& millijoules) const {
    return library_->energy ? library_->energy(device, &millijoules) : -1;
  }
  int power_of(Functions::Device device, unsigned& milliwatts) const { return library_->power ? library_->power(device, &milliwatts) : -1; }

  /// The first device that says anything decides whether energy or power is read.
  void add(unsigned index, std::string& reason) {
    Functions::Device device = nullptr;
    if (const int status = library_->handle(index, &device); status != 0) {
      reason = library_->reason(status);
      return;
    }
    unsigned long long millijoules = 0;
    unsigned milliwatts = 0;
    const bool has_energy = energy_of(device, millijoules) == 0;
    const int status = power_of(device, milliwatts);
    if (devices_.empty()) counts_ = has_energy;
    if (!(counts_ ? has_energy : status == 0)) {
      reason = fmt::format("GPU {}: {}", index, library_->reason(status));
      notes_.push_back("left out: " + reason);
      return;
    }
    char name[128] = "GPU";
    if (library_->name) library_->name(device, name, sizeof name);
    devices_.push_back(device);
    rails_.push_back({fmt::format("GPU {} ({})", index, name), index == 0});
  }

  RailReading read_device(size_t i) const {
    unsigned long long millijoules = 0;
    unsigned milliwatts = 0;
    const int status = counts_ ? energy_of(devices_[i], millijoules) : power_of(devices_[i], milliwatts);
    if (status != 0) return {std::nullopt, fmt::format("{}: {}", rails_[i].name, library_->reason(status))};
    return {counts_ ? static_cast<double>(millijoules) : static_cast<double>(milliwatts), ""};
  }

  Library library_;
  bool counts_ = false;
  std::vector<Functions::Device> devices_;
  std::vector<Rail> rails_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Meter> open_nvml(const std::string& library) {
  const char* named = std::getenv("TNN_NVML");
  return std::make_unique<Nvml>(!library.empty() ? library : named ? named : "libnvidia-ml.so.1");
}

}  // namespace tnn
