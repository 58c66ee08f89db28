# The ping policy with a property that does not hold.
mkdir -p answered
cp ping.spl answered/ping.spl
echo 'property answered : Transmit_Ping_EchoRequest responds_to Receive_Ping_EchoReply;' >>answered/ping.spl
