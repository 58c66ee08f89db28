# t.pcap: a client that resets its connection, and goes on.
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/pcap /usr/bin/python3 - <<'END'
from packets import ACK, RAW, RST, Talk, pcap
talk = Talk().open().c(RST | ACK).c(ACK, b"x")
open("t.pcap", "wb").write(pcap(RAW, talk.frames()))
END
