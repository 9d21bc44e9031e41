import { useState } from 'react';

import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { useTexts } from '@/i18n/texts';
import { deleteConversation, renameConversation } from '@/services/conversations';

export function RenameDialog({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { chat, actions } = useTexts();
  const [text, setText] = useState(title);
  return (
    <Dialog
      title={chat.renameTitle}
      confirm={actions.save}
      disabled={text.trim() === ''}
      onConfirm={() => renameConversation(id, text.trim())}
      onClose={onClose}
    >
      <Field label={chat.title} value={text} onChangeText={setText} maxLength={120} autoFocus selectTextOnFocus />
    </Dialog>
  );
}

export function DeleteDialog({ id, onDeleted, onClose }: { id: string; onDeleted: () => void; onClose: () => void }) {
  const { chat, actions } = useTexts();
  return (
    <Dialog
      title={chat.deleteTitle}
      lead={chat.deleteLead}
      confirm={actions.delete}
      danger
      onConfirm={async () => {
        await deleteConversation(id);
        onDeleted();
      }}
      onClose={onClose}
    />
  );
}
