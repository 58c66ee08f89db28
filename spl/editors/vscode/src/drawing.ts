// "Draw this Policy": what `splc graph` draws, beside the text, drawn again when the text is saved.
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { run } from './run';
import { savedPolicy, settings } from './settings';

/** Drawings that are open, by the policy's URI. */
export class Drawings implements vscode.Disposable {
  private readonly open = new Map<string, vscode.WebviewPanel>();

  async draw(): Promise<void> {
    const policy = await savedPolicy();
    if (policy === undefined) return;
    const key = policy.uri.toString();
    let panel = this.open.get(key);
    if (panel === undefined) {
      const title = `Drawing of ${basename(policy.uri.fsPath)}`;
      // No scripts, no files: the page is one picture.
      panel = vscode.window.createWebviewPanel('statecall.drawing', title,
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        { enableScripts: false, localResourceRoots: [] });
      panel.onDidDispose(() => this.open.delete(key));
      this.open.set(key, panel);
    } else {
      panel.reveal(undefined, true);
    }
    await this.refresh(policy.uri);
  }

  /** Draws again, if there is a drawing of this policy. */
  async refresh(uri: vscode.Uri): Promise<void> {
    const panel = this.open.get(uri.toString());
    if (panel !== undefined) panel.webview.html = await page(uri.fsPath);
  }

  dispose(): void {
    for (const panel of [...this.open.values()]) panel.dispose();
  }
}

async function page(policy: string): Promise<string> {
  const { splc } = settings();
  try {
    const drawn = await run(splc, ['graph', '--format=svg', '--colour=never', policy], policy);
    return drawn.status === 0 ? pictureOf(drawn.stdout) : messageOf(drawn.stderr);
  } catch (error) {
    return messageOf(`'${splc}' could not be started: ${String(error)}`);
  }
}

/** The picture is an image of its own: whatever it holds, nothing in it is run or loaded. */
export function pictureOf(svg: string): string {
  const data = Buffer.from(svg, 'utf8').toString('base64');
  return html('img-src data:;', `<img alt="The automata of the policy" src="data:image/svg+xml;base64,${data}">`);
}

export function messageOf(text: string): string {
  return html('', `<pre>${escape(text)}</pre>`);
}

function html(allowed: string, body: string): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; ${allowed}">
<title>Policy</title>
<style nonce="${nonce}">
body { margin: 0; padding: 1rem; }
img { background: white; padding: 0.5rem; }
pre { white-space: pre-wrap; }
</style>
</head>
<body>${body}</body>
</html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
