#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "program.h"
#include "recipe/schema.h"
#include "subcommands.h"
#include "tell.h"

namespace tnn::app {
namespace {

std::vector<std::string> words_of(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) words.push_back(child->get_name());
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  return words;
}

/// The names of all commands, at any depth, and what `completion` takes.
void add_commands(const CLI::App& command, std::vector<std::string>& names) {
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(child->get_name());
    add_commands(*child, names);
  }
}

/// One case a command: its subcommands and options; nested commands are "data verify".
std::string cases_of(const CLI::App& command, const std::string& path) {
  std::string text = fmt::format("    '{}') words='{}' ;;\n", path, fmt::join(words_of(command), " "));
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; }))
    text += cases_of(*child, path.empty() ? child->get_name() : path + " " + child->get_name());
  return text;
}

std::string bash_script(const CLI::App& app) {
  std::vector<std::string> keys;
  for (const RecipeKey& key : recipe_keys()) keys.push_back(key.path + "=");
  std::vector<std::string> commands;
  add_commands(app, commands);
  return fmt::format(R"(# bash completion of tnn: source <(tnn completion bash)
_tnn() {{
  local cur prev path words word i
  COMPREPLY=()
  cur=${{COMP_WORDS[COMP_CWORD]}}
  prev=${{COMP_WORDS[COMP_CWORD-1]}}
  path=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case $word in -*) break ;; esac
    case " {} " in *" $word "*) path="${{path:+$path }}$word" ;; *) break ;; esac
  done
  case $path:$prev in
    export:--format) COMPREPLY=($(compgen -W 'onnx safetensors' -- "$cur")); return ;;
    evaluate-detections:--format) COMPREPLY=($(compgen -W 'coco voc' -- "$cur")); return ;;
  esac
  case $prev in
    --format|--output-format|--print) COMPREPLY=($(compgen -W 'text md csv json' -- "$cur")); return ;;
    --engine) COMPREPLY=($(compgen -W '{}' -- "$cur")); return ;;
    --precision) COMPREPLY=($(compgen -W 'fp32 tf32 fp16 bf16' -- "$cur")); return ;;
    --half) COMPREPLY=($(compgen -W 'fp16 bf16' -- "$cur")); return ;;
    --device) COMPREPLY=($(compgen -W 'auto cpu cuda' -- "$cur")); return ;;
    --set) compopt -o nospace 2>/dev/null; COMPREPLY=($(compgen -W '{}' -- "$cur")); return ;;
  esac
  case $path in
{}    *) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))
}}
complete -o filenames -o bashdefault -F _tnn tnn
)",
                     fmt::join(commands, " "), fmt::join(run_engines(), " "), fmt::join(keys, " "), cases_of(app, ""));
}

}  // namespace

void setup_completion(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("completion", "Print a shell's completion script: source <(tnn completion bash)");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([shell, &app, &session] {
    session.action = [shell, &app] {
      if (*shell == "zsh") print_text("autoload -U +X bashcompinit && bashcompinit\n");
      print_text(bash_script(app));
      return 0;
    };
  });
}

}  // namespace tnn::app
