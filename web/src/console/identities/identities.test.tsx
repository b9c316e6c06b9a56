import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Parameters, ParametersParameter, Patient } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, never, open, platform, Refused, type Asked } from '../../test/platform';
import { meantAsIdentity, percentOf, signed, speaksAgainst, speaksFor, standingOf } from './compare';
import { IndexPage } from './IndexPage';
import { PersonPage } from './PersonPage';
import { ReviewPage } from './ReviewPage';
import type { Decision } from './useIdentities';

const CITIZEN = 'urn:oid:2.16.156.10011.1.3';
const parameters = (...parameter: ParametersParameter[]): Parameters => ({ resourceType: 'Parameters', parameter });
const evidence = (field: string, level: string, weight: number): ParametersParameter => ({ name: 'evidence', part: [{ name: 'field', valueCode: field }, { name: 'level', valueCode: level }, { name: 'weight', valueDecimal: weight }] });
const patient = (id: string, name: string, more: Partial<Patient> = {}): Patient => ({ resourceType: 'Patient', id, meta: { lastUpdated: '2026-11-20T01:00:00Z' }, name: [{ text: name }], gender: 'female', managingOrganization: { reference: `Organization/${id}` }, ...more });

const A = patient('a', '马*兰', { birthDate: '1958', identifier: [{ system: CITIZEN, value: '6401**********1234' }], meta: { lastUpdated: '2026-11-20T01:00:00Z', tag: [{ code: 'SUBSETTED' }] } });
const B = patient('b', '马*蘭', { birthDate: '1958', identifier: [{ system: CITIZEN, value: '6401**********1235' }] });

const review = (id: string, more: ParametersParameter[] = []): ParametersParameter => ({
  name: 'review',
  part: [{ name: 'review', valueString: id }, { name: 'state', valueCode: 'open' }, { name: 'reason', valueCode: 'possible' }, { name: 'weight', valueDecimal: 3.2 }, { name: 'opened', valueInstant: '2026-11-01T01:00:00Z' }, { name: 'patient', resource: A }, { name: 'other', resource: B }, ...more],
});

const whole = (id: string, more: ParametersParameter[] = []): Parameters =>
  parameters(
    review(id, [
      { name: 'verdict', valueCode: 'possible' },
      { name: 'probability', valueDecimal: 0.9 },
      evidence('given', 'variant', 6.1),
      evidence('birth', 'different', -5.4),
      evidence('prior', 'unrelated', -20),
      { name: 'number', part: [{ name: 'of', valueReference: { reference: 'Patient/a' } }, { name: 'index', valueDecimal: 0 }, { name: 'valid', valueBoolean: true }, { name: 'kind', valueCode: 'resident-id' }] },
      { name: 'number', part: [{ name: 'of', valueReference: { reference: 'Patient/b' } }, { name: 'index', valueDecimal: 0 }, { name: 'valid', valueBoolean: false }] },
      { name: 'person', part: [{ name: 'id', valueId: 'a' }, { name: 'member', valueReference: { reference: 'Patient/a' } }, { name: 'member', valueReference: { reference: 'Patient/c' } }] },
      { name: 'person', part: [{ name: 'id', valueId: 'b' }, { name: 'member', valueReference: { reference: 'Patient/b' } }] },
      ...more,
    ]),
  );

function answer({ path, query }: Asked): unknown {
  switch (path) {
    case '/access/me':
      return { name: '某某', role: 'operator', account: 'op', patients: [], institution: '' };
    case '$link-reviews':
      return query.get('after') ? parameters(review('r3')) : parameters({ name: 'waiting', valueDecimal: 3 }, review('r1'), review('r2'), { name: 'after', valueString: 'r2' });
    case '$link-review':
      return whole(query.get('review') ?? '');
    case 'Patient/$merge':
      return parameters({ name: 'wasOne', valueBoolean: false }, { name: 'numbersDisagree', valueBoolean: true }, { name: 'probability', valueDecimal: 0.31 }, evidence('given', 'same-pinyin', 4));
    case 'Organization':
      return bundleOf([{ resourceType: 'Organization', id: 'a', name: '县医院' }, { resourceType: 'Organization', id: 'b', name: '市医院' }]);
    default:
      return { resourceType: 'Parameters' };
  }
}

const at = (page: React.ReactNode, path: string, where: string, own: (asked: Asked) => unknown = () => undefined) => {
  const asked = platform((one) => own(one) ?? answer(one));
  return open(page, { account: true, path, at: where }).then(({ router }) => ({ asked, router }));
};

const bodies = (asked: Asked[], path: string) => asked.filter((one) => one.path === path).map(({ body }) => Object.fromEntries(((body as Parameters).parameter ?? []).map(({ name, valueString }) => [name, valueString])));

describe('The reviews', () => {
  const atReviews = (own?: (asked: Asked) => unknown, where = '/identities/review') => at(<ReviewPage />, '/identities/review', where, own);

  test('show both records line by line, with evidence in words and whose number is valid', async () => {
    await atReviews();
    const table = await screen.findByRole('table', { name: '两份记录对照' });
    within(table).getByText('居民身份证 · 有效');
    within(table).getByText('身份号码 · 无效');
    within(table).getByText('名 · 异体字');
    within(table).getByText('+6.1');
    within(table).getByText('−5.4');
    await within(table).findByText(/县医院/);
    screen.getByText('出生日期：不同');
    screen.getByText(/概率 90%/);
    screen.getByText(/为您遮盖了一部分/);
  });

  test('keep filters in the address and load more after the last', async () => {
    const { asked, router } = await atReviews(undefined, '/identities/review?state=all&assignee=%E6%9D%8E%E5%B7%A5');
    await userEvent.click(await screen.findByRole('button', { name: '显示更多' }));
    await expect.poll(() => asked.filter(({ path }) => path === '$link-reviews').at(-1)?.query.get('after')).toBe('r2');
    expect(asked.find(({ path }) => path === '$link-reviews')?.query.toString()).toContain('state=all');
    expect(asked.find(({ path }) => path === '$link-reviews')?.query.get('assignee')).toBe('李工');
    await userEvent.click(screen.getByText('待复核', { selector: '.ant-segmented-item-label' }));
    await expect.poll(() => router.state.location.search).not.toContain('state');
  });

  test('say what a decision does before it is taken, want a reason, and can be undone', async () => {
    const { asked } = await atReviews();
    const form = within(await screen.findByRole('form', { name: '您的判断' }));
    await userEvent.click(form.getAllByRole('radio')[0]!);
    await form.findByText(/共 3 份记录归为一人/);
    await form.findByText(/两边各有不同的有效证件号码/);
    await userEvent.click(form.getByRole('button', { name: '确定：是同一人' }));
    await form.findByText('请写明理由，至少 2 个字。');
    expect(bodies(asked, '$link-decide')).toEqual([]);
    await userEvent.type(form.getByLabelText('理由（核对了什么）'), '已电话核对');
    await userEvent.click(form.getByRole('button', { name: '确定：是同一人' }));
    await expect.poll(() => bodies(asked, '$link-decide')).toEqual([{ review: 'r1', decision: 'same', note: '已电话核对' }]);
    await userEvent.click(await screen.findByRole('button', { name: /撤\s*回/ }));
    await expect.poll(() => bodies(asked, '$link-decide')[1]).toMatchObject({ patient: 'a', other: 'b', decision: 'reopen' });
  });

  test('keep what was typed when the platform refuses', async () => {
    await atReviews(({ path }) => (path === '$link-decide' ? new Refused(422, 'business-rule', '这一决定与另一项人工决定相矛盾。') : undefined));
    const form = within(await screen.findByRole('form', { name: '您的判断' }));
    await userEvent.click(form.getAllByRole('radio')[1]!);
    const note = form.getByLabelText<HTMLTextAreaElement>('理由（核对了什么）');
    await userEvent.type(note, '是姐妹');
    await userEvent.click(form.getByRole('button', { name: '确定：不是同一人' }));
    await screen.findByText('这一决定与另一项人工决定相矛盾。');
    expect(note.value).toBe('是姐妹');
  });

  test('are gone through with the keyboard, which is silent while one types', async () => {
    const { router } = await atReviews();
    await screen.findByRole('form', { name: '您的判断' });
    await userEvent.keyboard('j');
    await expect.poll(() => router.state.location.search).toContain('review=r2');
    await userEvent.keyboard('k');
    await expect.poll(() => router.state.location.search).toContain('review=r1');
    await userEvent.keyboard('?');
    await screen.findByText('下一对 / 上一对');
    const form = await screen.findByRole('form', { name: '您的判断' });
    await userEvent.keyboard('3');
    await within(form).findByText(/现在什么都不改变/);
    await userEvent.keyboard('j1');
    expect(router.state.location.search, 'j went into the note').toContain('review=r1');
    within(form).getByText(/现在什么都不改变/);
  });

  test('are assigned, and put off until a day without a reason', async () => {
    const { asked } = await atReviews();
    await userEvent.type(await screen.findByLabelText('交给谁'), '李工');
    await userEvent.click(screen.getByRole('button', { name: '交给此人' }));
    await expect.poll(() => bodies(asked, '$link-decide')).toEqual([{ review: 'r1', decision: 'assign', assignee: '李工' }]);
    const form = within(screen.getByRole('form', { name: '您的判断' }));
    await userEvent.click(form.getAllByRole('radio')[2]!);
    await userEvent.click(form.getByRole('button', { name: '确定：以后再定' }));
    await expect.poll(() => bodies(asked, '$link-decide').at(-1)).toMatchObject({ review: 'r1', decision: 'postpone' });
    expect(Date.parse(bodies(asked, '$link-decide').at(-1)?.['until'] ?? '')).toBeGreaterThan(Date.now() + 6 * 86_400_000);
  });

  test('show a decision in force and take it back with a reason', async () => {
    const { asked } = await atReviews(({ path }) =>
      path === '$link-review' ? whole('r1', [{ name: 'ruling', part: [{ name: 'says', valueCode: 'not-same' }, { name: 'kind', valueCode: 'review' }, { name: 'by', valueString: '王工' }, { name: 'note', valueString: '姐妹' }] }]) : undefined,
    );
    await screen.findByText(/由 王工 决定：不是同一人/);
    expect(screen.queryByRole('form', { name: '您的判断' })).toBeNull();
    await userEvent.type(screen.getByLabelText('撤回的理由'), '看错了');
    await userEvent.click(screen.getByRole('button', { name: '撤回决定' }));
    await expect.poll(() => bodies(asked, '$link-decide')).toEqual([{ patient: 'a', other: 'b', decision: 'reopen', note: '看错了' }]);
  });

  test('keep their shape while they load', async () => {
    await atReviews(({ path }) => (path === '$link-reviews' ? never : undefined));
    await screen.findByRole('status', { name: '正在读取' });
  });

  test('say when nothing waits, and why they could not be read', async () => {
    await atReviews(({ path }) => (path === '$link-reviews' ? parameters({ name: 'waiting', valueDecimal: 0 }) : undefined));
    await screen.findByText('没有待复核的记录');
  });

  test('say in the server’s sentence why they are not shown', async () => {
    await atReviews(({ path }) => (path === '$link-reviews' ? new Refused(403, 'forbidden', '只有主索引管理人员可以复核。') : undefined));
    await screen.findByText('只有主索引管理人员可以复核。');
  });
});

describe('The identities of a person', () => {
  const decision = (id: string, kind: string, other: string, atTime: string, more: ParametersParameter[] = []): ParametersParameter => ({
    name: 'decision',
    part: [{ name: 'id', valueId: id }, { name: 'at', valueInstant: atTime }, { name: 'kind', valueCode: kind }, { name: 'reason', valueCode: 'same' }, { name: 'other', valueReference: { reference: `Patient/${other}` } }, { name: 'by', valueString: '王工' }, { name: 'note', valueString: '核对过' }, ...more],
  });
  const C = patient('c', '马秀兰');
  const person = ({ path }: Asked) => {
    if (path === 'Patient/a/$person')
      return parameters(
        { name: 'golden', resource: { ...A, id: 'a' } },
        { name: 'rules', valueString: '1' },
        { name: 'origin', part: [{ name: 'field', valueCode: 'name' }, { name: 'index', valueDecimal: 0 }, { name: 'source', valueReference: { reference: 'Patient/a' } }, { name: 'source', valueReference: { reference: 'Patient/b' } }] },
        { name: 'member', resource: A },
        { name: 'member', resource: B },
        { name: 'member', resource: C },
      );
    if (path === 'Patient/a/$link-history') return parameters(decision('2', 'merged', 'c', '2026-11-22T01:00:00Z'), decision('1', 'linked', 'b', '2026-11-21T01:00:00Z', [evidence('number', 'same', 30), evidence('rule', 'same-number', 0)]));
    if (path === 'Patient/b/$link-history') return parameters(decision('1', 'linked', 'a', '2026-11-21T01:00:00Z', [evidence('rule', 'same-number', 0)]));
    return undefined;
  };
  const atPerson = (own: (asked: Asked) => unknown = person) => at(<PersonPage />, '/identities/persons/:id', '/identities/persons/a', own);

  test('tell why each record is linked, and what the records say together', async () => {
    await atPerson();
    await screen.findByText('自动：证件号码相同');
    screen.getByText('人工合并');
    const line = within(screen.getByRole('region', { name: '综合信息' })).getByText('姓名').closest('tr')!;
    within(line).getByText('1');
    within(line).getByText('2');
    expect(within(screen.getByRole('region', { name: '决定的历史' })).getAllByText('自动关联'), 'told once though both know it').toHaveLength(1);
  });

  test('are parted again only with a reason, and only what people joined', async () => {
    const { asked } = await atPerson();
    await userEvent.click(await screen.findByRole('button', { name: '撤销合并' }));
    expect(screen.getAllByRole('button', { name: '确认撤回' })).toHaveLength(1);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '确认撤回' }).disabled).toBe(true);
    await userEvent.type(screen.getByLabelText('撤回的理由'), '两个人');
    await userEvent.click(screen.getByRole('button', { name: '确认撤回' }));
    await expect.poll(() => bodies(asked, 'Patient/$unmerge')).toEqual([{ 'source-patient': 'Patient/a', 'target-patient': 'Patient/c', note: '两个人' }]);
  });

  test('are merged after a look at what it does', async () => {
    const { asked } = await atPerson();
    await userEvent.click(await screen.findByText('与另一份记录合并'));
    await userEvent.type(screen.getByLabelText('另一份记录的编号（Patient/…）'), 'Patient/z');
    await userEvent.click(screen.getByRole('button', { name: '先看看' }));
    await screen.findByText(/概率是 31%/);
    expect(bodies(asked, 'Patient/$merge')).toEqual([{ 'source-patient': 'Patient/z', 'target-patient': 'Patient/a', preview: 'true' }]);
    await userEvent.type(screen.getByLabelText('理由（核对了什么）'), '本人到场');
    await userEvent.click(screen.getByRole('button', { name: '确认合并' }));
    await expect.poll(() => bodies(asked, 'Patient/$merge')[1]).toEqual({ 'source-patient': 'Patient/z', 'target-patient': 'Patient/a', note: '本人到场' });
  });

  test('are only read by who does not keep the index', async () => {
    await atPerson((asked) => (asked.path === '/access/me' ? { name: '医生', role: 'practitioner', account: 'd', patients: [], institution: 'a' } : person(asked)));
    await screen.findByText('人工合并');
    expect(screen.queryByRole('button', { name: '撤销合并' })).toBeNull();
    expect(screen.queryByText('与另一份记录合并')).toBeNull();
  });

  test('say in the server’s sentence why they are not there', async () => {
    await atPerson(({ path }) => (path.endsWith('$person') ? new Refused(404, 'not-found', '居民主索引里还没有 Patient/a，请稍后重试。') : undefined));
    await screen.findByText(/请稍后重试/);
  });
});

describe('The index', () => {
  const state = (stage: string) =>
    parameters(
      { name: 'model', valueString: '3' },
      { name: 'records', valueDecimal: 1200 },
      { name: 'linkedRecords', valueDecimal: 300 },
      { name: 'persons', valueDecimal: 1050 },
      { name: 'waiting', valueDecimal: 9 },
      { name: 'waitingFor', part: [{ name: 'day', valueDecimal: 5 }, { name: 'week', valueDecimal: 2 }, { name: 'month', valueDecimal: 1 }] },
      { name: 'lag', valueDecimal: 17 },
      { name: 'walk', part: [{ name: 'stage', valueCode: stage }, { name: 'why', valueCode: 'asked' }, { name: 'looked', valueDecimal: 400 }] },
    );
  const atIndex = (own: (asked: Asked) => unknown) => at(<IndexPage />, '/identities', '/identities', own);

  test('counts people and records, and tells apart how long reviews wait', async () => {
    await atIndex(({ path }) => (path === '$resident-index' ? state('done') : undefined));
    await screen.findByText('1,050');
    screen.getByText('17');
    const rows = within(screen.getByRole('region', { name: '待复核的等了多久' })).getAllByRole('row');
    expect(rows.slice(1).map((row) => within(row).getAllByRole('cell')[1]?.textContent)).toEqual(['4', '3', '1', '1']);
  });

  test('is gone through again only when it is said twice', async () => {
    const { asked } = await atIndex(({ path }) => (path === '$resident-index' ? state('done') : undefined));
    await userEvent.click(await screen.findByRole('button', { name: '重新核对全部' }));
    expect(asked.some(({ path }) => path === '$rebuild-index')).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '确认重新核对' }));
    await expect.poll(() => asked.some(({ method, path }) => method === 'POST' && path === '$rebuild-index')).toBe(true);
  });

  test('tells how far a walk is, and begins no second one', async () => {
    await atIndex(({ path }) => (path === '$resident-index' ? state('patients') : undefined));
    await screen.findByText('正在读取全部患者');
    screen.getByText(/已看 400 条/);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '重新核对全部' }).disabled).toBe(true);
  });

  test('says in the server’s sentence why it is not shown', async () => {
    await atIndex(({ path }) => (path === '$resident-index' ? new Refused(403, 'forbidden', '无权查看主索引') : undefined));
    await screen.findByText('无权查看主索引');
  });
});

describe('What stands', () => {
  const of = (id: string, kind: string, patientId = 'a', other: string | undefined = 'b', level = ''): Decision => ({ id, at: undefined, kind, reason: '', patient: patientId, other, by: undefined, institution: undefined, note: undefined, model: undefined, evidence: level ? [{ field: 'rule', level, weight: 0 }] : [] });

  test('is what was decided last, whichever side it is told from', () => {
    expect(standingOf([of('2', 'unlinked', 'b', 'a'), of('1', 'linked')])).toEqual([]);
    expect(standingOf([of('1', 'linked', 'a', 'b', 'same-number')])[0]?.how).toBe('number');
    expect(standingOf([of('1', 'linked', 'a', 'b', 'siblings')])[0]?.how).toBe('weight');
  });

  test('goes back to the rules when people take their word back', () => {
    expect(standingOf([of('3', 'unmerged'), of('2', 'merged'), of('1', 'linked')])[0]?.how).toBe('weight');
    expect(standingOf([of('2', 'confirmed'), of('1', 'review')])[0]?.how).toBe('confirmed');
    expect(standingOf([of('2', 'reopened'), of('1', 'confirmed')])).toEqual([]);
    expect(standingOf([{ ...of('1', 'merged'), other: undefined }])).toEqual([]);
  });

  test('is weighed without the prior, and never said to be certain', () => {
    const all = [{ field: 'prior', level: 'unrelated', weight: -20 }, { field: 'given', level: 'exact', weight: 8 }, { field: 'sex', level: 'same', weight: 0.2 }, { field: 'birth', level: 'different', weight: -3 }];
    expect(speaksFor(all).map(({ field }) => field)).toEqual(['given']);
    expect(speaksAgainst(all).map(({ field }) => field)).toEqual(['birth']);
    expect([percentOf(1), percentOf(0), percentOf(0.5), percentOf(0.955)]).toEqual(['> 99.9%', '< 0.1%', '50%', '95.5%']);
    expect([signed(1), signed(-2.25)]).toEqual(['+1.0', '−2.3']);
    expect([meantAsIdentity({ system: CITIZEN }), meantAsIdentity({ system: 'x' })]).toEqual([true, false]);
  });
});
