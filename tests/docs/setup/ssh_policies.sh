# The SSH policies here, and what was released of them: the same.
cp ssh-server/policy/*.spl .
mkdir -p client && cp ssh-server/policy/client/*.spl client/
cp ssh.spl released.spl
