#include "embed/gunzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

namespace imago {

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

absl::StatusOr<std::string> Gunzip(std::string_view bytes, size_t max_bytes) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr size_t kChunk = 1 << 16;
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return absl::ResourceExhaustedError("zlib does not start");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() <= max_bytes) {
    const size_t begin = out.size();
    out.resize(begin + kChunk);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream.avail_out = static_cast<uInt>(kChunk);
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(begin + kChunk - stream.avail_out);
  }
  if (out.size() > max_bytes) {
    return absl::DataLossError(fmt::format("gzip: unpacks to more than {} bytes", max_bytes));
  }
  if (code != Z_STREAM_END) return absl::DataLossError("gzip: torn or corrupt");
  return out;
}

}  // namespace imago
