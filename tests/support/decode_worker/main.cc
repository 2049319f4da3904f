// A program whose only trade is decoding apart, for the tests of IsolatedDecoder. With other first
// arguments it plays a decoder that misbehaves.

#include <unistd.h>

#include <csignal>
#include <cstring>

#include "embed/decode_worker.h"

int main(int argc, char** argv) { return imago::RunDecodeWorker(argc, argv); }
