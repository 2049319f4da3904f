// The program `imago-decoder`: decodes pictures apart for `imago` (embed/decode_worker.h). `imago`
// could be its own decoder, but loads so much more that a child takes twenty times as long to start
// and ten times the memory.

#include "embed/decode_worker.h"

int main(int argc, char** argv) { return imago::RunDecodeWorker(argc, argv); }
