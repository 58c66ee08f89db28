// Colours before the server runs: the TextMate grammar, read by the engine that VS Code has.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as oniguruma from 'vscode-oniguruma';
import * as textmate from 'vscode-textmate';

const root = process.env['SPL_ROOT'] ?? '';

async function grammar(): Promise<textmate.IGrammar> {
  const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: (name) => Promise.resolve(name !== 'source.spl' ? null : textmate.parseRawGrammar(
      readFileSync('syntaxes/spl.tmLanguage.json', 'utf8'), 'spl.tmLanguage.json')),
  });
  const loaded = await registry.loadGrammar('source.spl');
  assert.ok(loaded);
  return loaded;
}
const spl = grammar();

interface Token {
  readonly text: string;
  readonly scopes: string[];
}

async function tokensOf(text: string): Promise<Token[]> {
  const loaded = await spl;
  const tokens: Token[] = [];
  let stack = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const result = loaded.tokenizeLine(line, stack);
    assert.ok(!result.stoppedEarly);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      tokens.push({ text: line.slice(token.startIndex, token.endIndex), scopes: token.scopes });
    }
  }
  return tokens;
}

test('what each word is', async () => {
  const tokens = await tokensOf(`import "common.spl"; // a remark
function reply(bool seen, int (0..3) left) { Whole; always(); seen = !seen or left >= 2; }
/* outer /* inner */ never */
automaton main(bool once) { either (once) { reply(once); } or { abort; } }
property whenever : always (Call implies X next main.finished) and
    since(while, A <-> B);
automaton last() { during { X; } handle { exit; } }
property unfinished : A
function after() {}`);
  // In the order of the text, each after the one before.
  const wanted: [string, string][] = [
    ['import', 'keyword.control.import'], ['common.spl', 'string.quoted.double'],
    [' a remark', 'comment.line'], ['function', 'storage.type.function'],
    ['reply', 'entity.name.function.spl'], ['bool', 'support.type'], ['seen', 'variable.other'],
    ['0', 'constant.numeric'], ['..', 'keyword.operator'], ['{', 'punctuation.section.block'],
    ['Whole', 'constant.other.statecall'], [';', 'punctuation.terminator'],
    ['always', 'entity.name.function.call'], ['!', 'keyword.operator'], ['or', 'keyword.control'],
    ['>=', 'keyword.operator'], [' inner ', 'comment.block'], [' never ', 'comment.block'],
    ['automaton', 'storage.type.automaton'], ['main', 'entity.name.function.spl'],
    ['once', 'variable.other'], ['either', 'keyword.control.conditional'],
    ['or', 'keyword.control.conditional'], ['abort', 'keyword.control.flow'],
    ['property', 'storage.type.property'], ['whenever', 'entity.name.tag.property'],
    ['always', 'keyword.operator.word'], ['Call', 'constant.other.statecall'],
    ['implies', 'keyword.operator.word'], ['X', 'keyword.operator.word'],
    ['main', 'entity.name.namespace'], ['finished', 'support.variable'],
    ['and', 'keyword.operator.word'], ['since', 'keyword.operator.word'],
    ['while', 'variable.other'], ['<->', 'keyword.operator.spl'],
    ['automaton', 'storage.type.automaton'], ['during', 'keyword.control.exception'],
    ['X', 'constant.other.statecall'], ['exit', 'keyword.control.flow'],
    ['unfinished', 'entity.name.tag.property'], ['function', 'storage.type.function'],
    ['after', 'entity.name.function.spl']];
  let at = 0;
  for (const [text, scope] of wanted) {
    const found = tokens.slice(at).findIndex((token) => token.text === text);
    assert.ok(found >= 0, `no token '${text}' after the one before it`);
    at += found + 1;
    const scopes = tokens[at - 1]?.scopes ?? [];
    assert.ok(scopes.some((one) => one.startsWith(scope)), `'${text}' is ${scopes.join(' ')}, not ${scope}`);
  }
});

function policiesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return policiesBelow(path);
    return name.endsWith('.spl') ? [path] : [];
  });
}

test('every token of every policy has a meaning', async () => {
  const policies = ['ssh-server/policy', 'xen/policy', 'examples']
    .flatMap((place) => policiesBelow(join(root, place)));
  assert.ok(policies.length > 20, `${policies.length} policies`);
  let tokens = 0;
  for (const path of policies) {
    for (const { text, scopes } of await tokensOf(readFileSync(path, 'utf8'))) {
      if (text.trim() === '') continue;
      tokens++;
      const own = scopes.filter((one) => one !== 'source.spl' && one !== 'meta.property.spl');
      assert.ok(own.length > 0, `'${text}' of ${path} has no scope of its own`);
      assert.ok(!own.some((one) => one.startsWith('invalid')), `'${text}' of ${path} is ${own.join(' ')}`);
    }
  }
  assert.ok(tokens > 5000, `${tokens} tokens`);
});

test('characters that mean nothing are shown as such', async () => {
  const tokens = await tokensOf('automaton a() { # § A; }\nproperty p : A @ B;');
  for (const text of ['#', '§', '@']) {
    const token = tokens.find((one) => one.text === text);
    assert.ok(token?.scopes.includes('invalid.illegal.spl'), text);
  }
});
