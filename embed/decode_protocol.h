#ifndef IMAGO_EMBED_DECODE_PROTOCOL_H_
#define IMAGO_EMBED_DECODE_PROTOCOL_H_

// What IsolatedDecoder and its child say to each other over a socket. Both are the same program, so
// structs travel as they lie in memory. The child may be under an attacker's control: its parent
// checks every field of a reply.

#include <cstddef>
#include <cstdint>

namespace imago {

constexpr int kWorkerFd = 3;           // the child's end
constexpr uint8_t kWorkerReady = 'R';  // the child's first byte; anything else begins a reason

// Followed by file_bytes bytes.
struct DecodeRequest {
  uint64_t file_bytes;
  int64_t max_pixels;
  int32_t max_ratio;
  int32_t min_short_side;
  int32_t input_size;
  int32_t squash;
  int32_t thumbnail_side;
};

// Followed by the message, or by the input's pixels and the thumbnail.
struct DecodeReply {
  int32_t status;  // absl::StatusCode
  int32_t format;
  int32_t full_width;
  int32_t full_height;
  int32_t input_width;
  int32_t input_height;
  uint32_t message_bytes;
  uint32_t thumbnail_bytes;
};

constexpr uint32_t kMaxMessageBytes = 4096;
constexpr uint32_t kMaxThumbnailBytes = 16 << 20;

}  // namespace imago

#endif  // IMAGO_EMBED_DECODE_PROTOCOL_H_
