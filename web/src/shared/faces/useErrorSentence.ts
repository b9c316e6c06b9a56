import { useTranslation } from 'react-i18next';
import { FhirError } from '../fhir/client';

/** The sentence a person reads for an error: the server's own, else what its status means. */
export function useErrorSentence(): (error: unknown) => { sentence: string; code: string | undefined } {
  const { t } = useTranslation('common');
  return (error) => {
    if (!(error instanceof FhirError)) return { sentence: t('errors.other'), code: undefined };
    const code = [error.status || undefined, error.code].filter(Boolean).join(' · ') || undefined;
    return { sentence: error.sentence ?? t(`errors.${meaning(error)}`), code };
  };
}

function meaning({ status, code }: FhirError) {
  if (status === 0 && code === undefined) return 'unreachable' as const;
  if (code === 'foreign-link') return 'foreign' as const;
  if (status === 403) return 'forbidden' as const;
  if (status === 404 || status === 410) return 'notFound' as const;
  if (code === 'too-costly') return 'tooCostly' as const;
  if (status === 429 || status === 503 || status === 504) return 'busy' as const;
  return status >= 500 ? ('server' as const) : ('other' as const);
}
