// What one message of an SSH connection is called, given what else is known about it.
#pragma once

#include <cstdint>
#include <string_view>

namespace spl::driver {

/// The method of a USERAUTH_REQUEST.
enum class AuthMethod : std::uint8_t { none, password, public_key, keyboard_interactive, other };
[[nodiscard]] AuthMethod auth_method(std::string_view name);

/// What messages 30 to 49 mean.
enum class KexFamily : std::uint8_t { unknown, ecdh, dh, gex, hybrid };
[[nodiscard]] KexFamily kex_family(std::string_view algorithm);

/// A key exchange message, from a client or to it.
[[nodiscard]] std::string_view kex_statecall(unsigned type, bool from_client, KexFamily family);
/// A USERAUTH_REQUEST. `variant`: a publickey query, a change of password.
[[nodiscard]] std::string_view auth_request_statecall(AuthMethod method, bool variant);
/// 60 to 79, whose meaning depends on the method.
[[nodiscard]] std::string_view auth_method_statecall(unsigned type, bool from_client,
                                                     AuthMethod method);
[[nodiscard]] std::string_view global_request_statecall(bool from_client, std::string_view name,
                                                        bool reply);
[[nodiscard]] std::string_view open_statecall(bool from_client, std::string_view channel_type);
[[nodiscard]] std::string_view channel_request_statecall(bool from_client, std::string_view name,
                                                         bool reply);
/// Every other message.
[[nodiscard]] std::string_view plain_statecall(unsigned type, bool from_client);

}  // namespace spl::driver
