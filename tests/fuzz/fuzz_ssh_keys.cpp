// Key files and signatures from anywhere. The first byte says which: 0 is a key file, 1 what lies
// inside its armour (a fuzzer would hardly find base64), else verify() with one of the algorithms,
// and a public key and a signature behind their lengths. Whatever is read can be written and read
// again, and signs.
#include <string>

#include "fuzz.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "wire/base64.hpp"
#include "wire/reader.hpp"

namespace {

using spl::test::require;
using namespace ssh;

void try_file(std::string_view file) {
  const auto key = read_private_key(file);
  if (!key) {
    require(!key.error().text.empty(), "a refusal has a reason");
    return;
  }
  const auto again = read_private_key(write_private_key(**key));
  require(again.has_value(), "what was written is read");
  require(write_public_key(**again) == write_public_key(**key), "it is the same key");
  const ByteView data = as_bytes("data");
  for (const std::string_view algorithm : (*key)->algorithms()) {
    const auto signature = (*again)->sign(algorithm, data);
    require(signature.has_value(), "a key that was read signs");
    const auto result =
        libcrypto_provider().verify(algorithm, (*key)->public_blob(), data, *signature);
    require(result && result->valid, "what it signs is verified");
  }
}

void try_signature(std::uint8_t which, ByteView bytes) {
  const auto algorithms = libcrypto_provider().signature_algorithms();
  wire::Reader reader(bytes);
  const ByteView blob = reader.string();
  const ByteView signature = reader.string();
  const auto result = libcrypto_provider().verify(algorithms[which % algorithms.size()], blob,
                                                  reader.rest(), signature);
  require(result || !result.error().text.empty(), "a refusal has a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const ByteView rest(data + 1, size - 1);
  if (data[0] == 0) {
    try_file(as_text(rest));
  } else if (data[0] == 1) {
    try_file("-----BEGIN OPENSSH PRIVATE KEY-----\n" + wire::to_base64(rest) +
             "\n-----END OPENSSH PRIVATE KEY-----\n");
  } else {
    try_signature(static_cast<std::uint8_t>(data[0] - 2), rest);
  }
  return 0;
}
