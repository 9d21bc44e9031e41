import type { ProblemBody } from './types';

/** What went wrong with a request, in words for the person where the server gave some. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** The server's own sentence, or empty. */
    readonly detail: string,
    /** The kind of problem, e.g. `not-found`, or empty. */
    readonly kind: string = '',
    /** The fields that are wrong, with the sentence for each. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(detail || `status ${status}`);
    this.name = 'Problem';
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

function isProblemBody(body: unknown): body is ProblemBody {
  return typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string';
}

export function problemFrom(status: number, body: unknown): Problem {
  if (!isProblemBody(body)) return new Problem(status, '');
  const fields = Object.fromEntries((body.errors ?? []).map(({ field, detail }) => [field, detail]));
  return new Problem(status, body.detail, (body.type ?? '').split('/').pop() ?? '', fields);
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, '');
}
