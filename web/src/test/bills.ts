import type { Parameters, ParametersParameter } from 'fhir/r4';

const text = (name: string, valueString: string): ParametersParameter => ({ name, valueString });
const code = (name: string, valueCode: string): ParametersParameter => ({ name, valueCode });

/** A bill as the platform tells it: 243.00, of which the insurance pays 12.21. */
export const bill = (state: string, more: ParametersParameter[] = [], number = 'c1', [institution, where] = ['h', '县人民医院']): ParametersParameter => ({
  name: 'bill',
  part: [
    text('number', number),
    code('state', state),
    { name: 'institution', valueReference: { reference: `Organization/${institution}`, display: where } },
    text('total', '243.00'),
    text('own', '230.79'),
    text('open', state === 'owing' || state === 'deferred' ? '230.79' : '0.00'),
    text('eligible', '222.20'),
    text('source', '演示规则，未经核实'),
    { name: 'created', valueInstant: '2026-11-26T01:05:00Z' },
    { name: 'share', part: [code('payer', 'basic'), code('state', state === 'presettled' ? 'open' : 'agreed'), text('amount', '12.21')] },
    { name: 'line', part: [{ name: 'charge', valueReference: { reference: 'ChargeItem/x' } }, text('name', '血常规'), text('day', '2026-11-26'), text('quantity', '1'), text('unit', '次'), text('price', '20.00'), text('amount', '20.00'), code('class', 'A'), text('own-first', '0.00')] },
    { name: 'line', part: [{ name: 'charge', valueReference: { reference: 'ChargeItem/y' } }, text('name', '胸部 CT'), text('day', '2026-11-26'), text('quantity', '1'), text('unit', '次'), text('price', '208.00'), text('amount', '208.00'), code('class', 'B'), text('own-first', '20.80')] },
    { name: 'reckoning', part: [code('payer', 'basic'), code('what', 'base'), text('rule', '职工医保 普通门诊统筹'), text('base', '222.20'), text('amount', '222.20')] },
    { name: 'reckoning', part: [code('payer', 'basic'), code('what', 'deductible'), text('base', '200.00'), text('amount', '200.00')] },
    { name: 'reckoning', part: [code('payer', 'basic'), code('what', 'band'), text('base', '22.20'), text('amount', '12.21'), { name: 'percent', valueInteger: 55 }] },
    ...more,
  ],
});

export const bills = (...all: ParametersParameter[]): Parameters => ({ resourceType: 'Parameters', parameter: all });

/** The first takes several at once, the second does not. */
export const channels = (): Parameters =>
  bills({ name: 'channel', part: [code('code', 'way0'), text('name', '云闪付'), { name: 'together', valueBoolean: true }] }, { name: 'channel', part: [code('code', 'way1'), text('name', '数字人民币'), { name: 'together', valueBoolean: false }] });

export const payable = (account: string): ParametersParameter => ({ name: 'payable', valueReference: { reference: `Account/${account}` } });

/** One payment for the bills of a hospital and a drugstore, each in its state. */
export const together = (...states: [string, string]): Parameters =>
  bills(
    ...states.map((state, index) => ({
      name: 'order',
      part: [
        text('number', `o${index + 1}`),
        code('state', state),
        text('what', '个人自付费用'),
        payable(`a${index + 1}`),
        { name: 'institution', valueReference: { reference: `Organization/${index}`, display: ['县人民医院', '惠民大药房'][index] ?? '' } },
        text('amount', ['230.79', '2.91'][index] ?? ''),
        { name: 'expires', valueInstant: '2030-01-01T00:15:00Z' },
        { name: 'joint', part: [text('number', 'o1-j1'), { name: 'orders', valueInteger: 2 }, text('amount', '233.70')] },
        ...(state === 'paying' ? [text('code', 'sim:way0:abc')] : []),
        ...(state === 'paid' ? [text('transaction', `SIM${index + 1}`), code('delivered', 'done')] : []),
        ...(state === 'refunded' ? [code('delivered', 'refused'), { name: 'refund', part: [text('amount', '2.91'), code('state', 'done')] }] : []),
      ],
    })),
  );

export const order = (state: string, more: ParametersParameter[] = []): Parameters =>
  bills({ name: 'order', part: [text('number', 'o1'), code('state', state), text('what', '个人自付费用'), { name: 'payable', valueReference: { reference: 'Account/a1' } }, text('amount', '230.79'), { name: 'expires', valueInstant: '2030-01-01T00:15:00Z' }, ...more] });
