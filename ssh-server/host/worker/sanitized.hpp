// Whether this build has AddressSanitizer: for the few places that must know.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define SSH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SSH_SANITIZED 1
#endif
#endif
#ifndef SSH_SANITIZED
#define SSH_SANITIZED 0
#endif
