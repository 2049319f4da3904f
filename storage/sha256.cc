#include "storage/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace imago {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }

  void Update(const void* data, size_t size) { EVP_DigestUpdate(context_.get(), data, size); }

  std::string Hex() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : digest) {
      hex += kDigits[byte >> 4];
      hex += kDigits[byte & 15];
    }
    return hex;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

}  // namespace

std::string Sha256(std::string_view bytes) {
  Digest digest;
  digest.Update(bytes.data(), bytes.size());
  return digest.Hex();
}

absl::StatusOr<std::string> Sha256File(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot open '{}'", path));
  }
  Digest digest;
  std::vector<char> buffer(1 << 18);
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    digest.Update(buffer.data(), got);
  }
  if (std::ferror(file.get())) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot read '{}'", path));
  }
  return digest.Hex();
}

}  // namespace imago
