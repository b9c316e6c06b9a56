import { useComplaints } from '../../shared/complaint/complaints';
import { useCases } from '../../shared/supervision/useSupervision';

/** What waits for the institution's answer: cases that it was warned of, complaints. */
export function useAnswerCount(): number | undefined {
  const cases = useCases('warned');
  const complaints = useComplaints('open');
  return cases.data && complaints.data ? cases.data.length + complaints.data.length : undefined;
}
