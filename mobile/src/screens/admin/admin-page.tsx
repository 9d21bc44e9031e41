import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { ScreenHeader } from '@/components/screen-header';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { AdminSwitch, type AdminPlace } from './admin-switch';

interface AdminPageProps {
  page: AdminPlace;
  title: string;
  /** Beside the title. */
  control?: ReactNode;
  /** For rows of many parts. */
  broad?: boolean;
  children: ReactNode;
}

/** A page of the administration whose content scrolls by itself. */
export function AdminPage({ page, title, control, broad, children }: AdminPageProps) {
  const styles = useStyles();
  return (
    <View role="main" aria-label={title} style={styles.screen}>
      <View style={[styles.column, broad && styles.broad]}>
        <ScreenHeader title={title} large>
          {control}
        </ScreenHeader>
        <AdminSwitch page={page} />
        {children}
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.l, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860, gap: space.m },
    broad: { maxWidth: 1040 },
  }),
);
