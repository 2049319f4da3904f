// Decodes apart for the tests of IsolatedDecoder. Called by another name it misbehaves in the way
// that the name says.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "embed/decode_protocol.h"
#include "embed/decode_worker.h"
#include "embed/sandbox.h"

namespace imago {
namespace {

// Up to the first picture, as a decoder should; then says nothing more.
void ComeUp(bool in_sandbox, int64_t max_memory_bytes) {
  if (in_sandbox && !EnterSandbox(kWorkerFd, max_memory_bytes).ok()) _exit(9);
  uint8_t byte = kWorkerReady;
  if (write(kWorkerFd, &byte, 1) != 1 || read(kWorkerFd, &byte, 1) != 1) _exit(9);
}

void TellNonsense() {
  const std::string nonsense(sizeof(DecodeReply), '\x7F');
  if (write(kWorkerFd, nonsense.data(), nonsense.size()) < 0) _exit(9);
}

void Burn() {
  std::atomic<unsigned> turns = 0;
  while (true) ++turns;
}

int Misbehave(const std::string& how) {
  if (how == "dead") return 1;
  const bool in_sandbox = how == "opens" || how == "greedy";
  ComeUp(in_sandbox, how == "greedy" ? 64 << 20 : 0);
  if (how == "crashes") raise(SIGSEGV);
  if (how == "hangs") pause();
  if (how == "lies") TellNonsense();
  if (how == "burns") Burn();
  if (how == "opens") _exit(open("/etc/passwd", O_RDONLY) < 0 ? 7 : 8);
  if (how == "greedy") _exit(std::malloc(size_t{1} << 30) == nullptr ? 7 : 8);
  pause();
  return 0;
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  const std::string path = argv[0];
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name.rfind("decode_worker", 0) == 0) return imago::RunDecodeWorker(argc, argv);
  return imago::Misbehave(name);
}
