import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { themed } from '@/theme/theme';
import { radius, space, width, type Palette } from '@/theme/tokens';

/** What waits for a decision in a conversation, above its composer. */
export function ApprovalCards({ conversationId }: { conversationId: string }) {
  const styles = useStyles();
  const { approvals } = useTexts();
  const router = useRouter();
  const waiting = useQuery(queries.waiting()).data?.items ?? [];
  const here = waiting.filter((approval) => approval.conversation_id === conversationId);
  return here.map((approval) => (
    <View key={approval.id} style={styles.frame}>
    <View role="region" aria-label={approvals.states.pending} style={styles.card}>
      <Icon name="clock" tone="coralText" />
      <View style={styles.words}>
        <Text size="strong" numberOfLines={2}>
          {approval.summary}
        </Text>
        <Text size="small" tone="soft" numberOfLines={3}>
          {approval.why}
        </Text>
      </View>
      <Button kind="primary" label={approvals.review} onPress={() => router.navigate(`/approvals/${approval.id}`)} />
    </View>
    </View>
  ));
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    frame: { paddingHorizontal: space.l },
    card: {
      flexDirection: 'row',
      flexWrap: 'wrap',
      alignItems: 'center',
      alignSelf: 'center',
      width: '100%',
      maxWidth: width.reading,
      gap: space.m,
      marginBottom: space.s,
      padding: space.m,
      borderRadius: radius.l,
      borderWidth: 1,
      borderColor: c.line,
      backgroundColor: c.raised,
    },
    words: { flex: 1, minWidth: 200, gap: 2 },
  }),
);
