import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { get } from '../shared/fhir/client';
import { currentToken } from '../shared/session/session';
import { open, platform, Refused } from '../test/platform';
import { SignIn } from './SignIn';

const field = () => screen.getByLabelText('运维口令');

describe('Signing in', () => {
  test('keeps the token in this tab only, and only once the platform took it', async () => {
    const asked = platform(({ authorization }) => (authorization === 'Bearer right' ? { resourceType: 'Parameters' } : new Refused(401, 'login', 'no')));
    await open(<SignIn />);
    await userEvent.type(field(), 'wrong{Enter}');
    await screen.findByText(/口令不对/);
    expect(sessionStorage.getItem('helan.token')).toBe('token');
    await userEvent.clear(field());
    await userEvent.type(field(), '  right {Enter}');
    await expect.poll(currentToken).toBe('right');
    expect(sessionStorage.getItem('helan.token')).toBe('right');
    expect(JSON.stringify({ ...localStorage }) + document.cookie).not.toContain('right');
    expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer wrong', 'Bearer right']);
  });

  test('does not send what cannot be a token', async () => {
    const asked = platform(() => undefined);
    await open(<SignIn />);
    await userEvent.type(field(), '口令{Enter}');
    await screen.findByText(/不该出现的字符/);
    expect(asked).toEqual([]);
  });

  test('is asked for again when the platform refuses the token later', async () => {
    platform(() => new Refused(401, 'login', 'no'));
    await open(<SignIn />);
    await expect(get('$loads')).rejects.toMatchObject({ status: 401 });
    expect(currentToken()).toBeUndefined();
    await screen.findByText(/口令已失效/);
  });
});
