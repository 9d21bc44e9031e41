interface Key {
  key: string;
  shiftKey?: boolean;
  isComposing?: boolean;
  keyCode?: number;
}

/** The key code of keys that an input method takes for itself, in browsers that end the composition before the key. */
const TAKEN = 229;

/** Whether a key sends the message: Enter, but not while an input method still puts a word together. */
export function sends({ key, shiftKey, isComposing, keyCode }: Key): boolean {
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== TAKEN;
}
