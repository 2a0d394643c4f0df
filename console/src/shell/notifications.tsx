import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from 'react';
import { common } from '../strings/common.js';

type Notify = (type: 'success' | 'error' | 'info', header: string, content?: string) => void;

const NotifyContext = createContext<Notify>(() => {});
const ItemsContext = createContext<readonly FlashbarProps.MessageDefinition[]>([]);

/** Shows what became of what somebody did, on whatever page he is by then. */
export const useNotify = (): Notify => useContext(NotifyContext);

let count = 0;

export function Notifications({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const notify = useCallback<Notify>((type, header, content) => {
    const id = `notification-${++count}`;
    const onDismiss = () => setItems((now) => now.filter((item) => item.id !== id));
    const item = { id, type, header, content, dismissible: true, dismissLabel: common.dismiss, onDismiss };
    setItems((now) => [item, ...now].slice(0, 4));
  }, []);
  return (
    <NotifyContext.Provider value={notify}>
      <ItemsContext.Provider value={items}>{children}</ItemsContext.Provider>
    </NotifyContext.Provider>
  );
}

export function NotificationBar() {
  const items = useContext(ItemsContext);
  return useMemo(() => <Flashbar items={items} />, [items]);
}
