import { useQuery } from '@tanstack/react-query';
import type { Bundle, Organization, Practitioner, PractitionerRole } from 'fhir/r4';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { resourcesOf } from '../../shared/fhir/bundles';
import { get, search } from '../../shared/fhir/client';
import { conceptText, idOf, nameOf } from '../../shared/fhir/words';
import { Button, Chips, Choice, Choices, Empty, Faces, Field } from '../ui/ui';
import { useSearchParams } from '../router';
import { keepDraft, type Draft } from './draft';

type Kind = 'Organization' | 'Practitioner';
type Found = { reference: string; name: string; note: string | undefined };

const MOST = 30;

const isDepartment = ({ type }: Organization) => (type ?? []).some(({ coding }) => coding?.some(({ code }) => code === 'dept'));

/** Institutions, or practitioners with where they work, by a part of the name. */
async function find(kind: Kind, name: string, signal: AbortSignal): Promise<Found[]> {
  const parameters = new URLSearchParams({ _count: String(MOST), ...(name ? { [kind === 'Organization' ? 'name:contains' : 'name']: name } : {}) });
  if (kind === 'Organization') {
    const found = resourcesOf<Organization>(await search('Organization', parameters, signal), 'Organization');
    return found
      .filter((one) => one.active !== false)
      .sort((a, b) => Number(isDepartment(a)) - Number(isDepartment(b)))
      .map((one) => ({ reference: `Organization/${one.id ?? ''}`, name: one.name ?? one.id ?? '', note: [conceptText(one.type?.[0]), one.partOf?.display].filter(Boolean).join(' · ') || undefined }));
  }
  const found = resourcesOf<Practitioner>(await search('Practitioner', parameters, signal), 'Practitioner').filter((one) => one.active !== false);
  if (found.length === 0) return [];
  const roles = await get<Bundle>(`PractitionerRole?practitioner=${found.map(({ id }) => `Practitioner/${id ?? ''}`).join(',')}&active=true&_count=200&_include=PractitionerRole:organization`, signal);
  const places = new Map(resourcesOf<Organization>(roles, 'Organization').map(({ id, name }) => [id, name]));
  return found.map((one) => {
    const posts = resourcesOf<PractitionerRole>(roles, 'PractitionerRole').filter(({ practitioner }) => idOf(practitioner?.reference) === one.id);
    const where = posts.map((post) => [places.get(idOf(post.organization?.reference)) ?? post.organization?.display, conceptText(post.code?.[0])].filter(Boolean).join(' '));
    return { reference: `Practitioner/${one.id ?? ''}`, name: nameOf(one) ?? one.id ?? '', note: [...new Set(where)].join(' · ') || undefined };
  });
}

export function WhoStep({ draft }: { draft: Draft }) {
  const { t } = useTranslation('resident');
  const [query] = useSearchParams();
  const doctor = query.get('doctor');
  const [kind, setKind] = useState<Kind>(doctor === null ? 'Organization' : 'Practitioner');
  const [typed, setTyped] = useState(doctor ?? '');
  const [asked, setAsked] = useState(doctor ?? '');
  const found = useQuery({ queryKey: ['find', kind, asked], queryFn: ({ signal }) => find(kind, asked, signal), enabled: asked !== '' || kind === 'Organization' });
  const { actors, everybody } = draft;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(typed.trim());
  };
  const toggle = (one: Found, on: boolean) =>
    keepDraft({ ...draft, everybody: false, actors: on ? [...actors, { reference: one.reference, name: one.name }] : actors.filter(({ reference }) => reference !== one.reference) });
  return (
    <>
      <h2>{t(draft.kind === 'permit' ? 'flow.whoPermit' : 'flow.whoDeny')}</h2>
      {draft.kind === 'deny' ? (
        <Choice type="checkbox" name="everybody" checked={everybody} onChange={(on) => keepDraft({ ...draft, everybody: on, actors: on ? [] : actors })} title={t('maySee.everybody')} note={t('flow.everybodyHint')} />
      ) : null}
      {actors.length > 0 ? (
        <Choices legend={t('flow.chosen')}>
          {actors.map((one) => (
            <Choice key={one.reference} type="checkbox" name={one.reference} checked onChange={() => toggle({ reference: one.reference, name: one.name ?? '', note: undefined }, false)} title={one.name ?? one.reference} />
          ))}
        </Choices>
      ) : null}
      {everybody ? null : (
        <>
          <Chips
            label={t('flow.kind')}
            value={kind}
            options={[
              { value: 'Organization' as const, label: t('flow.institution') },
              { value: 'Practitioner' as const, label: t('flow.practitioner') },
            ]}
            onChange={(chosen) => {
              setKind(chosen);
              setAsked('');
              setTyped('');
            }}
          />
          <form role="search" onSubmit={submit}>
            <Field label={t(kind === 'Organization' ? 'flow.institutionName' : 'flow.practitionerName')}>
              {(id) => (
                <span style={{ display: 'flex', gap: '0.5rem' }}>
                  <input id={id} type="search" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
                  <Button type="submit" style={{ flex: 'none' }}>
                    {t('flow.search')}
                  </Button>
                </span>
              )}
            </Field>
          </form>
          {kind === 'Practitioner' && asked === '' ? (
            <p className="muted">{t('flow.typeName')}</p>
          ) : (
            <Faces query={found} cards={3} isEmpty={(list) => list.length === 0} empty={<Empty title={t('flow.noneFound')}>{t('flow.noneFoundHint')}</Empty>}>
              {(list) => (
                <>
                  <Choices legend={t('flow.found', { count: list.length })}>
                    {list
                      .filter(({ reference }) => !actors.some((actor) => actor.reference === reference))
                      .map((one) => (
                        <Choice key={one.reference} type="checkbox" name={one.reference} checked={false} onChange={(on) => toggle(one, on)} title={one.name} {...(one.note ? { note: one.note } : {})} />
                      ))}
                  </Choices>
                  {list.length >= MOST ? <p className="muted small">{t('flow.manyFound')}</p> : null}
                </>
              )}
            </Faces>
          )}
        </>
      )}
    </>
  );
}
