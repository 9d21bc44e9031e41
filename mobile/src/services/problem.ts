import type { ProblemBody } from './types';

/** What went wrong with a request, in words for the person where the server gave some. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** The server's own sentence, or empty. */
    readonly detail: string,
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
  return new Problem(status, isProblemBody(body) ? body.detail : '');
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, '');
}
