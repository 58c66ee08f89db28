# A recorded session that the policy refuses at its last step.
printf '%s\n' Transmit_Ping_EchoRequest Receive_Ping_EchoReply Receive_Ping_EchoReply >session.trace
