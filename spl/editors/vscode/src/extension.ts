// What VS Code calls: everything begins and ends here.
import * as vscode from 'vscode';
import { Debuggers } from './debugging';
import { Drawings } from './drawing';
import { Server } from './server';
import { verifyProperty } from './verifying';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  // In a workspace that is not trusted, nothing is run that it could have chosen.
  if (vscode.workspace.isTrusted) await begin(context);
  else context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => begin(context)));
}

export async function deactivate(): Promise<void> {
  await server?.stop();
  server = undefined;
}

async function begin(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel('Statecall');
  const drawings = new Drawings();
  const debuggers = new Debuggers(output);
  const languageServer = new Server(output);
  server = languageServer;
  context.subscriptions.push(
    output, drawings, debuggers,
    vscode.commands.registerCommand('statecall.editor.restartServer', () => languageServer.restart()),
    vscode.commands.registerCommand('statecall.editor.verifyProperty', verifyProperty),
    vscode.commands.registerCommand('statecall.editor.debugPolicy', () => debuggers.debug()),
    vscode.commands.registerCommand('statecall.editor.drawPolicy', () => drawings.draw()),
    vscode.workspace.onDidSaveTextDocument((document) => drawings.refresh(document.uri)),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('statecall.splc') ||
          change.affectsConfiguration('statecall.server')) {
        await languageServer.restart();
      }
    }),
  );
  await languageServer.restart();
}
