import type { Texts } from '@/i18n/en';
import type { Budget } from '@/services/types';

/** Whose budget it is. */
export function budgetName({ scope, subject }: Budget, texts: Texts): string {
  switch (scope) {
    case 'company':
      return texts.usage.company;
    case 'department':
      return texts.departments[subject] ?? subject;
    case 'person':
      return subject;
  }
}
