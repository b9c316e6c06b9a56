import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'fhir-kit-client';
import type { Appointment, Bundle, CapabilityStatement, Composition, Encounter, FhirResource, OperationOutcome, Organization, Parameters, Patient, PractitionerRole, Provenance } from 'fhir/r4';
import * as openid from 'openid-client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a FHIR client did not run: ${reason}\n`);

/** 王芳 of the demo region, who also acts for her children; 丁志明 is somebody else. */
const RESIDENT = process.env['HELAN_CLIENT_RESIDENT'] ?? '649102199405180000';
const NAME = '王芳';
const OTHER = process.env['HELAN_JOURNEY_RESIDENT'] ?? '649107197604250019';
const HOSPITAL = '银川市第一人民医院';
const APP = 'journey-fhir-client';
const EXTENSION = 'https://helan.health/fhir/StructureDefinition/';
const ICD = 'http://hl7.org/fhir/sid/icd-10';
const DAY = 86_400_000;

type Values = Record<string, string | boolean | undefined>;
type Refusal = { status: number; outcome: OperationOutcome };

/** Somebody else's app: the client fhir-kit-client and tokens by SMART App Launch, nothing of our own pages. */
describe.skipIf(reason)('A FHIR client of others', () => {
  const url = environment.url ?? '';
  const base = `${url}/fhir`;
  const root = new Client({ baseUrl: base, bearerToken: environment.token ?? '' });
  let browser: Browser;
  let resident: Client;
  let doctor: Client;
  let patient = '';
  let post: PractitionerRole;
  let places: Appointment[] = [];
  let booked: Appointment;
  let visit: Encounter;

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
  });

  // What it answers is typed as any resource; each test says which it expects.
  const as = <T extends FhirResource>(resource: unknown, type: T['resourceType']): T => {
    expect((resource as FhirResource).resourceType).toBe(type);
    return resource as T;
  };
  const entries = <T extends FhirResource>(bundle: unknown): T[] => (as<Bundle>(bundle, 'Bundle').entry ?? []).map(({ resource }) => resource as T);
  const input = (values: Values): Parameters => ({
    resourceType: 'Parameters',
    parameter: Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [typeof value === 'boolean' ? { name, valueBoolean: value } : { name, valueString: value }])),
  });

  /** `Type/id/$name`, or less of it, with a Parameters. */
  function call(client: Client, path: string, values: Values = {}, language = 'zh-CN') {
    const parts = path.split('/');
    const [resourceType, id] = parts.slice(0, -1);
    return client.operation({ name: parts.at(-1) ?? '', ...(resourceType ? { resourceType } : {}), ...(id ? { id } : {}), input: input(values) as never, options: { headers: { 'accept-language': language } } });
  }

  /** What a refusal says; a call that is not refused, or not by an OperationOutcome, fails the test. */
  async function refusalOf(promised: Promise<unknown>): Promise<Refusal> {
    try {
      await promised;
    } catch (error) {
      const { status, data } = (error as { response: { status: number; data: OperationOutcome } }).response;
      expect(data.resourceType).toBe('OperationOutcome');
      return { status, outcome: data };
    }
    throw new Error('It was not refused.');
  }

  const said = ({ outcome }: Refusal) => outcome.issue.map(({ details, diagnostics }) => details?.text ?? diagnostics ?? '').join(' ');

  /** The code flow with PKCE in a browser, as SMART App Launch 2.x has it, found by what the server says of itself. */
  async function authorised(login: string, scope: string, choice: RegExp): Promise<{ token: string; patient: string; user: string }> {
    let arrived: (address: URL) => void = () => undefined;
    const callback = new Promise<URL>((resolve) => (arrived = resolve));
    const app: Server = createServer((request, response) => {
      arrived(new URL(request.url ?? '/', redirect));
      response.end('<title>back</title>back at the app');
    });
    await new Promise<void>((listening) => app.listen(0, '127.0.0.1', listening));
    const redirect = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
    const context = await device(browser, 1024, 800);
    try {
      const server = await openid.discovery(new URL(url), APP, undefined, openid.None(), { execute: [openid.allowInsecureRequests] });
      const { authorizeUrl, tokenUrl } = await root.smartAuthMetadata();
      expect([String(authorizeUrl), String(tokenUrl)]).toEqual([server.serverMetadata().authorization_endpoint, server.serverMetadata().token_endpoint]);
      const verifier = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      const address = { redirect_uri: redirect, scope, state, code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', aud: base };
      const page = await context.newPage();
      await page.goto(openid.buildAuthorizationUrl(server, address).href);
      await page.locator('#login:focus').waitFor();
      await page.locator('#login').fill(login);
      await page.locator('#password').fill(password ?? '');
      await page.keyboard.press('Enter');
      // A post, or whose record.
      await page.getByRole('button', { name: choice }).first().click();
      // Who has allowed it in an earlier journey is not asked again.
      const allowed = page.getByRole('button', { name: '允许', exact: true }).click();
      await Promise.race([callback, allowed.catch(() => undefined)]);
      const tokens = await openid.authorizationCodeGrant(server, await callback, { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true });
      return { token: tokens.access_token, patient: String(tokens['patient'] ?? ''), user: String(tokens.claims()?.['fhirUser']).slice(base.length + 1) };
    } finally {
      await context.close();
      app.close();
    }
  }

  test('reads what the server can do, and finds there what it needs', async () => {
    const statement = as<CapabilityStatement>(await new Client({ baseUrl: base }).capabilityStatement(), 'CapabilityStatement');
    expect(statement.fhirVersion).toBe('4.0.1');
    const resources = statement.rest?.[0]?.resource ?? [];
    const named = (type: string) => (resources.find((one) => one.type === type)?.operation ?? []).map(({ name }) => name);
    expect(named('Appointment')).toEqual(expect.arrayContaining(['find', 'hold', 'book', 'cancel', 'reschedule']));
    expect(named('Encounter')).toEqual(expect.arrayContaining(['apply', 'accept', 'note']));
    // Nothing else is told to who has not signed in.
    const refusal = await refusalOf(new Client({ baseUrl: base }).search({ resourceType: 'Appointment', searchParams: {} }));
    expect(refusal.status).toBe(401);
  });

  test('is let in by a resident and by a doctor', async () => {
    const response = await fetch(`${url}/access/clients/${APP}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${environment.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: '挂号小程序', kind: 'public', redirects: ['http://127.0.0.1/callback'], scopes: ['openid', 'fhirUser', 'launch/patient', 'patient/*.rs', 'user/*.cruds'] }),
    });
    expect(response.status).toBe(200);
    const own = await authorised(RESIDENT, 'openid fhirUser launch/patient user/*.cruds', new RegExp(`^${NAME}`));
    patient = own.patient;
    resident = new Client({ baseUrl: base, bearerToken: own.token });
    expect(as<Patient>(await resident.read({ resourceType: 'Patient', id: patient }), 'Patient').name?.[0]?.text).toBe(NAME);
    const staff = await authorised('doctor1', 'openid fhirUser user/*.cruds', new RegExp(HOSPITAL));
    doctor = new Client({ baseUrl: base, bearerToken: staff.token });
    post = await postOf(staff.user);
  });

  /** The doctor's post at the hospital, which the registry approves for care on line. */
  async function postOf(practitioner: string): Promise<PractitionerRole> {
    for (const one of entries<PractitionerRole>(await root.search({ resourceType: 'PractitionerRole', searchParams: { practitioner, active: 'true' } }))) {
      const department = as<Organization>(await root.resolve({ reference: one.organization?.reference ?? '' }), 'Organization');
      const hospital = department.partOf ? as<Organization>(await root.resolve({ reference: department.partOf.reference ?? '' }), 'Organization') : department;
      if (!hospital.name?.startsWith(HOSPITAL)) continue;
      const site = one.extension?.find(({ url: name }) => name.endsWith('/practice-site'));
      if (site) site.extension = [...(site.extension ?? []).filter(({ url: name }) => name !== 'online'), { url: 'online', valueBoolean: true }];
      return as<PractitionerRole>(await root.update({ resourceType: 'PractitionerRole', id: one.id ?? '', body: one as never }), 'PractitionerRole');
    }
    throw new Error(`${practitioner} has no post at ${HOSPITAL}.`);
  }

  // ---------------------------------------------------------------- booking

  const idOf = ({ id }: { id?: string | undefined }) => id ?? '';
  const placesOf = async (client: Client): Promise<Appointment[]> =>
    entries<Appointment>(
      await client.operation({
        name: '$find',
        resourceType: 'Appointment',
        method: 'GET',
        input: { practitioner: post.practitioner?.reference ?? '', start: new Date().toISOString(), end: new Date(Date.now() + 8 * DAY).toISOString(), _count: '200' },
      }),
    );
  const freeAt = ({ extension }: Appointment) => extension?.find(({ url: name }) => name === `${EXTENSION}free-places`)?.valueUnsignedInt ?? 0;
  const one = (answer: unknown): Appointment => {
    const [only] = entries<Appointment>(answer);
    return as<Appointment>(only, 'Appointment');
  };

  test('finds what is free, holds it and books it', async () => {
    for (const open of entries<Appointment>(await resident.search({ resourceType: 'Appointment', searchParams: { patient: `Patient/${patient}`, status: 'pending,booked,waitlist' } }))) {
      await call(resident, `Appointment/${idOf(open)}/$cancel`);
    }
    places = await placesOf(resident);
    expect(places.length).toBeGreaterThan(2);
    const [first] = places as [Appointment];
    expect([first.status, freeAt(first) > 0]).toEqual(['proposed', true]);
    const held = one(await call(resident, 'Appointment/$hold', { 'appointment-reference': `Appointment/${idOf(first)}`, patient: `Patient/${patient}` }));
    expect([held.status, held.start]).toEqual(['pending', first.start]);
    booked = one(await call(resident, 'Appointment/$book', { 'appointment-reference': `Appointment/${idOf(held)}`, payment: 'counter' }));
    expect([booked.id, booked.status, booked.slot?.[0]?.reference]).toEqual([held.id, 'booked', first.slot?.[0]?.reference]);
  });

  test('reads the booking back, finds it by patient, day and doctor; each step has its Provenance', async () => {
    const read = as<Appointment>(await resident.read({ resourceType: 'Appointment', id: idOf(booked) }), 'Appointment');
    expect(read).toEqual({ ...booked, meta: read.meta });
    const searchParams = { patient: `Patient/${patient}`, date: booked.start?.slice(0, 10) ?? '', practitioner: post.practitioner?.reference ?? '', status: 'booked' };
    expect(entries<Appointment>(await resident.search({ resourceType: 'Appointment', searchParams })).map(idOf)).toEqual([booked.id]);
    const history = as<Bundle>(await resident.history({ resourceType: 'Appointment', id: idOf(booked) }), 'Bundle');
    expect(history.entry?.map(({ resource }) => (resource as Appointment).status)).toEqual(['booked', 'pending']);
    const steps = entries<Provenance>(await root.search({ resourceType: 'Provenance', searchParams: { target: `Appointment/${idOf(booked)}` } }));
    expect(steps.length).toBe(2);
  });

  test('moves it, keeping to the version that was seen, and cancels it', async () => {
    const day = booked.start?.slice(0, 10) ?? '';
    const other = places.find(({ start }) => start?.slice(0, 10) !== day) ?? places.at(-1);
    const move = (version: string, to = other) => resident.operation({ name: '$reschedule', resourceType: 'Appointment', id: idOf(booked), input: input({ slot: to?.slot?.[0]?.reference }) as never, options: { headers: { 'if-match': `W/"${version}"` } } });
    expect((await refusalOf(move('1'))).status).toBe(412);
    const moved = as<Appointment>(await move(booked.meta?.versionId ?? ''), 'Appointment');
    expect([moved.id, moved.status, moved.start]).toEqual([booked.id, 'booked', other?.start]);
    const cancel = (reason: string) => call(resident, `Appointment/${idOf(booked)}/$cancel`, { reason });
    expect((await refusalOf(cancel('临时有事'))).status).toBe(400);
    const cancelled = as<Appointment>(await cancel('pat-crs'), 'Appointment');
    expect([cancelled.status, cancelled.cancelationReason?.coding?.[0]?.code]).toEqual(['cancelled', 'pat-crs']);
    expect((await placesOf(resident)).map(idOf)).toEqual(places.map(idOf));
    expect((await refusalOf(move(cancelled.meta?.versionId ?? '', places[0]))).status).toBe(422);
  });

  test('is told in the language it asks for why a place cannot be had', async () => {
    const last = places.at(-1) as Appointment;
    const strangers = await Promise.all(Array.from({ length: freeAt(last) }, () => root.create({ resourceType: 'Patient', body: { resourceType: 'Patient', active: true } as never })));
    const taken: Appointment[] = [];
    try {
      for (const stranger of strangers) taken.push(one(await call(root, 'Appointment/$book', { slot: last.slot?.[0]?.reference, patient: `Patient/${idOf(stranger as Patient)}`, payment: 'counter' })));
      const full = () => ({ slot: last.slot?.[0]?.reference, patient: `Patient/${patient}` });
      const chinese = await refusalOf(call(resident, 'Appointment/$hold', full()));
      expect([chinese.status, said(chinese)]).toEqual([409, expect.stringContaining('已约满')]);
      const english = await refusalOf(call(resident, 'Appointment/$hold', full(), 'en'));
      expect([english.status, said(english)]).toEqual([409, expect.stringContaining('All places')]);
      expect((await placesOf(resident)).map(idOf)).not.toContain(last.id);
    } finally {
      for (const done of taken) await call(root, `Appointment/${idOf(done)}/$cancel`);
      for (const stranger of strangers) await root.delete({ resourceType: 'Patient', id: idOf(stranger as Patient) });
    }
    expect((await refusalOf(call(resident, 'Appointment/$hold', { slot: 'Slot/000000000000000000000', patient: `Patient/${patient}` }))).status).toBe(404);
    expect((await refusalOf(call(resident, 'Appointment/$hold', { patient: `Patient/${patient}` }))).status).toBe(400);
    expect((await refusalOf(call(resident, 'Appointment/$hold', { slot: last.slot?.[0]?.reference, patient: `Patient/${patient}`, urgency: 'high' }))).status).toBe(400);
  });

  test('neither books for somebody else nor reads of him', async () => {
    const [other] = entries<Patient>(await root.search({ resourceType: 'Patient', searchParams: { identifier: OTHER } }));
    const id = idOf(other as Patient);
    expect(id).not.toBe('');
    const hold = { slot: places[0]?.slot?.[0]?.reference, patient: `Patient/${id}` };
    expect((await refusalOf(call(resident, 'Appointment/$hold', hold))).status).toBe(403);
    expect((await refusalOf(resident.read({ resourceType: 'Patient', id }))).status).toBe(404);
    expect((await refusalOf(call(resident, `Patient/${id}/$everything`))).status).toBe(404);
    expect(entries(await resident.search({ resourceType: 'Appointment', searchParams: { patient: `Patient/${id}` } }))).toEqual([]);
  });

  // ---------------------------------------------------------------- a visit on line

  const step = async (client: Client, name: string, values: Values = {}) => as<Encounter>(await call(client, `Encounter/${idOf(visit)}/$${name}`, values), 'Encounter').status;

  /** Ends what an earlier journey left open: a resident has one open visit with a doctor. */
  async function endOpenVisits() {
    for (const { part } of as<Parameters>(await resident.operation({ name: '$visits', method: 'GET' }), 'Parameters').parameter ?? []) {
      const reference = part?.find(({ name }) => name === 'visit')?.valueReference?.reference;
      const state = part?.find(({ name }) => name === 'state')?.valueCode ?? '';
      if (reference && ['applied', 'eligible', 'accepted'].includes(state)) await call(resident, `${reference}/$withdraw`);
      if (reference && state === 'in-progress') await call(doctor, `${reference}/$refer-offline`, { reason: '请到医院就诊' });
    }
  }

  /** Pays by the first channel, as its application would. */
  async function pay(payable: string) {
    const parts = (parameters: Parameters, name: string) => parameters.parameter?.find((one) => one.name === name)?.part ?? [];
    const value = (found: ReturnType<typeof parts>, name: string) => found.find((one) => one.name === name);
    const channels = as<Parameters>(await resident.operation({ name: '$pay-channels', method: 'GET' }), 'Parameters');
    const channel = value(parts(channels, 'channel'), 'code')?.valueCode ?? '';
    const order = parts(as<Parameters>(await call(resident, '$pay', { payable, channel }), 'Parameters'), 'order');
    const invoice = value(order, 'invoice')?.valueReference?.reference?.split('/').pop() ?? '';
    const told = async () => parts(as<Parameters>(await resident.operation({ name: '$pay-status', resourceType: 'Invoice', id: invoice, method: 'GET' }), 'Parameters'), 'order');
    let code = value(order, 'code')?.valueString;
    await expect.poll(async () => (code ??= value(await told(), 'code')?.valueString)).toBeTruthy();
    await call(resident, '$pay-simulate', { code: code ?? '', agrees: 'true' });
    await expect.poll(async () => value(await told(), 'delivered')?.valueCode).toBe('done');
  }

  test('applies for a visit on line, signs the consent, and the doctor accepts', async () => {
    await endOpenVisits();
    const proof = (await root.create({
      resourceType: 'Condition',
      body: {
        resourceType: 'Condition',
        subject: { reference: `Patient/${patient}` },
        recordedDate: '2026-03-01',
        clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
        code: { coding: [{ system: ICD, code: 'I10', display: '原发性高血压' }] },
      } as never,
    })) as unknown as { id: string };
    const application = { patient: `Patient/${patient}`, doctor: `PractitionerRole/${idOf(post)}`, proof: `Condition/${proof.id}`, complaint: '血压药快吃完了，有点头晕' };
    const without = await refusalOf(call(resident, 'Encounter/$apply', { ...application, proof: undefined }));
    expect([without.status, said(without)]).toEqual([422, expect.stringContaining('只接收复诊')]);
    visit = as<Encounter>(await call(resident, 'Encounter/$apply', application), 'Encounter');
    expect([visit.status, visit.class.code]).toEqual(['planned', 'VR']);
    expect((await refusalOf(call(resident, `Encounter/${idOf(visit)}/$confirm`))).status).toBe(422);
    expect((await refusalOf(call(doctor, `Encounter/${idOf(visit)}/$accept`))).status).toBe(422);
    const consent = visit.extension?.find(({ url: name }) => name === `${EXTENSION}online-visit-consent`)?.valueReference?.reference ?? '';
    as(await call(resident, `${consent}/$sign`), 'Provenance');
    expect(await step(resident, 'confirm')).toBe('arrived');
    expect((await refusalOf(call(resident, `Encounter/${idOf(visit)}/$accept`))).status).toBe(403);
    // The doctor waits for the fee.
    expect((await refusalOf(call(doctor, `Encounter/${idOf(visit)}/$accept`))).status).toBe(422);
    await pay(`Encounter/${idOf(visit)}`);
    await expect.poll(() => step(doctor, 'accept').catch(() => '')).toBe('triaged');
    expect(await step(doctor, 'begin')).toBe('in-progress');
  });

  test('both say something, once, and read it in order', async () => {
    const words = { token: 'journey-client-1', text: '医生您好，早上量的 150/95' };
    await call(resident, `Encounter/${idOf(visit)}/$say`, words);
    await call(resident, `Encounter/${idOf(visit)}/$say`, words);
    await call(doctor, `Encounter/${idOf(visit)}/$say`, { token: 'journey-client-2', text: '头痛吗？' });
    const heard = as<Parameters>(await resident.operation({ name: '$conversation', resourceType: 'Encounter', id: idOf(visit), method: 'GET' }), 'Parameters');
    const texts = heard.parameter?.filter(({ name }) => name === 'message').map(({ part }) => part?.find(({ name }) => name === 'text')?.valueString);
    expect(texts).toEqual([words.text, '头痛吗？']);
  });

  test('the doctor writes and signs the note, and closes the visit', async () => {
    const values = { 'chief-complaint': '头晕三天', 'present-illness': '高血压五年，家测 150/95 mmHg。', diagnosis: 'I10', plan: '继续原方案，一周后复诊。', complete: 'true' };
    const note = as<Composition>(await call(doctor, `Encounter/${idOf(visit)}/$note`, values), 'Composition');
    expect(note.status).toBe('final');
    expect((await refusalOf(call(doctor, `Encounter/${idOf(visit)}/$close`))).status).toBe(422);
    as(await call(doctor, `Composition/${idOf(note)}/$sign`), 'Provenance');
    expect(await step(doctor, 'close')).toBe('finished');
    const verified = as<Parameters>(await resident.operation({ name: '$verify-signature', resourceType: 'Composition', id: idOf(note), method: 'GET' }), 'Parameters');
    expect(verified.parameter?.find(({ name }) => name === 'valid')?.valueBoolean).toBe(true);
    expect((await refusalOf(call(resident, `Encounter/${idOf(visit)}/$say`, { token: 'journey-client-3', text: '谢谢' }))).status).toBe(422);
  });

  test('takes along everything there is of the resident, and the summary for another hospital', async () => {
    const found: FhirResource[] = [];
    let page: Bundle | undefined = as<Bundle>(await resident.operation({ name: '$everything', resourceType: 'Patient', id: patient, method: 'GET', input: { _count: '500' } }), 'Bundle');
    while (page) {
      found.push(...entries<FhirResource>(page));
      page = (await resident.nextPage({ bundle: page as never })) as unknown as Bundle | undefined;
    }
    const references = found.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(references).toEqual(expect.arrayContaining([`Patient/${patient}`, `Appointment/${idOf(booked)}`, `Encounter/${idOf(visit)}`]));
    expect(new Set(references).size).toBe(references.length);
    expect(found.some((resource) => resource.resourceType === 'Composition' && resource.encounter?.reference === `Encounter/${idOf(visit)}`)).toBe(true);
    const summary = as<Bundle>(await resident.operation({ name: '$summary', resourceType: 'Patient', id: patient, method: 'GET' }), 'Bundle');
    expect(summary.type).toBe('document');
    expect(as<Composition>(summary.entry?.[0]?.resource, 'Composition').section?.map(({ code }) => code?.coding?.[0]?.code)).toEqual(expect.arrayContaining(['11450-4', '48765-2', '10160-0']));
  });
});
