// The client of `splc lsp`: started with the extension, and again when its settings change.
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { settings } from './settings';

export class Server {
  private client: LanguageClient | undefined;
  /** One start or stop at a time, in the order in which they were asked for. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly output: vscode.OutputChannel) {}

  /** Resolves when the server runs, or when the user has been told that it does not. */
  restart(): Promise<void> {
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  private next(action: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(action, action);
    return this.turn;
  }

  private async begin(): Promise<void> {
    const { splc, serverArguments } = settings();
    const run = { command: splc, args: ['lsp', ...serverArguments] };
    const server: ServerOptions = { run, debug: run };
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: 'file', language: 'spl' },
        { scheme: 'untitled', language: 'spl' },
      ],
      outputChannel: this.output,
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.spl') },
    };
    // The name is also that of the setting statecall.trace.server.
    const client = new LanguageClient('statecall', 'Statecall', server, options);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      await sayThatItFails(splc, error);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      this.output.appendLine(`The server did not stop as it should: ${String(error)}`);
    }
  }
}

async function sayThatItFails(splc: string, error: unknown): Promise<void> {
  const why = error instanceof Error ? error.message : String(error);
  // Not waited for: the user may leave the message where it is.
  void vscode.window
    .showErrorMessage(`Statecall: '${splc} lsp' could not be started: ${why}`, 'Open Settings')
    .then((choice) => {
      if (choice !== undefined) {
        void vscode.commands.executeCommand('workbench.action.openSettings', 'statecall.splc.path');
      }
    });
}
