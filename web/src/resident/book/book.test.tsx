import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Appointment } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const ME = { name: '马秀兰', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
const EXTENSION = 'https://helan.health/fhir/StructureDefinition/';

const proposed = (id: string, start: string, free: number): Appointment => ({
  resourceType: 'Appointment',
  id,
  status: 'proposed',
  start,
  end: start,
  extension: [
    { url: `${EXTENSION}free-places`, valueUnsignedInt: free },
    { url: `${EXTENSION}booking-fee`, valueMoney: { value: 12.5, currency: 'CNY' } },
  ],
  participant: [],
});

const booking = (status: Appointment['status']): Appointment => ({
  resourceType: 'Appointment',
  id: 'a',
  meta: { versionId: '1' },
  status,
  start: '2030-01-07T00:30:00Z',
  end: '2030-01-07T01:00:00Z',
  extension: [{ url: `${EXTENSION}booking-fee`, valueMoney: { value: 12.5, currency: 'CNY' } }, ...(status === 'pending' ? [{ url: `${EXTENSION}held-until`, valueInstant: '2030-01-01T00:15:00Z' }] : [])],
  participant: [
    { status: 'accepted', actor: { reference: 'Patient/p' } },
    { status: 'accepted', actor: { reference: 'PractitionerRole/r', display: '王医生' } },
    { status: 'accepted', actor: { reference: 'Practitioner/d', display: '王医生' } },
  ],
});

function answers(own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME;
    if (asked.path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '马秀兰' }] }]);
    return bundleOf([]);
  });
}

describe('booking', () => {
  test('a time is chosen, held, and confirmed with the payment that it wants', async () => {
    let status: Appointment['status'] = 'pending';
    const asked = answers(({ path }) => {
      if (path === 'Appointment/$find') return bundleOf([proposed('s1', '2030-01-07T00:00:00Z', 0), proposed('s2', '2030-01-07T00:30:00Z', 2)]);
      if (path === 'Appointment/$hold') return bundleOf([booking('pending')]);
      if (path === 'Appointment/a/$book') {
        status = 'booked';
        return booking('booked');
      }
      if (path === 'Appointment/a') return booking(status);
      return undefined;
    });
    await openResident('/book/doctor/d?name=王医生');
    const full = await screen.findByRole('button', { name: /08:00/ });
    expect(full.hasAttribute('disabled')).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: /08:30/ }));
    await userEvent.click(screen.getByRole('button', { name: '预约 08:30' }));
    await userEvent.click(await screen.findByRole('button', { name: '确认预约，到院支付' }));
    expect(await screen.findByText('预约成功')).toBeTruthy();
    const hold = asked.find(({ path }) => path === 'Appointment/$hold');
    expect(JSON.stringify(hold)).toContain('s2');
    expect(JSON.stringify(asked.find(({ path }) => path === 'Appointment/a/$book'))).toContain('counter');
  });

  test('a time that somebody else took is said in the platform’s words, and the choice stays', async () => {
    answers(({ path }) => {
      if (path === 'Appointment/$find') return bundleOf([proposed('s2', '2030-01-07T00:30:00Z', 2)]);
      if (path === 'Appointment/$hold') return new Refused(409, 'conflict', '该时段已约满，请另选时段，或登记候补。');
      return undefined;
    });
    await openResident('/book/doctor/d?name=王医生');
    await userEvent.click(await screen.findByRole('button', { name: /^08:30/ }));
    await userEvent.click(screen.getByRole('button', { name: '预约 08:30' }));
    expect(await screen.findByText(/已约满/)).toBeTruthy();
  });

  test('a day that is full offers its waiting list', async () => {
    const asked = answers(({ path }) => {
      if (path === 'Appointment/$find') return bundleOf([{ ...proposed('s1', '2030-01-07T00:00:00Z', 0), supportingInformation: [{ reference: 'Schedule/x' }] }]);
      if (path === 'Appointment/$join') return { ...booking('waitlist'), start: undefined, requestedPeriod: [{ start: '2030-01-07' }] };
      return undefined;
    });
    await openResident('/book/doctor/d?name=王医生');
    await userEvent.click(await screen.findByRole('button', { name: '登记候补' }));
    await screen.findByRole('heading', { level: 1, name: '我的预约' });
    expect(JSON.stringify(asked.find(({ path }) => path === 'Appointment/$join'))).toContain('Schedule/x');
  });

  test('cancelling is asked once more', async () => {
    const asked = answers(({ path }) => {
      if (path === 'Appointment') return bundleOf([booking('booked')]);
      if (path === 'Appointment/a/$cancel') return booking('cancelled');
      return undefined;
    });
    await openResident('/bookings');
    await userEvent.click(await screen.findByRole('button', { name: '取消预约' }));
    expect(asked.some(({ path }) => path.endsWith('$cancel'))).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '取消预约' }));
    expect(asked.some(({ path }) => path.endsWith('$cancel'))).toBe(true);
  });
});
