#ifndef IMAGO_TOOLS_CMD_MODELS_H_
#define IMAGO_TOOLS_CMD_MODELS_H_

// What the subcommands of `imago models` share.

#include <string>

#include "embed/import_clip.h"
#include "tools/command.h"

namespace imago {

std::string ModelsDir(const Config& config);
// Imports and says what became of it; the program's exit code.
int ImportAndPrint(const Globals& globals, const ImportClipOptions& options);

void AddPullAndExport(CLI::App& models, Globals& globals, Command& run);

}  // namespace imago

#endif  // IMAGO_TOOLS_CMD_MODELS_H_
