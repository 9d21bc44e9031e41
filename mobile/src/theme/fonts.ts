/** The system's own fonts on a phone. */
export const sans: string | undefined = undefined;
export const mono = 'Menlo';
