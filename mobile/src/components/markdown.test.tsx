import { render, screen } from '@testing-library/react-native';
import { Linking } from 'react-native';

import { Markdown } from './markdown';
import { hostOf } from './markdown-inline';

it('shows where a link leads and opens it on a press', () => {
  const open = jest.spyOn(Linking, 'openURL').mockResolvedValue(true);
  render(<Markdown text="See [our page](https://user@evil.example/mezzofy.example)." />);
  const link = screen.getByRole('link', { name: 'our page (evil.example)' });
  (link.props as { onPress?: () => void }).onPress?.();
  expect(open).toHaveBeenCalledWith('https://user@evil.example/mezzofy.example');
});

it('opens only web and mail addresses', () => {
  expect(['javascript:alert(1)', 'file:///etc/passwd', '/files/1', 'mailto:a@b.example?subject=x'].map(hostOf)).toEqual([null, null, null, 'a@b.example']);
});

it('fetches no picture and runs no HTML', () => {
  render(<Markdown text={'![logo](https://track.example/p.png)\n\n<img src="https://track.example/p.png">'} />);
  expect(JSON.stringify(screen.toJSON())).not.toContain('"type":"Image"');
  screen.getByText('[logo]');
  screen.getByText('<img src="https://track.example/p.png">');
});

it('shows lists and tables', () => {
  render(<Markdown text={'1. one\n2. **two**\n\n| a | b |\n|---|---|\n| Total | 1,200.00 |'} />);
  for (const text of ['1.', 'one', 'two', 'Total', '1,200.00']) screen.getByText(text);
});
