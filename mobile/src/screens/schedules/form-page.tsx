import { useRouter } from 'expo-router';
import type { ReactNode } from 'react';

import { ScreenHeader } from '@/components/screen-header';
import { ScrollPage } from '@/components/scroll-page';

/** A page with a form on it, and the way back to the schedules. */
export function FormPage({ title, children }: { title: string; children: ReactNode }) {
  const router = useRouter();
  return (
    <ScrollPage title={title} maxWidth={680}>
      <ScreenHeader title={title} large onBack={() => router.dismissTo('/schedules')} />
      {children}
    </ScrollPage>
  );
}
