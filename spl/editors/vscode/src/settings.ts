// What the user has set, read anew whenever it is needed.
import * as vscode from 'vscode';

export interface Settings {
  /** The compiler: a path, or a name that is looked for in PATH. */
  readonly splc: string;
  /** What `splc lsp` is given besides. */
  readonly serverArguments: readonly string[];
}

export function settings(): Settings {
  const section = vscode.workspace.getConfiguration('statecall');
  const splc = section.get<string>('splc.path', 'splc').trim();
  return {
    splc: splc === '' ? 'splc' : splc,
    serverArguments: section.get<string[]>('server.arguments', []),
  };
}

/** The policy that is looked at, saved, for splc reads files; undefined, said why, if there is none. */
export async function savedPolicy(): Promise<vscode.TextDocument | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== 'spl' || document.uri.scheme !== 'file') {
    void vscode.window.showErrorMessage('Statecall: open a policy, a file that ends in .spl, first.');
    return undefined;
  }
  if (document.isDirty && !(await document.save())) return undefined;
  return document;
}
