import { URL as PhoneURL } from 'whatwg-url-minimum';

import { linkTarget, saysWhere } from './link';

const browserURL = globalThis.URL;

// On phones `URL` is Expo's, which leaves a host in the letters in which it is written.
describe.each([
  ['a browser', browserURL],
  ['a phone', PhoneURL as unknown as typeof URL],
])('in %s', (_, parser) => {
  beforeAll(() => {
    globalThis.URL = parser;
  });
  afterAll(() => {
    globalThis.URL = browserURL;
  });

  it.each([
    ['https://evil.example\\@mezzofy.example/x', 'evil.example'],
    ['https://mezzofy.example@evil.example/', 'evil.example'],
    ['https://mezzofy.example:443@evil.example/', 'evil.example'],
    ['https://аpple.example/', 'xn--pple-43d.example'],
    ['https://bücher.example/', 'xn--bcher-kva.example'],
    ['https://坏人。中国/', 'xn--gmqz2s.xn--fiqs8s'],
    ['https://ｅｖｉｌ．example/', 'evil.example'],
    ['https://evil。example/', 'evil.example'],
    ['https://evil%2Eexample/', 'evil.example'],
    ['HTTPS:\\\\EVIL.example', 'evil.example'],
    ['https:/evil.example', 'evil.example'],
    ['https:evil.example', 'evil.example'],
    ['ht\ntps://ev\til.example', 'evil.example'],
    ['http://3232235777/', '192.168.1.1'],
    ['http://0xC0A80101', '192.168.1.1'],
    ['http://[::1]:8080/', '[::1]:8080'],
    ['https://mezzofy.example:8443/x', 'mezzofy.example:8443'],
    ['mailto:ana@mezzofy.example?subject=x', 'ana@mezzofy.example'],
  ])('%s leads to %s, and there it is opened', (href, place) => {
    const target = linkTarget(href);
    expect(target?.place).toBe(place);
    const opened = new URL(target?.href ?? '');
    expect(opened.host || opened.pathname).toBe(place);
    expect(opened.username).toBe('');
  });

  it.each([
    ['javascript:alert(1)'],
    ['file:///etc/passwd'],
    ['/files/1'],
    ['//evil.example'],
    ['tel:+65'],
    ['https://'],
    ['https://ex ample.example'],
    ['https://1.2.3.4.5/'],
    ['mailto:ana@mezzofy.example?bcc=pay@evil.example'],
    ['mailto:ana@mezzofy.example,pay@evil.example'],
    ['mailto:ana@mezzofу.example'],
  ])('%s is not opened', (href) => {
    expect(linkTarget(href)).toBeNull();
  });
});

it.each([
  ['https://evil.example/x', true],
  ['EVIL.example', true],
  ['evil.example?x', true],
  ['https://mezzofy.example/evil.example', false],
  ['evil.example@mezzofy.example', false],
  ['evil.example.mezzofy.example', false],
  ['our page', false],
])('whether %s says that it leads to evil.example: %s', (text, says) => {
  expect(saysWhere(text, { place: 'evil.example', href: 'https://evil.example/' })).toBe(says);
});
