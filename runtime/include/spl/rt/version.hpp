// The version of Statecall. Stated here and nowhere else: CMake, `splc --version` and the packages
// read it from these three lines. What a change of it promises is in docs/versioning.md.
#pragma once

#define SPL_RT_VERSION_MAJOR 0
#define SPL_RT_VERSION_MINOR 1
#define SPL_RT_VERSION_PATCH 0

/// One number to compare with: 0.12.3 is 1203.
#define SPL_RT_VERSION \
  (SPL_RT_VERSION_MAJOR * 10000 + SPL_RT_VERSION_MINOR * 100 + SPL_RT_VERSION_PATCH)
