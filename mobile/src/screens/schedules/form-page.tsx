import { useRouter } from 'expo-router';
import type { ReactNode } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { ScreenHeader } from '@/components/screen-header';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

/** A page with a form on it, and the way back to the schedules. */
export function FormPage({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  const router = useRouter();
  return (
    <ScrollView role="main" aria-label={title} style={styles.screen} contentContainerStyle={styles.content} keyboardShouldPersistTaps="handled" automaticallyAdjustKeyboardInsets>
      <View style={styles.column}>
        <ScreenHeader title={title} large onBack={() => router.dismissTo('/schedules')} />
        {children}
      </View>
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, backgroundColor: c.page },
    content: { flexGrow: 1, alignItems: 'center', paddingHorizontal: space.l, paddingBottom: space.xxxl },
    column: { flexGrow: 1, width: '100%', maxWidth: 680 },
  }),
);
