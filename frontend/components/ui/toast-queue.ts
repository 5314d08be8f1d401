import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';

export interface ToastContent {
  tone: 'done' | 'note' | 'problem';
  title: string;
  detail?: string;
  action?: { label: string; run: () => void };
}

/** Apart from the region that draws it, so that saying something does not load the drawing. */
export const toasts = new ToastQueue<ToastContent>({ maxVisibleToasts: 3 });

/** Long enough to read and to reach by keyboard; a refusal stays longer. */
export function toast(content: ToastContent) {
  return toasts.add(content, { timeout: content.tone === 'problem' ? 12_000 : 8_000 });
}
