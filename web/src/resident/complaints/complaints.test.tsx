import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const at = (name: string, valueInstant: string) => ({ name, valueInstant });
const to = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, display } });
const said = (step: string, by: string, words: string) => ({ name: 'note', part: [code('step', step), code('by', by), at('at', '2026-11-25T08:00:00Z'), { name: 'words', valueString: words }] });

const head = (state: string) => [to('task', 'Task/c1'), code('state', state), code('kind', 'visit'), to('institution', 'Organization/h', '第一互联网医院'), to('about', 'Encounter/e1'), at('opened', '2026-11-25T08:00:00Z')];
const answered = parameters(...head('answered'), at('closes', '2026-12-02T08:00:00Z'), code('step', 'accept'), code('step', 'object'), code('step', 'withdraw'), said('complain', 'resident', '等了两小时'), said('answer', 'institution', '已核实并致歉'));
const objected = parameters(...head('escalated'), code('step', 'withdraw'), said('complain', 'resident', '等了两小时'), said('answer', 'institution', '已核实并致歉'), said('object', 'resident', '没有解决'));

let list: unknown;
let one: unknown;

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const told = own(asked);
    if (told !== undefined) return told;
    switch (asked.path) {
      case '/access/me':
        return { name: '丁志明', role: 'resident', account: 'a', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
      case 'Patient':
        return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁志明' }] }]);
      case '$complaints':
        return list;
      case 'Task/c1/$complaint':
        return one;
      default:
        return bundleOf([]);
    }
  });
}

const sent = (log: Asked[], path: string) => log.find((asked) => asked.path === path && asked.method === 'POST')?.body;

beforeEach(() => {
  sessionStorage.clear();
  list = parameters({ name: 'complaint', part: head('answered') });
  one = answered;
});

describe('Complaints', () => {
  test('are listed with where they stand; none is said as none', async () => {
    answers();
    await openResident('/complaints');
    const link = await screen.findByRole('link', { name: /对互联网复诊的投诉/ });
    expect(link.textContent).toMatch(/已答复.*第一互联网医院/);
    expect(link.getAttribute('href')).toContain('/complaints/c1');
  });

  test('that are not there are said so', async () => {
    list = parameters();
    answers();
    await openResident('/complaints');
    await screen.findByText('没有投诉');
  });

  test('want words, and keep them when the platform refuses', async () => {
    let refuses = true;
    const log = answers(({ path }) => (path === '$complain' ? (refuses ? new Refused(409, 'conflict', '您已就此投诉，该投诉尚未办结。') : answered) : undefined));
    await openResident('/complaints/new?about=Encounter%2Fe1');
    await userEvent.click(await screen.findByRole('button', { name: '提交投诉' }));
    await screen.findByText(/至少 4 个字/);
    expect(sent(log, '$complain')).toBeUndefined();
    await userEvent.type(screen.getByLabelText('遇到什么问题'), '等了两小时');
    await userEvent.click(screen.getByRole('button', { name: '提交投诉' }));
    await screen.findByText('您已就此投诉，该投诉尚未办结。');
    expect((screen.getByLabelText('遇到什么问题') as HTMLTextAreaElement).value).toBe('等了两小时');
    refuses = false;
    await userEvent.click(screen.getByRole('button', { name: '提交投诉' }));
    await screen.findByText('已核实并致歉');
    expect(JSON.stringify(sent(log, '$complain'))).toContain('Encounter/e1');
  });

  test('tell who said what and what comes next; an answer that will not do goes to the regulator', async () => {
    const log = answers(({ path }) => {
      if (path !== 'Task/c1/$complaint-step') return undefined;
      one = objected;
      return objected;
    });
    await openResident('/complaints/c1');
    await screen.findByText(/不认可，就交监管部门处理/);
    expect(screen.getByText('已核实并致歉')).toBeTruthy();
    await userEvent.type(screen.getByLabelText(/您的话/), '没有解决');
    await userEvent.click(screen.getByRole('button', { name: '不认可' }));
    await screen.findByText('监管部门正在处理，结果会写在这里。');
    await waitFor(() => expect(JSON.stringify(sent(log, 'Task/c1/$complaint-step'))).toContain('object'));
    expect(screen.queryByRole('button', { name: '认可' })).toBeNull();
  });

  test('without a thing to complain of lead nowhere', async () => {
    answers();
    await openResident('/complaints/new?about=Patient%2Fp');
    await screen.findByText(/请从要投诉的/);
  });
});
