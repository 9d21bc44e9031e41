declare module 'punycode/punycode.js' {
  /** A host with each label of other letters than ASCII in the form `xn--`. */
  export function toASCII(host: string): string;
}
