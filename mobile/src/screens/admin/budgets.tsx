import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { amount, millionths, monthName, percent } from '@/i18n/amounts';
import { useTexts } from '@/i18n/texts';
import type { Budget } from '@/services/types';
import { themed, useWide } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { BudgetDialog } from './budget-dialog';
import { budgetName } from './budget-name';
import { Panel } from './panel';

/** How many people are shown before one asks for all. */
const FEW = 5;
/** The share of a limit from which on it stands out. */
const CLOSE = 0.8;

const spentFirst = (a: Budget, b: Budget) => millionths(b.spent) - millionths(a.spent) || a.subject.localeCompare(b.subject);

/** What may be spent in a month by the company, its departments and its people, and what is spent. */
export function Budgets({ month, budgets }: { month: string; budgets: Budget[] }) {
  const styles = useStyles();
  const texts = useTexts();
  const { usage } = texts;
  const [editing, setEditing] = useState<Budget | null>(null);
  const [all, setAll] = useState(false);
  const people = budgets.filter((budget) => budget.scope === 'person').sort(spentFirst);
  const groups = [
    budgets.filter((budget) => budget.scope === 'company'),
    budgets.filter((budget) => budget.scope === 'department').sort(spentFirst),
    all ? people : people.slice(0, FEW),
  ].filter((group) => group.length > 0);

  return (
    <Panel title={usage.budgets} lead={usage.budgetsLead(monthName(month, texts))}>
      {groups.map((group, at) => (
        <View key={group[0]?.scope} role="list" style={[styles.group, at > 0 && styles.rule]}>
          {group.map((budget) => (
            <BudgetRow key={`${budget.scope} ${budget.subject}`} budget={budget} onEdit={() => setEditing(budget)} />
          ))}
        </View>
      ))}
      {people.length > FEW && !all && (
        <View style={styles.more}>
          <Button kind="quiet" label={usage.allPeople(people.length)} onPress={() => setAll(true)} />
        </View>
      )}
      {editing && <BudgetDialog budget={editing} onClose={() => setEditing(null)} />}
    </Panel>
  );
}

function BudgetRow({ budget, onEdit }: { budget: Budget; onEdit: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const { usage } = texts;
  const name = budgetName(budget, texts);
  const spent = millionths(budget.spent);
  const limit = budget.limit === null ? null : millionths(budget.limit);
  const share = limit === null ? 0 : limit > 0 ? spent / limit : 1;
  const wide = useWide();
  const told = limit === null ? usage.noLimit(amount(spent, texts)) : usage.ofLimit(amount(spent, texts), amount(limit, texts));
  return (
    <View role="listitem" style={styles.row}>
      <View style={styles.words}>
        <View style={wide && styles.line}>
          <Text size="label" numberOfLines={1} style={wide && styles.name}>
            {name}
          </Text>
          <Text size="small" tone={share >= 1 ? 'danger' : 'soft'} tabular>
            {told}
          </Text>
        </View>
        {limit !== null && (
          <View
            accessible
            role="progressbar"
            aria-label={name}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(Math.min(1, share) * 100)}
            aria-valuetext={`${told}, ${percent(share, texts)}`}
            style={styles.track}
          >
            <View style={[styles.share, { width: `${Math.min(1, share) * 100}%` }, share >= CLOSE && styles.close, share >= 1 && styles.over]} />
          </View>
        )}
      </View>
      <IconButton icon="edit-2" size={40} label={usage.editBudget(name)} onPress={onEdit} />
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    group: { gap: space.xs },
    rule: { paddingTop: space.m, borderTopWidth: 1, borderTopColor: c.line },
    row: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 52, paddingVertical: space.xs },
    words: { flex: 1, minWidth: 0, gap: 6 },
    line: { flexDirection: 'row', alignItems: 'baseline', gap: space.m },
    name: { flex: 1, minWidth: 0 },
    track: { height: 6, borderRadius: radius.full, backgroundColor: c.hover, overflow: 'hidden' },
    share: { height: 6, borderRadius: radius.full, backgroundColor: c.accent },
    close: { backgroundColor: c.coral },
    over: { backgroundColor: c.danger },
    more: { alignItems: 'flex-start' },
  }),
);
