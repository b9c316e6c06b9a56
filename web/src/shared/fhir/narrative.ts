/** Blocks whose end ends a line. */
const BLOCKS = 'p,div,br,li,tr,h1,h2,h3,h4,h5,h6';

/** A narrative as text, line by line: its words are what counts, its mark-up is not ours to run. */
export function narrativeLines(div: string): string[] {
  const parsed = new DOMParser().parseFromString(div, 'text/html');
  for (const block of parsed.querySelectorAll(BLOCKS)) block.append('\n');
  for (const cell of parsed.querySelectorAll('td,th')) cell.append('　');
  return (parsed.body.textContent ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
