import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Parameters, ParametersParameter } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../test/platform';
import { CodesPage } from './exchange/CodesPage';

const parameters = (...parameter: ParametersParameter[]): Parameters => ({ resourceType: 'Parameters', parameter });

const localCode = (code: string, display: string, seen: number, more: ParametersParameter[] = []): ParametersParameter => ({
  name: 'localCode',
  part: [
    { name: 'feed', valueString: 'his' },
    { name: 'code', valueCoding: { system: 'https://helan.health/fhir/sid/h/codes/gender', code, display } },
    { name: 'seen', valueDecimal: seen },
    { name: 'lastSeen', valueInstant: '2026-11-26T03:00:00Z' },
    { name: 'state', valueCode: 'unmapped' },
    ...more,
  ],
});

const match = (score: number, code: string, display: string): ParametersParameter => ({
  name: 'match',
  part: [{ name: 'score', valueDecimal: score }, { name: 'concept', valueCoding: { system: 'http://hl7.org/fhir/administrative-gender', code, display } }],
});

function answering(codes: ParametersParameter[], own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => own(asked) ?? (asked.path === 'ConceptMap/$local-codes' ? parameters(...codes) : parameters()));
}

const sent = (asked: Asked[]) => Object.fromEntries((asked.findLast(({ path }) => path === 'ConceptMap/$map-local-code')?.body as { parameter: { name: string; valueString: string }[] }).parameter.map(({ name, valueString }) => [name, valueString]));

describe('Local codes', () => {
  test('keep their shape while they load, and say when there are none', async () => {
    answering([], ({ path }) => (path === 'ConceptMap/$local-codes' ? never : undefined));
    await open(<CodesPage />, { path: '/exchange/codes' });
    await screen.findByRole('status', { name: '正在读取' });
  });

  test('say when nothing is to be mapped', async () => {
    answering([]);
    await open(<CodesPage />, { path: '/exchange/codes' });
    await screen.findByText('没有待对照的代码');
  });

  test('say in the server’s sentence why they are not shown', async () => {
    answering([], ({ path }) => (path === 'ConceptMap/$local-codes' ? new Refused(403, 'forbidden', '只有运维人员可以查看') : undefined));
    await open(<CodesPage />, { path: '/exchange/codes' });
    await screen.findByText('只有运维人员可以查看');
  });

  test('are listed with how often they came, suggested a meaning, and mapped', async () => {
    const asked = answering([localCode('MALE9', '男性', 1204), localCode('F9', '女性', 3)], ({ path }) => (path === 'ConceptMap/$suggest' ? parameters(match(0.5, 'male', '男')) : undefined));
    await open(<CodesPage />, { path: '/exchange/codes' });
    const first = within((await screen.findByText('MALE9')).closest('li')!);
    first.getByText('出现 1,204 次');
    first.getByText(/his · gender/);
    await userEvent.click(first.getByRole('button', { name: '对照' }));
    await userEvent.type(first.getByLabelText('在哪个值集中找含义'), 'http://hl7.org/fhir/ValueSet/administrative-gender');
    await userEvent.click(first.getByRole('button', { name: '找相近的' }));
    await first.findByText('相近 50%');
    expect(asked.findLast(({ path }) => path === 'ConceptMap/$suggest')?.query.get('target')).toBe('http://hl7.org/fhir/ValueSet/administrative-gender');
    await userEvent.click(first.getByRole('button', { name: '采用 male 男' }));
    await expect.poll(() => sent(asked)).toEqual({ feed: 'his', system: 'https://helan.health/fhir/sid/h/codes/gender', code: 'MALE9', decision: 'map', targetSystem: 'http://hl7.org/fhir/administrative-gender', targetCode: 'male' });
  });

  test('are left as they are when the platform refuses a meaning, with its reason', async () => {
    answering([localCode('MALE9', '男性', 2)], ({ path }) => (path === 'ConceptMap/$map-local-code' ? new Refused(422, 'processing', '请对照到 FHIR 值集中的代码') : undefined));
    await open(<CodesPage />, { path: '/exchange/codes' });
    await userEvent.click(await screen.findByRole('button', { name: '对照' }));
    await userEvent.click(screen.getByText('直接填写代码'));
    await userEvent.type(screen.getByLabelText('代码体系（URL 或 OID）'), 'urn:oid:2.16.156.10011.2.3.3.4');
    await userEvent.type(screen.getByLabelText('代码'), '1');
    await userEvent.click(screen.getByRole('button', { name: '采用' }));
    await screen.findByText('请对照到 FHIR 值集中的代码');
    screen.getByText('MALE9');
  });

  test('may need no map, and be taken up anew', async () => {
    const asked = answering([localCode('X', '', 1)]);
    const { router } = await open(<CodesPage />, { path: '/exchange/codes' });
    await userEvent.click(await screen.findByRole('button', { name: '不需要对照' }));
    await expect.poll(() => sent(asked)['decision']).toBe('ignore');
    await router.navigate('/exchange/codes?state=ignored');
    await userEvent.click(await screen.findByRole('button', { name: '重新对照' }));
    await expect.poll(() => sent(asked)['decision']).toBe('reopen');
    expect(asked.findLast(({ path }) => path === 'ConceptMap/$local-codes')?.query.get('state')).toBe('ignored');
  });
});
