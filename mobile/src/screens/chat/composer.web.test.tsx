import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { SafeAreaProvider } from 'react-native-safe-area-context';

import { useComposer } from '@/stores/composer';

import { Composer } from './composer';

const sent: string[] = [];
const metrics = { insets: { top: 0, right: 0, bottom: 0, left: 0 }, frame: { x: 0, y: 0, width: 400, height: 800 } };
let root: Root;
let field: HTMLTextAreaElement;

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  sent.length = 0;
  useComposer.setState({ texts: { c: '  你好 ' }, files: {} });
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () =>
    root.render(
      <SafeAreaProvider initialMetrics={metrics}>
        <Composer conversationId="c" onSend={(text) => sent.push(text)} />
      </SafeAreaProvider>,
    ),
  );
  field = place.querySelector('textarea')!;
});

afterEach(() => act(async () => root.unmount()));

async function press(key: string, how: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...how });
  await act(async () => field.dispatchEvent(event));
  return event.defaultPrevented;
}

it('sends on Enter, trimmed, and empties itself', async () => {
  expect(await press('Enter')).toBe(true);
  expect(sent).toEqual(['你好']);
  expect(field.value).toBe('');
});

it.each([
  ['Shift and Enter', { shiftKey: true }],
  ['Enter that ends a word of an input method', { isComposing: true }],
  ['Enter that an input method has taken', { keyCode: 229 }],
])('does not send on %s', async (_name, how) => {
  expect(await press('Enter', how)).toBe(false);
  expect(sent).toEqual([]);
});

it('sends nothing that is empty or too long', async () => {
  for (const text of ['   ', 'a'.repeat(5001)]) {
    await act(async () => useComposer.getState().type('c', text));
    await press('Enter');
  }
  expect(sent).toEqual([]);
});
