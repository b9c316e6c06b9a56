import { render, screen } from '@testing-library/react';
import type { MedicationRequest } from 'fhir/r4';
import { beforeAll, expect, test } from 'vitest';
import en from '../i18n/en';
import { startTranslation } from '../i18n/i18n';
import zh from '../i18n/zh';
import { Drugs } from './Drugs';

beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));

const written = (text: string): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  id: 'm',
  status: 'on-hold',
  intent: 'order',
  subject: {},
  medicationCodeableConcept: { text: '奥美拉唑肠溶胶囊 20mg' },
  dosageInstruction: [{ text, timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } }, route: { text: '口服' }, doseAndRate: [{ doseQuantity: { value: 1.5, unit: '粒' } }] }],
});

test('a text that says what the codes say stands alone, however it is spaced', () => {
  render(<Drugs requests={[written('每次1.5粒，每日1次，口服')]} />);
  expect(screen.queryByText(/结构化用法/)).toBeNull();
});

test.each(['口服，每次 10 粒，每天 4 次', '每次 15 粒，每日 1 次，口服'])('a text that says something else has the codes beside it: %s', (text) => {
  render(<Drugs requests={[written(text)]} />);
  screen.getByText(text);
  screen.getByText('结构化用法（规则按此审核）：每次 1.5 粒，每日 1 次，口服');
});
