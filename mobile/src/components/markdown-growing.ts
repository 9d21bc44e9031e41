const FENCE = /^ {0,3}(?:```|~~~)/gm;
/** A line that may become anything: a list, a rule, a heading, a fence. */
const UNDECIDED = /^\s*(?:[-=*_#>+`~]+|\d{1,3}[.)]?)\s*$/;
const ROW = /^\s*\|/;

/** The lines that can be shown of a table at the end: whole rows, and none before it is clear that it is a table. */
function withoutHalfTable(lines: string[]): string[] {
  const last = lines.at(-1) ?? '';
  if (last !== '' && !ROW.test(last)) return lines;
  const whole = lines.slice(0, -1);
  const before = whole.findLastIndex((line) => !ROW.test(line));
  const rows = whole.length - 1 - before;
  if (rows === 0) return last === '' ? lines : whole;
  return rows === 1 ? whole.slice(0, before + 1) : whole;
}

/** A line whose marks are all in pairs. */
function closed(line: string): string {
  let text = line.replace(/(?:\*+|_+|~+|`+)$/, '').replace(/!?\[([^\]]*)(?:\](?:\([^)]*)?)?$/, '$1');
  if ((text.match(/`/g)?.length ?? 0) % 2 === 1) return `${text}\``;
  const spoken = text.replace(/`[^`]*`/g, '').replace(/^\s*\*\s/, '');
  text = text.trimEnd();
  const strong = (spoken.match(/\*\*/g)?.length ?? 0) % 2 === 1;
  const em = (spoken.replaceAll('**', '').match(/\*(?!\s)|(?<=\S)\*(?=\s)/g)?.length ?? 0) % 2 === 1;
  return `${text}${em ? '*' : ''}${strong ? '**' : ''}`;
}

/** Text that is still being written, as it will look: without marks whose other half has not come yet. */
export function settled(text: string): string {
  if ((text.match(FENCE)?.length ?? 0) % 2 === 1) return text.replace(/\n\s*[`~]{1,2}$/, '');
  const lines = withoutHalfTable(text.split('\n'));
  const last = lines.at(-1) ?? '';
  if (UNDECIDED.test(last)) return lines.slice(0, -1).join('\n');
  return [...lines.slice(0, -1), closed(last)].join('\n');
}
