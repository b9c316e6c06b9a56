/** An application (docs/guide/onboarding.md) as it is typed, and as the platform takes it. */
export const LEVELS = ['tertiary', 'secondary', 'primary', 'unrated', 'other'] as const;
export const TRANSPORTS = ['mllp', 'http', 'document', 'table', 'fhir'] as const;
export type Transport = (typeof TRANSPORTS)[number];
export type System = { id: string; name: string; vendor: string; scopes: string[]; keys: 'uri' | 'jwks'; jwksUri: string; jwks: string };
/** `content`: structures, or types of resources, with commas between. */
export type Feed = { name: string; system: string; transport: Transport; content: string; sender: string };
export type Application = { institution: string; organization: { name: string; code: string; level: string; contact: string; phone: string }; systems: System[]; feeds: Feed[] };

export const emptySystem = (): System => ({ id: '', name: '', vendor: '', scopes: [], keys: 'uri', jwksUri: '', jwks: '' });
export const emptyFeed = (system: string): Feed => ({ name: '', system, transport: 'mllp', content: '', sender: '' });
export const emptyApplication = (): Application => ({ institution: '', organization: { name: '', code: '', level: 'secondary', contact: '', phone: '' }, systems: [{ ...emptySystem(), id: 'his' }], feeds: [{ ...emptyFeed('his'), name: 'adt' }] });

const words = (text: string): string[] => text.split(/[,，、\s]+/).filter((word) => word !== '');

/** The JSON that `$onboarding-apply` takes. Keys that are no JSON go as the text they are, and the platform refuses them. */
export function jsonOf({ institution, organization, systems, feeds }: Application): string {
  return JSON.stringify({
    ...(institution === '' ? {} : { institution }),
    organization,
    systems: systems.map(({ id, name, vendor, scopes, keys, jwksUri, jwks }) => ({ id, name, vendor, ...(scopes.length > 0 ? { scopes } : {}), ...(keys === 'uri' ? { jwksUri: jwksUri.trim() } : { jwks: parsed(jwks) }) })),
    feeds: feeds.map(({ name, system, transport, content, sender }) => ({
      name,
      system,
      transport,
      ...(transport === 'fhir' ? { resources: words(content) } : transport === 'document' ? {} : { structures: words(content) }),
      ...(transport === 'mllp' ? { sender: sender.trim() } : {}),
    })),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type Sent = { institution?: string; organization?: Partial<Application['organization']>; systems?: { id?: string; name?: string; vendor?: string; scopes?: string[]; jwksUri?: string; jwks?: unknown }[]; feeds?: { name?: string; system?: string; transport?: string; structures?: string[]; resources?: string[]; sender?: string }[] };

/** Of what the platform keeps, to be amended. */
export function applicationOf(json: string): Application {
  let sent: Sent;
  try {
    sent = JSON.parse(json) as Sent;
  } catch {
    return emptyApplication();
  }
  return {
    institution: sent.institution ?? '',
    organization: { ...emptyApplication().organization, ...sent.organization },
    systems: (sent.systems ?? []).map((one) => ({ id: one.id ?? '', name: one.name ?? '', vendor: one.vendor ?? '', scopes: one.scopes ?? [], keys: one.jwks === undefined ? 'uri' : 'jwks', jwksUri: one.jwksUri ?? '', jwks: one.jwks === undefined ? '' : JSON.stringify(one.jwks, null, 2) })),
    feeds: (sent.feeds ?? []).map((one) => ({ name: one.name ?? '', system: one.system ?? '', transport: TRANSPORTS.find((kind) => kind === one.transport) ?? 'mllp', content: [...(one.structures ?? []), ...(one.resources ?? [])].join(', '), sender: one.sender ?? '' })),
  };
}
