// Programs that are run without a shell, so that no name of a file is ever taken for more.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

export interface Finished {
  /** The exit status, or null if a signal ended the program. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Child = ChildProcessByStdio<null, Readable, Readable>;

export function start(program: string, args: readonly string[], policy: string): Child {
  return spawn(program, args, {
    cwd: dirname(policy),
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/** Runs to the end. Rejects if the program cannot be started. */
export function run(program: string, args: readonly string[], policy: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = start(program, args, policy);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
