import { useComplaints } from '../../shared/complaint/complaints';
import { useDuties } from '../../shared/session/useDuties';
import { useCases } from '../../shared/supervision/useSupervision';

export const useAnswersNot = (): boolean | undefined => {
  const duties = useDuties();
  return duties && !duties.quality;
};

/** What waits for the institution's answer: cases that it was warned of, complaints. */
export function useAnswerCount(): number | undefined {
  const on = useDuties()?.quality ?? false;
  const cases = useCases('warned', on);
  const complaints = useComplaints('open', on);
  return cases.data && complaints.data ? cases.data.length + complaints.data.length : undefined;
}
