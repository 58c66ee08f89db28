# What the symbols of the page's machine mean.
cat >openssh.map <<'END'
start = Receive_Transport_Version Transmit_Transport_Version
input KEXINIT = Receive_Transport_KexInit
output KEXINIT = Transmit_Transport_KexInit
input KEX30 = Receive_Kex_EcdhInit
output KEX31 = Transmit_Kex_EcdhReply
output NEWKEYS = Transmit_Transport_NewKeys
silent = Notify_Kex_Plain
END
