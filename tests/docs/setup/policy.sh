cp ping.spl policy.spl
