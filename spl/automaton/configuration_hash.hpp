// Internal: a hash for tables of configurations.
#pragma once

#include "spl/interpreter.hpp"

namespace spl {

struct ConfigurationHash {
  std::size_t operator()(const Configuration& c) const {
    std::uint64_t h = 0x9e3779b97f4a7c15U ^ raw(c.at);
    for (const auto v : c.values) {
      h = (h ^ static_cast<std::uint32_t>(v)) * 0xff51afd7ed558ccdU;
      h ^= h >> 32U;
    }
    return h;
  }
};

}  // namespace spl
