import { describe, expect, test } from 'vitest';
import en from './en';
import zh from './zh';

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return typeof value === 'string' ? [[here, value] as [string, string]] : flat(value, here);
  });
}

const base = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const blanks = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort();
const han = /\p{Script=Han}/u;
const namespaces = Object.keys(zh) as (keyof typeof zh)[];

const files = import.meta.glob<string>('../../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
const sources = Object.entries(files).filter(([path]) => !path.includes('.test.') && !path.startsWith('./') && !path.includes('/test/'));

describe.each(namespaces)('%s', (namespace) => {
  const chinese = flat(zh[namespace]);
  const english = flat(en[namespace]);

  test('has the same keys in both languages', () => {
    const keys = (texts: [string, string][]) => [...new Set(texts.map(([key]) => base(key)))].sort();
    expect(keys(english)).toEqual(keys(chinese));
  });

  test('leaves no text empty, and no Chinese in English', () => {
    expect([...chinese, ...english].filter(([, text]) => text.trim() === '')).toEqual([]);
    // The button that leads to Chinese speaks Chinese.
    expect(english.filter(([key, text]) => han.test(text) && !key.startsWith('language.'))).toEqual([]);
  });

  test('fills the same blanks in both languages', () => {
    const ofChinese = new Map(chinese.map(([key, text]) => [base(key), blanks(text)]));
    for (const [key, text] of english) {
      const wanted = ofChinese.get(base(key)) ?? [];
      // A singular may leave out what is one.
      const mayLack = key.endsWith('_one');
      expect(mayLack ? wanted : blanks(text), key).toEqual(mayLack ? expect.arrayContaining(blanks(text)) : wanted);
    }
  });
});

test('Pages carry no Chinese of their own: what a reader sees is in the translation files', () => {
  expect(sources.length).toBeGreaterThan(20);
  const found = sources.flatMap(([path, text]) =>
    text
      .replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')
      .split('\n')
      // What people type, and what data carry, is matched in their language.
      .filter((line) => han.test(line) && !/\/\^|\.replace\(/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test('Every text is used somewhere', () => {
  const code = sources.map(([, text]) => text).join('\n');
  // t(`kinds.${kind}`) uses all of `kinds.`.
  const families = [...code.matchAll(/`(?:\w+:)?([\w.]+\.)\$\{/g)].map(([, family]) => family!);
  // Codes, types and operations are named by what the platform answers.
  const unused = namespaces
    .filter((namespace) => !['codes', 'types', 'operations'].includes(namespace))
    .flatMap((namespace) => flat(zh[namespace]).map(([key]) => base(key)))
    .filter((key) => !code.includes(`'${key}'`) && !code.includes(`:${key}'`) && !families.some((family) => key.startsWith(family)));
  expect(unused).toEqual([]);
});
