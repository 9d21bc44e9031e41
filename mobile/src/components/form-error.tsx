import { Text } from './text';

/** Why something was refused, said to a screen reader at once; nothing where nothing was. */
export function FormError({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <Text size="small" tone="danger" role="alert">
      {text}
    </Text>
  );
}
