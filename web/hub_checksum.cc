#include "web/hub_checksum.h"

#include <openssl/evp.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "fmt/format.h"
#include "storage/sha256.h"

namespace imago {
namespace {

// SHA-1 of "blob <size>\0" and the bytes.
absl::StatusOr<std::string> GitBlobSha1(const std::string& path) {
  std::error_code failed;
  const uint64_t size = std::filesystem::file_size(path, failed);
  std::ifstream in(path, std::ios::binary);
  if (failed || !in) return absl::NotFoundError(fmt::format("cannot read {}", path));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const std::string head = fmt::format("blob {}", size);
  EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr);
  EVP_DigestUpdate(context.get(), head.c_str(), head.size() + 1);
  std::string buffer(1 << 18, '\0');
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(in.gcount()));
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(context.get(), digest, &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace

absl::Status CheckHubFile(const std::string& path, const std::string& checksum) {
  const auto found = checksum.size() == 64 ? Sha256File(path) : GitBlobSha1(path);
  if (!found.ok()) return found.status();
  if (*found == checksum) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{} has the checksum {}, the hub says {}", path, *found, checksum));
}

}  // namespace imago
