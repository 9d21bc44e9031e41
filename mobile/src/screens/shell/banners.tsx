import { useEffect, useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Icon } from '@/components/icon';
import { IconButton } from '@/components/icon-button';
import { Spinner } from '@/components/spinner';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { useLive } from '@/stores/live';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

const PATIENCE = 3000;

/** Says when the connection has been lost for more than a moment, and shows the server's notices. */
export function Banners() {
  const styles = useStyles();
  const { states, actions } = useTexts();
  const connected = useLive((s) => s.connected);
  const notice = useLive((s) => s.notice);
  const dismiss = useLive((s) => s.dismissNotice);
  const [lost, setLost] = useState(false);

  useEffect(() => {
    const timer = setTimeout(() => setLost(!connected), connected ? 0 : PATIENCE);
    return () => clearTimeout(timer);
  }, [connected]);

  return (
    <>
      {lost && (
        <View role="status" style={[styles.banner, styles.lost]}>
          <Spinner size={14} tone="coralText" />
          <Text size="small" tone="coralText">
            {states.reconnecting}
          </Text>
        </View>
      )}
      {notice && (
        <View role="status" style={styles.banner}>
          <Icon name="info" size={16} tone="accentText" />
          <Text size="small" style={styles.words}>
            {notice}
          </Text>
          <IconButton icon="x" size={32} label={actions.close} onPress={dismiss} />
        </View>
      )}
    </>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    banner: { flexDirection: 'row', alignItems: 'center', justifyContent: 'center', gap: space.s, minHeight: 36, paddingHorizontal: space.l, backgroundColor: c.accentWash },
    lost: { backgroundColor: c.coralWash },
    words: { flexShrink: 1 },
  }),
);
