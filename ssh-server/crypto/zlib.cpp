// zlib@openssh.com: RFC 4253 section 6.2, delayed until after authentication by whoever uses it.
//
// Invariant: one stream in each direction; each packet ends with a partial flush, so it unpacks by
// itself after those before it. What a peer sends unpacks to no more than the caller's limit.
#include "crypto/zlib.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

#include "crypto/openssl.hpp"

namespace ssh::crypto {
namespace {

void check(int result, const char* what) {
  if (result == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  must(result == Z_OK ? 1 : 0, what);
}

// zlib's interface is older than const.
Bytef* input(ByteView bytes) {
  return const_cast<Bytef*>(bytes.data());
}

class Deflate final : public Compressor {
 public:
  Deflate() { check(deflateInit(&stream_, Z_DEFAULT_COMPRESSION), "deflateInit"); }
  ~Deflate() override { deflateEnd(&stream_); }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;

  void compress(ByteView payload, Bytes& to) override {
    stream_.next_in = input(payload);
    stream_.avail_in = static_cast<uInt>(payload.size());
    std::size_t used = to.size();
    do {
      // The usual packet shrinks; what does not gets more room in the next round.
      to.resize(used + payload.size() / 2 + 128);
      stream_.next_out = to.data() + used;
      stream_.avail_out = static_cast<uInt>(to.size() - used);
      const int result = deflate(&stream_, Z_PARTIAL_FLUSH);
      // Z_BUF_ERROR: the last round filled its room to the last byte.
      check(result == Z_BUF_ERROR ? Z_OK : result, "deflate");
      used = to.size() - stream_.avail_out;
    } while (stream_.avail_out == 0);
    to.resize(used);
  }

 private:
  z_stream stream_{};
};

class Inflate final : public Decompressor {
 public:
  Inflate() { check(inflateInit(&stream_), "inflateInit"); }
  ~Inflate() override { inflateEnd(&stream_); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  Result<Bytes> decompress(ByteView payload, std::size_t limit) override {
    Bytes plain;
    std::size_t used = 0;
    stream_.next_in = input(payload);
    stream_.avail_in = static_cast<uInt>(payload.size());
    for (;;) {
      // One byte more than allowed shows that there is more.
      if (used > limit) {
        return failure("compression: a packet unpacks to more than its limit");
      }
      plain.resize(std::min(limit + 1, std::max(2 * plain.size(), 4 * payload.size() + 256)));
      stream_.next_out = plain.data() + used;
      stream_.avail_out = static_cast<uInt>(plain.size() - used);
      const int result = inflate(&stream_, Z_PARTIAL_FLUSH);
      used = plain.size() - stream_.avail_out;
      if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      }
      if (result == Z_BUF_ERROR || (result == Z_OK && stream_.avail_out != 0)) {
        break;
      }
      // Z_STREAM_END too: the stream lasts as long as the connection.
      if (result != Z_OK) {
        return failure("compression: not a packet of zlib data");
      }
    }
    if (used > limit) {
      return failure("compression: a packet unpacks to more than its limit");
    }
    plain.resize(used);
    return plain;
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::unique_ptr<Compressor> make_compressor() {
  return std::make_unique<Deflate>();
}

std::unique_ptr<Decompressor> make_decompressor() {
  return std::make_unique<Inflate>();
}

}  // namespace ssh::crypto
