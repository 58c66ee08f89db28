// Clients of servers that are never started.

export interface MockServer {
  run: { command: string; args: string[] };
}

export class LanguageClient {
  static made: LanguageClient[] = [];
  /** What starting the next ones fails with. */
  static failure: Error | undefined;
  static reset(): void {
    LanguageClient.made = [];
    LanguageClient.failure = undefined;
  }

  running = false;
  constructor(readonly id: string, readonly name: string, readonly server: MockServer,
              readonly options: { documentSelector: { language: string }[] }) {
    LanguageClient.made.push(this);
  }
  async start(): Promise<void> {
    // Others may run in between, as with a real server.
    await new Promise((resolve) => setImmediate(resolve));
    if (LanguageClient.failure !== undefined) throw LanguageClient.failure;
    this.running = true;
  }
  async dispose(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.running = false;
  }
}
