// "Verify a Property": by the server, as its code lenses do, which shows the outcome in the text; by
// `splc verify` in a terminal without one, and for everything at once.
import * as vscode from 'vscode';
import { savedPolicy, settings } from './settings';

const everything = 'Everything';
/** A command of the server; its client registers it. Takes a policy's URI and a property's name. */
const serversCommand = 'splc.verifyProperty';

/** The names of the properties in a policy's text, in its order. */
export function propertiesOf(text: string): string[] {
  // Comments may talk of properties. Those of blocks nest, but what looks like a declaration at the
  // beginning of a line within one is rare enough to be offered.
  const code = text.replace(/\/\/.*$/gm, '').replace(/\/\*[^]*?\*\//g, ' ');
  return [...code.matchAll(/\bproperty\s+([a-z_]\w*)\s*:/g)].map((found) => found[1] ?? '');
}

export async function verifyProperty(): Promise<void> {
  const policy = await savedPolicy();
  if (policy === undefined) return;
  const properties = propertiesOf(policy.getText());
  const choice = await vscode.window.showQuickPick([everything, ...properties], {
    placeHolder: 'What is to be proved of this policy?',
  });
  if (choice === undefined) return;
  if (choice !== everything && (await vscode.commands.getCommands(true)).includes(serversCommand)) {
    await vscode.commands.executeCommand(serversCommand, policy.uri.toString(), choice);
    return;
  }
  const wanted = choice === everything ? [] : [`--property=${choice}`];
  const file = policy.uri.fsPath;
  const task = new vscode.Task(
    { type: 'process' }, vscode.TaskScope.Workspace, `Verify ${choice}`, 'Statecall',
    new vscode.ProcessExecution(settings().splc, ['verify', ...wanted, file]));
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  await vscode.tasks.executeTask(task);
}
