// Keywords that are like no other one: their read() and print(), for the table.
#pragma once

#include "host/config/kinds.hpp"

namespace ssh::config {

#define SPL_CONFIG_KIND(name)                                          \
  struct name {                                                        \
    static Status read(const Input& input, ServerOptions& options);    \
    static void print(const ServerOptions& options, Printer& printer); \
  }

SPL_CONFIG_KIND(PortKind);
SPL_CONFIG_KIND(ListenAddressKind);
SPL_CONFIG_KIND(CompressionKind);
SPL_CONFIG_KIND(RekeyLimitKind);
SPL_CONFIG_KIND(MaxStartupsKind);
SPL_CONFIG_KIND(PerSourceMaxStartupsKind);
SPL_CONFIG_KIND(NetBlockSizeKind);
SPL_CONFIG_KIND(PenaltiesKind);
SPL_CONFIG_KIND(ExemptListKind);
SPL_CONFIG_KIND(AuthorizedKeysFileKind);
SPL_CONFIG_KIND(AuthenticationMethodsKind);
SPL_CONFIG_KIND(PamServiceKind);
SPL_CONFIG_KIND(UserEnvironmentKind);
SPL_CONFIG_KIND(SetEnvKind);
SPL_CONFIG_KIND(ForceCommandKind);
SPL_CONFIG_KIND(SubsystemKind);
SPL_CONFIG_KIND(VersionAddendumKind);
SPL_CONFIG_KIND(BindMaskKind);
SPL_CONFIG_KIND(LogFileKind);
SPL_CONFIG_KIND(MetricsAddressKind);
SPL_CONFIG_KIND(DebuggerKind);
SPL_CONFIG_KIND(WorkersKind);

#undef SPL_CONFIG_KIND

}  // namespace ssh::config
