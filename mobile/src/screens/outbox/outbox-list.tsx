import { useInfiniteQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { ListRow } from '@/components/list-row';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty } from '@/components/states';
import { eventTime, shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { shownTo, titleOf } from '@/services/payload';
import { outbox } from '@/services/queries';

import { EffectStateChip } from './effect-state';

export function OutboxList({ large }: { large?: boolean }) {
  const texts = useTexts();
  const router = useRouter();
  const path = usePathname();
  return (
    <View style={styles.list}>
      <ScreenHeader title={texts.outbox.title} large={large} />
      <PagedList
        label={texts.outbox.title}
        query={useInfiniteQuery(outbox())}
        empty={<Empty icon="send" title={texts.outbox.empty} lead={texts.outbox.emptyLead} />}
        row={(effect) => {
          const subject = titleOf(effect, texts.outbox.noSubject);
          const to = [...(effect.when ? [eventTime(effect.when, texts)] : []), ...effect.to.map(shownTo)].join(', ');
          return (
            <ListRow
              label={`${subject}, ${to}, ${texts.outbox.states[effect.state]}`}
              title={subject}
              detail={to}
              time={shortTime(effect.done_at ?? effect.created_at, texts)}
              end={<EffectStateChip state={effect.state} />}
              selected={path === `/outbox/${effect.id}`}
              onPress={() => router.navigate(`/outbox/${effect.id}`)}
            />
          );
        }}
      />
    </View>
  );
}

const styles = StyleSheet.create({ list: { flex: 1 } });
