// What the extension uses of VS Code, so that it runs without: what it asks for is recorded, and
// what a user would choose is set by the tests.

export interface Disposable {
  dispose(): void;
}

export class Uri {
  private constructor(readonly scheme: string, readonly fsPath: string, private readonly text: string) {}
  static file(path: string): Uri {
    return new Uri('file', path, `file://${path}`);
  }
  static parse(text: string): Uri {
    const url = new URL(text);
    return new Uri(url.protocol.slice(0, -1), url.pathname, text);
  }
  toString(): string {
    return this.text;
  }
}

export interface MockDocument {
  languageId: string;
  uri: Uri;
  isDirty: boolean;
  getText(): string;
  save(): Promise<boolean>;
}

export class MockPanel {
  readonly webview = { html: '' };
  revealed = 0;
  disposed = false;
  private listeners: (() => void)[] = [];
  constructor(readonly type: string, readonly title: string, readonly options: object) {}
  onDidDispose(listener: () => void): Disposable {
    this.listeners.push(listener);
    return { dispose: () => undefined };
  }
  reveal(): void {
    this.revealed++;
  }
  dispose(): void {
    this.disposed = true;
    for (const listener of this.listeners) listener();
  }
}

export class ProcessExecution {
  constructor(readonly process: string, readonly args: string[]) {}
}

export class Task {
  presentationOptions = {};
  constructor(readonly definition: object, readonly scope: number, readonly name: string,
              readonly source: string, readonly execution: ProcessExecution) {}
}

type Listener<T> = (what: T) => unknown;
type Change = { affectsConfiguration(section: string): boolean };

function fresh() {
  return {
    settings: new Map<string, unknown>(),
    errors: [] as string[],
    /** What the user answers: to messages, and to lists. */
    answer: undefined as string | undefined,
    offered: [] as string[],
    panels: [] as MockPanel[],
    opened: [] as string[],
    tasks: [] as Task[],
    executed: [] as unknown[][],
    commands: new Map<string, () => unknown>(),
    saved: [] as Listener<MockDocument>[],
    changed: [] as Listener<Change>[],
    trusted: [] as Listener<void>[],
    isTrusted: true,
    document: undefined as MockDocument | undefined,
    output: '',
  };
}

/** What happened, and what the user does. */
export let state = fresh();
export function reset(): void {
  state = fresh();
}

const nothing: Disposable = { dispose: () => undefined };

export const ViewColumn = { Beside: -2 };
export const TaskScope = { Workspace: 2 };
export const TaskRevealKind = { Always: 1 };

export const window = {
  get activeTextEditor() {
    return state.document === undefined ? undefined : { document: state.document };
  },
  showErrorMessage(text: string): Promise<string | undefined> {
    state.errors.push(text);
    return Promise.resolve(state.answer);
  },
  showQuickPick(items: string[]): Promise<string | undefined> {
    state.offered = items;
    return Promise.resolve(state.answer);
  },
  createOutputChannel: () => ({
    ...nothing,
    append: (text: string) => void (state.output += text),
    appendLine: (text: string) => void (state.output += `${text}\n`),
  }),
  createWebviewPanel(type: string, title: string, _column: object, options: object): MockPanel {
    const panel = new MockPanel(type, title, options);
    state.panels.push(panel);
    return panel;
  },
};

export const commands = {
  registerCommand(name: string, run: () => unknown): Disposable {
    state.commands.set(name, run);
    return { dispose: () => state.commands.delete(name) };
  },
  getCommands: () => Promise.resolve([...state.commands.keys()]),
  executeCommand(...what: unknown[]): Promise<void> {
    state.executed.push(what);
    return Promise.resolve();
  },
};

export const workspace = {
  get isTrusted() {
    return state.isTrusted;
  },
  getConfiguration: (section: string) => ({
    get: <T>(name: string, otherwise: T): T =>
      (state.settings.get(`${section}.${name}`) as T | undefined) ?? otherwise,
  }),
  createFileSystemWatcher: () => nothing,
  onDidSaveTextDocument(listener: Listener<MockDocument>): Disposable {
    state.saved.push(listener);
    return nothing;
  },
  onDidChangeConfiguration(listener: Listener<Change>): Disposable {
    state.changed.push(listener);
    return nothing;
  },
  onDidGrantWorkspaceTrust(listener: Listener<void>): Disposable {
    state.trusted.push(listener);
    return nothing;
  },
};

export const env = {
  openExternal(uri: Uri): Promise<boolean> {
    state.opened.push(uri.toString());
    return Promise.resolve(true);
  },
};

export const tasks = {
  executeTask(task: Task): Promise<void> {
    state.tasks.push(task);
    return Promise.resolve();
  },
};
