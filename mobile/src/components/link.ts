import { toASCII } from 'punycode/punycode.js';

/** Where a link leads: what is shown of it, and exactly what is opened. */
export interface LinkTarget {
  /** A page's host and port in ASCII, or the address of a mail. */
  place: string;
  href: string;
}

const ADDRESS = /^[\w.+'-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/i;
const MAIL_FIELDS = ['subject', 'body'];

/**
 * Reads a link as a browser does. A phone's parser leaves letters of other scripts in a host: those are written in ASCII here, and
 * the link is opened as it is shown. Null for what is no page and no mail to one address, or can't be read: it is not opened.
 */
export function linkTarget(href: string): LinkTarget | null {
  try {
    const url = new URL(href);
    if (url.protocol === 'mailto:') {
      const plain = [...url.searchParams.keys()].every((field) => MAIL_FIELDS.includes(field.toLowerCase()));
      return plain && ADDRESS.test(url.pathname) ? { place: url.pathname, href: url.href } : null;
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    const host = toASCII(url.host.normalize('NFKC').toLowerCase());
    const page = new URL(`${url.protocol}//${host}${url.pathname}${url.search}${url.hash}`);
    return page.host === '' ? null : { place: page.host, href: page.href };
  } catch {
    return null;
  }
}

/** Whether a text shows by itself where its link leads. */
export function saysWhere(text: string, { place, href }: LinkTarget): boolean {
  const written = text.toLowerCase();
  const starts = [place, `${href.slice(0, href.indexOf(':'))}://${place}`];
  return starts.some((start) => written.startsWith(start) && '/?#'.includes(written.charAt(start.length)));
}
