#include "control/floor_certificate.h"

#include <fmt/format.h>

#include "core/json_text.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKey = "tnn.floor";

FloorCertificate parse(const std::string& text) {
  const Json json = parse_json<Json>(text);
  FloorCertificate certificate;
  certificate.setting = cascade_from_json(json.at("setting").dump());
  certificate.risk = json.at("risk").get<double>();
  certificate.confidence = json.at("confidence").get<double>();
  certificate.samples = json.at("samples").get<int64_t>();
  certificate.losses = json.at("losses").get<int64_t>();
  certificate.p_value = json.at("p_value").get<double>();
  certificate.level = json.at("level").get<double>();
  certificate.calibration = json.at("calibration").get<std::string>();
  certificate.data = json.at("data").get<std::string>();
  certificate.network = json.at("network").get<std::string>();
  return certificate;
}

}  // namespace

SafetensorsMetadata floor_to_metadata(const FloorCertificate& c) {
  const Json json{{"setting", Json::parse(cascade_to_json(c.setting))},
                  {"risk", c.risk},
                  {"confidence", c.confidence},
                  {"samples", c.samples},
                  {"losses", c.losses},
                  {"p_value", c.p_value},
                  {"level", c.level},
                  {"calibration", c.calibration},
                  {"data", c.data},
                  {"network", c.network},
                  {"assumes", "samples that are exchangeable with those of the calibration, computed in fp32"}};
  return {{kKey, json.dump()}};
}

FloorCertificate read_floor(const SafetensorsFile& file) {
  const std::string path = file.path().string();
  const auto found = file.metadata().find(kKey);
  if (found == file.metadata().end())
    throw UsageError(fmt::format("'{}' has no certified floor; `tnn calibrate-floor RUN{}` writes one", path,
                                 file.metadata().count("tnn.controller") > 0 ? " --controller FILE" : ""));
  FloorCertificate certificate;
  try {
    certificate = parse(found->second);
  } catch (const nlohmann::json::exception& fault) {
    throw DataError(fmt::format("'{}' has a damaged floor: {}", path, json_fault(fault)));
  } catch (const UsageError& error) {
    throw DataError(fmt::format("'{}' has a damaged floor: {}", path, error.what()));
  }
  if (certificate.network != model_identity(file))
    throw UsageError(fmt::format("'{}': its floor was certified for other weights; calibrate it anew", path));
  return certificate;
}

Cascade certified_setting(const SafetensorsFile& file, Precision precision) {
  if (precision != Precision::fp32)
    throw UsageError(
        fmt::format("'{}': its floor was certified in fp32, not in {} (allowed: fp32)", file.path().string(), precision_name(precision)));
  return read_floor(file).setting;
}

std::optional<FloorCertificate> find_floor(const SafetensorsFile& file) {
  if (file.metadata().count(kKey) == 0) return std::nullopt;
  return read_floor(file);
}

void write_floor(const std::filesystem::path& model, const FloorCertificate& certificate) {
  const SafetensorsFile file(model);
  SafetensorsMetadata metadata = file.metadata();
  for (const auto& [key, value] : floor_to_metadata(certificate)) metadata[key] = value;
  write_safetensors(model, file.tensors(), metadata);
}

}  // namespace tnn
