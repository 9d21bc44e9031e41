import { render, screen } from '@testing-library/react-native';
import { Linking } from 'react-native';

import { Markdown } from './markdown';

it('shows where a link leads and opens it on a press', () => {
  const open = jest.spyOn(Linking, 'openURL').mockResolvedValue(true);
  render(<Markdown text="See [our page](https://user@evil.example/mezzofy.example)." />);
  const link = screen.getByRole('link', { name: 'our page (evil.example)' });
  (link.props as { onPress?: () => void }).onPress?.();
  expect(open).toHaveBeenCalledWith('https://evil.example/mezzofy.example');
});

it('shows the host in ASCII, also beside a text that looks like another one', () => {
  render(<Markdown text={'[mezzofy.example](https://mezzofу.example/x) and [https://mezzofy.example/evil.example](https://evil.example)'} />);
  screen.getByRole('link', { name: 'mezzofy.example (xn--mezzof-1rf.example)' });
  screen.getByRole('link', { name: 'https://mezzofy.example/evil.example (evil.example)' });
});

it('shows whole, as text, what it does not open', () => {
  const text = '[one](javascript:alert) [two](https://ex%20ample.example/) [three](/files/1) [four][1]';
  render(<Markdown text={`${text}\n\n[1]: tel:+65`} />);
  expect(screen.queryAllByRole('link')).toEqual([]);
  screen.getByText('[one](javascript:alert) [two](https://ex%20ample.example/) [three](/files/1) [four](tel:+65)');
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
