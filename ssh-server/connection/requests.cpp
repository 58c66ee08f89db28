// See requests.hpp.
#include "connection/requests.hpp"

namespace ssh::connection {
namespace {

using wire::Reader;

std::string text(Reader& r) {
  return std::string(r.text());
}

/// RFC 4254 section 8: opcodes 1 to 159 have one argument; 0 ends, and so does what is not defined.
Result<std::vector<TerminalMode>> read_modes(ByteView encoded) {
  Reader r(encoded);
  std::vector<TerminalMode> modes;
  while (r.left() > 0) {
    const std::uint8_t opcode = r.u8();
    if (opcode == 0 || opcode >= 160) break;
    modes.push_back({opcode, r.u32()});
    if (!r.ok()) return failure("malformed terminal modes");
    if (modes.size() > 256) return failure("too many terminal modes");
  }
  return modes;
}

TerminalSize read_size(Reader& r) {
  TerminalSize size;
  size.columns = r.u32();
  size.rows = r.u32();
  size.width_pixels = r.u32();
  size.height_pixels = r.u32();
  return size;
}

Result<std::optional<ChannelRequestKind>> read_pty(Reader& r) {
  PtyRequest request;
  request.term = text(r);
  request.size = read_size(r);
  auto modes = read_modes(r.string());
  if (!modes) return tl::unexpected(modes.error());
  request.modes = std::move(*modes);
  return request;
}

template <typename Kind>
Result<std::optional<Kind>> finish(Result<std::optional<Kind>> request, const Reader& r,
                                   std::string_view name) {
  if (request && *request && !r.done()) return failure("malformed " + std::string(name));
  return request;
}

OpenDirectTcp read_address(Reader& r) {
  OpenDirectTcp address;
  address.host = text(r);
  address.port = r.u32();
  address.originator = text(r);
  address.originator_port = r.u32();
  return address;
}

}  // namespace

Result<std::optional<ChannelOpening>> read_opening(std::string_view type, ByteView data) {
  Reader r(data);
  std::optional<ChannelOpening> opening;
  if (type == "session") {
    opening = OpenSession{};
  } else if (type == "direct-tcpip") {
    opening = read_address(r);
  } else if (type == "direct-streamlocal@openssh.com") {
    opening = OpenDirectStreamLocal{text(r)};
    r.string();  // reserved
    r.u32();
  }
  return finish<ChannelOpening>(opening, r, type);
}

Result<std::optional<ChannelRequestKind>> read_channel_request(std::string_view type,
                                                               ByteView data) {
  Reader r(data);
  Result<std::optional<ChannelRequestKind>> request(std::nullopt);
  if (type == "pty-req") {
    request = read_pty(r);
  } else if (type == "env") {
    EnvRequest env;
    env.name = text(r);
    env.value = text(r);
    request = env;
  } else if (type == "shell") {
    request = ShellRequest{};
  } else if (type == "exec") {
    request = ExecRequest{text(r)};
  } else if (type == "subsystem") {
    request = SubsystemRequest{text(r)};
  } else if (type == "window-change") {
    request = WindowChangeRequest{read_size(r)};
  } else if (type == "signal") {
    request = SignalRequest{text(r)};
  } else if (type == "break") {
    request = BreakRequest{r.u32()};
  } else if (type == "auth-agent-req@openssh.com") {
    request = AgentForwardingRequest{};
  }
  return finish(std::move(request), r, type);
}

Result<std::optional<GlobalRequestKind>> read_global_request(std::string_view name, ByteView data) {
  Reader r(data);
  Result<std::optional<GlobalRequestKind>> request(std::nullopt);
  if (name == "tcpip-forward" || name == "cancel-tcpip-forward") {
    TcpForwardRequest forward;
    forward.address = text(r);
    forward.port = r.u32();
    if (name == "tcpip-forward") {
      request = forward;
    } else {
      request = CancelTcpForwardRequest{forward.address, forward.port};
    }
  } else if (name == "streamlocal-forward@openssh.com") {
    request = StreamLocalForwardRequest{text(r)};
  } else if (name == "cancel-streamlocal-forward@openssh.com") {
    request = CancelStreamLocalForwardRequest{text(r)};
  }
  return finish(std::move(request), r, name);
}

Bytes forwarded_tcp_data(const OpenDirectTcp& connection) {
  Bytes data;
  wire::Writer(data)
      .string(connection.host)
      .u32(connection.port)
      .string(connection.originator)
      .u32(connection.originator_port);
  return data;
}

Bytes forwarded_stream_local_data(std::string_view path) {
  Bytes data;
  wire::Writer(data).string(path).string("");
  return data;
}

}  // namespace ssh::connection
