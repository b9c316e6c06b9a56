import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { bundleOf, platform, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const part = (name: string, valueString: string) => ({ name, valueString });
const one = (task: string, state: string, drug: string) => ({
  name: 'prescription',
  part: [part('task', `Task/${task}`), part('number', task.toUpperCase()), part('state', state), part('authored', '2026-11-26T01:00:00Z'), part('drug', drug), { name: 'request', valueReference: { reference: `MedicationRequest/m-${task}` } }],
});

function answers(status: 'active' | 'completed' = 'active'): Asked[] {
  return platform(({ path, query }) => {
    if (path === '/access/me') return { name: '丁志明', role: 'resident', account: 'a', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
    if (path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁志明' }] }]);
    if (path === '$prescriptions') return { resourceType: 'Parameters', parameter: [one('a', 'returned', '布洛芬片 0.2g'), one('b', 'effective', '苯磺酸氨氯地平片 5mg')] };
    if (path === 'MedicationRequest')
      return bundleOf([
        {
          resourceType: 'MedicationRequest',
          id: query.get('_id') ?? '',
          status,
          intent: 'order',
          subject: {},
          requester: { reference: 'Practitioner/d', display: '李医生' },
          medicationCodeableConcept: { text: query.get('_id') === 'm-b' ? '苯磺酸氨氯地平片 5mg' : '布洛芬片 0.2g' },
          reasonCode: [{ text: '原发性高血压' }],
          dosageInstruction: [{ route: { text: '口服' }, timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } }, doseAndRate: [{ doseQuantity: { value: 1, unit: '片' } }] }],
          dispenseRequest: { quantity: { value: 7, unit: '片' }, expectedSupplyDuration: { value: 7, code: 'd' } },
        },
      ]);
    return bundleOf([]);
  });
}

beforeEach(() => sessionStorage.clear());

describe('My prescriptions', () => {
  test('say whether they count, and how a drug is taken in plain words', async () => {
    const log = answers();
    await openResident('/prescriptions');
    await screen.findByText('医生修改中');
    await userEvent.click(await screen.findByRole('link', { name: /苯磺酸氨氯地平片/ }));
    await screen.findByText('医生和药师都已签名，可以取药。');
    await screen.findByText(/口服.*每次 1 片.*每天 1 次.*连续 7 天.*一共 7 片/);
    screen.getByText('李医生');
    screen.getByText('原发性高血压');
    expect(screen.queryByText('尚未生效，不能凭此取药')).toBeNull();
    expect(log.find(({ path }) => path === '$prescriptions')?.query.get('patient')).toBe('p');
  });

  test('that do not count say so on paper, too', async () => {
    answers();
    await openResident('/prescriptions/a');
    await screen.findByText(/药师请医生修改这张处方/);
    screen.getByText('尚未生效，不能凭此取药');
    screen.getByRole('button', { name: '打印处方' });
  });

  test('that were collected or stopped say that nothing more is given for them, on paper too', async () => {
    answers('completed');
    await openResident('/prescriptions/b');
    await screen.findByText('已取完、停用或过期');
    screen.getByText('不能再凭此取药');
    expect(screen.queryByText('医生和药师都已签名，可以取药。')).toBeNull();
  });
});
