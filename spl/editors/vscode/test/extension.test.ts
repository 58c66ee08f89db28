// The extension with a VS Code that only records, and with programs that are real: SPL_SPLC is the
// compiler, SPL_ROOT the repository.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import type { ExtensionContext } from 'vscode';
import { addressIn } from '../src/debugging';
import { messageOf, pictureOf } from '../src/drawing';
import { activate, deactivate } from '../src/extension';
import { propertiesOf } from '../src/verifying';
import { LanguageClient } from './mock_languageclient';
import { reset, state, Uri } from './mock_vscode';

const splc = process.env['SPL_SPLC'] ?? '';
const ping = join(process.env['SPL_ROOT'] ?? '', 'examples/ping.spl');
const directory = mkdtempSync(join(tmpdir(), 'spl-vscode-'));
after(() => rmSync(directory, { recursive: true }));

let subscriptions: { dispose(): unknown }[] = [];

async function start(): Promise<void> {
  await activate({ subscriptions } as unknown as ExtensionContext);
}

beforeEach(() => {
  reset();
  LanguageClient.reset();
  subscriptions = [];
  state.settings.set('statecall.splc.path', splc);
});
afterEach(async () => {
  await deactivate();
  for (const one of subscriptions) one.dispose();
});

function look(path: string, more: object = {}): void {
  state.document = {
    languageId: 'spl', uri: Uri.file(path), isDirty: false, getText: () => readFileSync(path, 'utf8'),
    save: () => Promise.resolve(true), ...more,
  };
}

function run(command: string): Promise<void> {
  const found = state.commands.get(`statecall.editor.${command}`);
  assert.ok(found, command);
  return found() as Promise<void>;
}

/** A program that says and does what the shell makes of `script`. */
function program(script: string): string {
  const path = join(directory, 'splc that is not');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('every command of the manifest is there, and no other', async () => {
  await start();
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as
    { contributes: { commands: { command: string }[] } };
  assert.deepEqual([...state.commands.keys()].sort(),
    manifest.contributes.commands.map((one) => one.command).sort());
});

test('the server is splc lsp, as it is set', async () => {
  state.settings.set('statecall.server.arguments', ['--log=/tmp/x']);
  await start();
  const [client] = LanguageClient.made;
  assert.ok(client?.running);
  assert.deepEqual(client.server.run, { command: splc, args: ['lsp', '--log=/tmp/x'] });
  assert.equal(client.id, 'statecall');  // the setting statecall.trace.server
  assert.ok(client.options.documentSelector.every((one) => one.language === 'spl'));
});

test('restarted by command and by a change of settings, one at a time', async () => {
  await start();
  const changes = state.changed.map((listener) =>
    listener({ affectsConfiguration: (section) => section === 'statecall.splc' }));
  await Promise.all([run('restartServer'), run('restartServer'), ...changes]);
  assert.equal(LanguageClient.made.length, 4);
  assert.deepEqual(LanguageClient.made.map((client) => client.running), [false, false, false, true]);
  await Promise.all(state.changed.map((listener) => listener({ affectsConfiguration: () => false })));
  assert.equal(LanguageClient.made.length, 4);
  await deactivate();
  assert.ok(LanguageClient.made.every((client) => !client.running));
});

test('a server that does not start is said, and can be started again', async () => {
  LanguageClient.failure = new Error('spawn ENOENT');
  state.answer = 'Open Settings';
  await start();
  assert.equal(state.errors.length, 1);
  assert.match(state.errors[0] ?? '', /lsp' could not be started: spawn ENOENT/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(state.executed, [['workbench.action.openSettings', 'statecall.splc.path']]);
  LanguageClient.failure = undefined;
  await run('restartServer');
  assert.ok(LanguageClient.made.at(-1)?.running);
});

test('nothing runs in a workspace that is not trusted, until it is', async () => {
  state.isTrusted = false;
  await start();
  assert.equal(LanguageClient.made.length, 0);
  assert.equal(state.commands.size, 0);
  await Promise.all(state.trusted.map((listener) => listener()));
  assert.equal(LanguageClient.made.length, 1);
  assert.equal(state.commands.size, 4);
});

test('commands want a policy, and save it first', async () => {
  await start();
  await run('drawPolicy');
  look('/tmp/notes.txt', { languageId: 'plaintext' });
  await run('debugPolicy');
  assert.equal(state.errors.length, 2);
  let saves = 0;
  look(ping, { isDirty: true, save: () => Promise.resolve(++saves > 1) });
  await run('drawPolicy');  // not saved: not drawn
  assert.equal(state.panels.length, 0);
  await run('drawPolicy');
  assert.equal(saves, 2);
  assert.equal(state.panels.length, 1);
  look(ping, { save: () => assert.fail('nothing was to be saved') });
  await run('drawPolicy');
});

test('a drawing is a picture that can do nothing, once a policy, drawn again when it is saved', async () => {
  await start();
  const file = join(directory, 'a policy & more.spl');
  writeFileSync(file, 'automaton a() { First; }\n');
  look(file);
  await run('drawPolicy');
  await run('drawPolicy');
  assert.equal(state.panels.length, 1);
  const [panel] = state.panels;
  assert.ok(panel);
  assert.equal(panel.revealed, 1);
  assert.deepEqual(panel.options, { enableScripts: false, localResourceRoots: [] });
  const picture = (): string => {
    const data = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(panel.webview.html)?.[1] ?? '';
    return Buffer.from(data, 'base64').toString();
  };
  assert.match(picture(), /<svg[^]*First/);
  assert.match(panel.webview.html, /default-src 'none'; style-src 'nonce-[\w+/=]+'; img-src data:;/);

  writeFileSync(file, 'automaton a() { Second; }\n');
  for (const listener of state.saved) if (state.document) await listener(state.document);
  assert.match(picture(), /Second/);
  writeFileSync(file, 'automaton a( { <b>Second</b>; }\n');
  for (const listener of state.saved) if (state.document) await listener(state.document);
  assert.equal(picture(), '');
  assert.match(panel.webview.html, /<pre>[^<]*error: /);

  panel.dispose();
  await run('drawPolicy');
  assert.equal(state.panels.length, 2);
});

test('without Graphviz or splc a drawing says what is missing', async () => {
  await start();
  look(ping);
  state.settings.set('statecall.splc.path', '/nonexistent/splc');
  await run('drawPolicy');
  assert.match(state.panels[0]?.webview.html ?? '', /could not be started: [^<]*ENOENT/);
});

test('what a page shows cannot get out of its place', () => {
  const hostile = '</pre><script>alert(1)</script>"\'&';
  for (const page of [pictureOf(hostile), messageOf(hostile)]) {
    assert.doesNotMatch(page, /<script|alert\(1\)<\/script/);
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /unsafe-inline|unsafe-eval|https?:/);
  }
});

test('the debugger is started once a policy, and its page opened', async () => {
  await start();
  look(ping);
  state.settings.set('statecall.splc.path', program(
    'echo "$@" >&2; echo "pid $$"; printf "http://127.0.0.1:80"; sleep 0.1; echo "80/?token=a-b_c"; exec sleep 100'));
  await run('debugPolicy');
  await run('debugPolicy');
  assert.deepEqual(state.errors, []);
  assert.deepEqual(state.opened, Array(2).fill('http://127.0.0.1:8080/?token=a-b_c'));
  assert.equal(state.output.split('debug').length - 1, 1);
  assert.ok(state.output.includes(`debug ${ping}`));
  const pid = Number(/pid (\d+)/.exec(state.output)?.[1]);
  assert.ok(pid > 0 && process.kill(pid, 0));
  for (const one of subscriptions) one.dispose();
  const runs = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (runs()) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('a debugger that ends says why, and is started anew', async () => {
  await start();
  look(ping);
  state.settings.set('statecall.splc.path', program('echo "the port is taken" >&2; exit 2'));
  await run('debugPolicy');
  assert.deepEqual(state.opened, []);
  assert.match(state.errors[0] ?? '', /did not start: the port is taken/);
  state.settings.set('statecall.splc.path', '/nonexistent/splc');
  await run('debugPolicy');
  assert.match(state.errors[1] ?? '', /ENOENT/);
});

test('addresses are of this machine only', () => {
  assert.equal(addressIn('open http://127.0.0.1:9/t?x=1 now'), 'http://127.0.0.1:9/t?x=1');
  assert.equal(addressIn('http://[::1]:9/'), 'http://[::1]:9/');
  assert.equal(addressIn('http://127.0.0.1.example.org:9/'), undefined);
  assert.equal(addressIn('http://example.org:9/'), undefined);
});

test('one property or everything is verified, without a shell', async () => {
  await start();
  look(ping);
  state.answer = 'gives_up';
  await run('verifyProperty');
  state.answer = 'Everything';
  await run('verifyProperty');
  state.answer = undefined;
  await run('verifyProperty');
  assert.deepEqual(state.offered,
    ['Everything', 'answers_follow_questions', 'waits_after_request', 'gives_up', 'may_end_happily']);
  assert.deepEqual(state.tasks.map((task) => [task.execution.process, task.execution.args]),
    [[splc, ['verify', '--property=gives_up', ping]], [splc, ['verify', ping]]]);
});

test('with a server, it verifies a property', async () => {
  await start();
  look(ping);
  state.commands.set('splc.verifyProperty', () => undefined);
  state.answer = 'gives_up';
  await run('verifyProperty');
  assert.deepEqual(state.executed, [['splc.verifyProperty', `file://${ping}`, 'gives_up']]);
  assert.equal(state.tasks.length, 0);
  state.answer = 'Everything';
  await run('verifyProperty');
  assert.equal(state.tasks.length, 1);
});

test('properties in comments are none', () => {
  assert.deepEqual(propertiesOf('// property a : A;\n/* property b : B; */ property c\n : C; property d:D;'),
    ['c', 'd']);
});
