#pragma once

#include "pipelines/run_model.h"
#include "subcommands.h"

namespace tnn::app {

/// What differs between the program with LibTorch (full_program.cpp) and the one without, for deployment (deploy_program.cpp).

/// Before anything else in the process.
void prepare_process();
/// Lines for --version, each after a line feed.
std::string library_versions_text();
void setup_subcommands(CLI::App& app, Session& session);
/// Lets a request read images, where this program can.
void give_image_reader(RunRequest& request);
/// Prints what a detector finds in the images of a request, and draws it where `draw` is not empty; returns the exit code.
int run_detector(const RunRequest& request, const std::filesystem::path& draw, const std::string& format, const Session& session);
/// Whether this program runs detectors, and the model is one.
bool runs_as_detector(const RunRequest& request);
/// The engines that `tnn run --engine` knows.
std::vector<std::string> run_engines();
RunResult run_in_engine(const RunRequest& request);

}  // namespace tnn::app
