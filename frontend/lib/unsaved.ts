'use client';

import { useEffect, useEffectEvent } from 'react';

/** Ctrl S saves. A cell or field that is being typed in is finished first. */
export function useSaveKey(save: () => void) {
  const newest = useEffectEvent(save);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      if (document.querySelector('[data-overlay]')) return;
      const { activeElement } = document;
      if (activeElement instanceof HTMLInputElement && activeElement.type !== 'radio') activeElement.blur();
      requestAnimationFrame(() => newest());
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

type Ask = (go: () => void) => void;

let ask: Ask | null = null;

/** Everything of ours that leaves a page goes through here: at once, or after a question where work is unsaved. */
export function leave(go: () => void) {
  if (ask) ask(go);
  else go();
}

/** Asks before unsaved work is left by a link, a key, the palette or closing the tab. */
export function useLeaveGuard(unsaved: boolean, question: Ask, follow: (href: string) => void) {
  const onAsk = useEffectEvent(question);
  const onFollow = useEffectEvent(follow);
  useEffect(() => {
    if (!unsaved) return;
    ask = (go) => onAsk(go);
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.('a[href]');
      if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const { pathname, origin, search } = new URL(link.href, window.location.href);
      if (origin !== window.location.origin || pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      onAsk(() => onFollow(pathname + search));
    };
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('click', onClick, { capture: true });
    return () => {
      ask = null;
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, { capture: true });
    };
  }, [unsaved]);
}
