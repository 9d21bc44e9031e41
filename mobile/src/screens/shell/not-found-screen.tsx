import { useRouter } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { themed } from '@/theme/theme';
import type { Palette } from '@/theme/tokens';

export function NotFoundScreen() {
  const styles = useStyles();
  const { states } = useTexts();
  const router = useRouter();
  return (
    <View style={styles.screen}>
      <Empty icon="compass" title={states.notFound}>
        <Button label={states.toChat} onPress={() => router.replace('/chat')} />
      </Empty>
    </View>
  );
}

const useStyles = themed((c: Palette) => StyleSheet.create({ screen: { flex: 1, backgroundColor: c.page } }));
