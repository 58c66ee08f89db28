// "Debug this Policy": `splc debug` serves one page on this machine, which the browser shows.
import * as vscode from 'vscode';
import { start, type Child } from './run';
import { savedPolicy, settings } from './settings';

/** The address of a page on this machine in what a program says, or undefined. */
export function addressIn(text: string): string | undefined {
  return /\bhttps?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+[^\s'"<>]*/.exec(text)?.[0];
}

interface Session {
  readonly child: Child;
  readonly address: Promise<string>;
}

/** Debuggers that run, by the policy's file. */
export class Debuggers implements vscode.Disposable {
  private readonly running = new Map<string, Session>();

  constructor(private readonly output: vscode.OutputChannel) {}

  async debug(): Promise<void> {
    const policy = await savedPolicy();
    if (policy === undefined) return;
    const file = policy.uri.fsPath;
    const session = this.running.get(file) ?? this.begin(file);
    try {
      await vscode.env.openExternal(vscode.Uri.parse(await session.address, true));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(`Statecall: the debugger did not start: ${why}`);
    }
  }

  dispose(): void {
    for (const { child } of this.running.values()) child.kill();
    this.running.clear();
  }

  private begin(file: string): Session {
    const child = start(settings().splc, ['debug', file], file);
    const address = new Promise<string>((resolve, reject) => {
      let said = '';
      // Each on its own: what is written to one may come in the middle of a line of the other.
      for (const stream of [child.stdout, child.stderr]) {
        let line = '';
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.output.append(text);
          if (said.length < 65536) said += text;
          const lines = (line + text).split('\n');
          line = (lines.pop() ?? '').slice(-4096);
          const found = lines.map(addressIn).find((address) => address !== undefined);
          if (found !== undefined) resolve(found);
        });
      }
      child.on('error', reject);
      child.on('close', (status) => {
        this.running.delete(file);
        reject(new Error(said.trim() === '' ? `it ended with ${String(status)}` : said.trim()));
      });
      child.on('error', () => this.running.delete(file));
    });
    const session = { child, address };
    this.running.set(file, session);
    return session;
  }
}
