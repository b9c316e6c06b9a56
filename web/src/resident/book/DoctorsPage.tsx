import { useTranslation } from 'react-i18next';
import { useCare, type Hit } from '../requests/care';
import { useParams, useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Button, Empty, Faces, Row, Rows, Section, Tag } from '../ui/ui';

/** Which department, which doctor: the departments with their doctors, one below the other. */
export function DoctorsPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const [query] = useSearchParams();
  const hospital = query.get('name') ?? '';
  const doctors = useCare({ what: 'doctor', institution: id });
  return (
    <Page title={hospital || t('book.doctor')} back="/book">
      <Faces query={doctors} isEmpty={(hits) => hits.length === 0} empty={<Empty title={t('book.noDoctors')}>{t('book.noDoctorsHint')}</Empty>}>
        {(hits) => (
          <>
            {departmentsOf(hits, hospital).map(([department, all]) => (
              <Section key={department} title={department || t('book.noDepartment')}>
                <Rows>
                  {all.map((hit) => (
                    <Row
                      key={hit.id}
                      to={`/book/doctor/${(hit.practitioner ?? '').slice('Practitioner/'.length)}?${new URLSearchParams({ name: hit.name, at: [hospital, department].filter(Boolean).join(t('dot')), hospital: id }).toString()}`}
                      title={hit.name}
                      tags={hit.title ? <Tag>{hit.title}</Tag> : null}
                    />
                  ))}
                </Rows>
              </Section>
            ))}
            {doctors.hasNextPage ? (
              <Button wide busy={doctors.isFetchingNextPage} onClick={() => void doctors.fetchNextPage()}>
                {t('more')}
              </Button>
            ) : null}
          </>
        )}
      </Faces>
    </Page>
  );
}

/** Departments are often called after their hospital, which the page's title says already. */
const without = (hospital: string, department: string) => (hospital && department.startsWith(hospital) ? department.slice(hospital.length).trim() : department);

function departmentsOf(hits: Hit[], hospital: string): [string, Hit[]][] {
  const departments = new Map<string, Hit[]>();
  for (const hit of hits) {
    const department = without(hospital, hit.department ?? '');
    departments.set(department, [...(departments.get(department) ?? []), hit]);
  }
  return [...departments].sort(([a], [b]) => a.localeCompare(b, 'zh'));
}
