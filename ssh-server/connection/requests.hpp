// What names mean: the types of channels and the requests that RFC 4254 and OpenSSH's PROTOCOL
// define, read from and written to the part of a message that belongs to its name.
#pragma once

#include <optional>

#include "ssh/session.hpp"
#include "wire/messages.hpp"

namespace ssh::connection {

/// nullopt: a name that this server does not know. An Error: one it knows, malformed.
Result<std::optional<ChannelOpening>> read_opening(std::string_view type, ByteView data);
Result<std::optional<ChannelRequestKind>> read_channel_request(std::string_view type,
                                                               ByteView data);
Result<std::optional<GlobalRequestKind>> read_global_request(std::string_view name, ByteView data);

/// The data of "forwarded-tcpip" (RFC 4254 section 7.2).
Bytes forwarded_tcp_data(const OpenDirectTcp& connection);
/// The data of "forwarded-streamlocal@openssh.com".
Bytes forwarded_stream_local_data(std::string_view path);

}  // namespace ssh::connection
