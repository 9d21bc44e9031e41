import type { Approval, Payload } from '@/services/types';

import { addressesIn, counts, edited, isOutside, payloadOf, sent, toggled, untouched } from './draft';

const mail = (to: string, body = 'Hello'): Payload => ({ to: [to], cc: [], subject: 'Invitation', body, attachments: [] });
const shown = [mail('a@x.example'), mail('b@x.example'), mail('c@x.example')];
const approval = { effects: shown.map((payload) => ({ payload, origin: { trust: 'person', values: [] } })) } as unknown as Approval;

describe('a decision', () => {
  it('carries nothing when nothing was changed', () => {
    expect(payloadOf(approval, untouched)).toBeNull();
    expect(payloadOf(approval, toggled(toggled(untouched, 1), 1))).toBeNull();
  });

  it('carries all that is left when a mail was left out', () => {
    expect(payloadOf(approval, toggled(untouched, 1))).toEqual([shown[0], shown[2]]);
  });

  it('carries the changed mail in its place, and none that was changed back', () => {
    const changed = mail('a@x.example', 'Come.');
    const draft = edited(untouched, 0, changed, shown[0]!);
    expect(sent(approval, draft)).toEqual([changed, shown[1], shown[2]]);
    expect(payloadOf(approval, edited(draft, 0, shown[0]!, shown[0]!))).toBeNull();
  });

  it('counts mails and all their recipients', () => {
    expect(counts([...shown, { ...mail('d@x.example'), cc: ['e@x.example'] }])).toEqual({ mails: 4, recipients: 5 });
  });
});

it('reads addresses however they are typed', () => {
  expect(addressesIn(' a@x.example, b@x.example；c@x.example\nd@x.example ')).toEqual(['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example']);
});

it('marks what is not of the own domain, also a domain below it or one that begins like it', () => {
  const own = 'me@mezzofy.example';
  expect(['ceo@Mezzofy.example', 'x@sub.mezzofy.example', 'x@mezzofy.example.evil.example'].map((it) => isOutside(it, own))).toEqual([false, true, true]);
});
