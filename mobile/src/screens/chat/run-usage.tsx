import { StyleSheet, View } from 'react-native';

import { Icon } from '@/components/icon';
import { Text } from '@/components/text';
import { isPlanner, modelName, runCost, wholeNumber } from '@/i18n/amounts';
import { useTexts } from '@/i18n/texts';
import type { Usage } from '@/services/types';
import { space } from '@/theme/tokens';

/** Which model served a run, and what that took. */
export function RunUsage({ usage }: { usage: Usage }) {
  const texts = useTexts();
  const { model, input_tokens, output_tokens, cost } = usage;
  const name = modelName(model, texts);
  const taken = [texts.usage.tokens(wholeNumber(input_tokens + output_tokens, texts)), runCost(cost, texts)];
  return (
    <View style={styles.line}>
      <View style={styles.mark}>
        <Icon name="cpu" size={14} tone="faint" />
      </View>
      <Text size="caption" tone="faint" tabular selectable style={styles.words}>
        {(isPlanner(model) ? [name] : [name, ...taken]).join(' · ')}
      </Text>
    </View>
  );
}

const styles = StyleSheet.create({
  line: { flexDirection: 'row', gap: 10, marginTop: space.xs },
  mark: { width: 18, height: 18, alignItems: 'center', justifyContent: 'center' },
  words: { flex: 1, minWidth: 0 },
});
