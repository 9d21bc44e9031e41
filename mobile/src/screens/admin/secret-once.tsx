import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

/** A secret that can't be seen again. */
export function SecretOnce({ secret }: { secret: string }) {
  const styles = useStyles();
  const { webhooks } = useTexts();
  return (
    <View role="status" style={styles.shown}>
      <Text size="small">{webhooks.shownOnce}</Text>
      <Text size="strong" selectable>
        {secret}
      </Text>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({ shown: { gap: space.s, padding: space.m, borderRadius: radius.m, backgroundColor: c.hover } }),
);
