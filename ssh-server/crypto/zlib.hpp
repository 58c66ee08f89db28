// Compression with zlib.
#pragma once

#include <memory>

#include "ssh/crypto.hpp"

namespace ssh::crypto {

std::unique_ptr<Compressor> make_compressor();
std::unique_ptr<Decompressor> make_decompressor();

}  // namespace ssh::crypto
