import { useState } from 'react';

import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Segmented } from '@/components/segmented';
import { useTexts } from '@/i18n/texts';
import { setBudget } from '@/services/budgets';
import type { Budget } from '@/services/types';

import { budgetName } from './budget-name';

const DOLLARS = /^\d{1,9}(\.\d{1,2})?$/;

/** An amount as people type it, as the server takes it; null when it is none. */
export function asLimit(typed: string): string | null {
  const plain = typed.replace(/^\s*(?:US)?\$?\s*|\s+$/gi, '').replaceAll(',', '');
  return DOLLARS.test(plain) ? plain : null;
}

/** Sets the limit of a month, or gives it back to the configuration. */
export function BudgetDialog({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const texts = useTexts();
  const { usage, actions } = texts;
  const [own, setOwn] = useState<'own' | 'default'>('own');
  const [typed, setTyped] = useState(budget.limit === null ? '' : Number(budget.limit).toFixed(2).replace(/\.00$/, ''));
  const limit = asLimit(typed);
  return (
    <Dialog
      title={usage.budgetOf(budgetName(budget, texts))}
      lead={usage.budgetLead}
      confirm={actions.save}
      disabled={own === 'own' && limit === null}
      onConfirm={() => setBudget({ scope: budget.scope, subject: budget.subject, limit: own === 'own' ? limit : null })}
      onClose={onClose}
    >
      {!budget.is_default && (
        <Segmented
          label={usage.budgetOf(budgetName(budget, texts))}
          value={own}
          options={[
            { value: 'own', label: usage.ownLimit },
            { value: 'default', label: usage.defaultLimit },
          ]}
          onChange={setOwn}
        />
      )}
      {own === 'own' && (
        <Field
          label={usage.limit}
          value={typed}
          onChangeText={setTyped}
          error={typed !== '' && limit === null ? usage.limitWrong : null}
          inputMode="decimal"
          autoFocus
          selectTextOnFocus
        />
      )}
    </Dialog>
  );
}
