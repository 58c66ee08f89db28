#!/usr/bin/python3
"""SSH connections that log in and then do nothing, in one process: idle_clients.py PORT USER KEY COUNT

Prints how many of them were logged in before one could not be, then the reason if there was one, and keeps them until its
standard input ends. Says then how many are left."""

import asyncio
import sys
import warnings

warnings.simplefilter("ignore")
import asyncssh  # noqa: E402

AT_A_TIME = 5


class Client(asyncssh.SSHClient):
    lost = False

    def connection_lost(self, exc):
        self.lost = True


async def main(port, user, key, count):
    there, trouble, todo = [], [], list(range(count))

    async def worker():
        while todo and not trouble:
            todo.pop()
            try:
                there.append(await asyncssh.create_connection(
                    Client, "127.0.0.1", port, username=user, client_keys=[key], known_hosts=None, config=None,
                    agent_path=None, login_timeout=60, connect_timeout=60))
            except (OSError, asyncssh.Error, asyncio.TimeoutError) as failed:
                trouble.append(f"{type(failed).__name__}: {failed}")

    await asyncio.gather(*(worker() for _ in range(AT_A_TIME)))
    print(len(there), trouble[0] if trouble else "", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    left = sum(not client.lost for _, client in there)
    for connection, _ in there:
        connection.abort()
    print(left, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
