'use client';

import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { toasts } from './toast-queue';

const icons = {
  done: <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />,
  note: <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />,
  problem: <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />,
};

export function Toasts() {
  return (
    <ToastRegion
      queue={toasts}
      aria-label="Notices"
      className="fixed inset-x-3 bottom-18 z-50 flex flex-col gap-2 outline-none md:inset-x-auto md:right-6 md:bottom-6 md:w-96"
    >
      {({ toast }) => (
        <Toast toast={toast} className="card flex items-start gap-2.5 p-3 shadow-float">
          {icons[toast.content.tone]}
          <ToastContent className="min-w-0 flex-1 text-sm">
            <Text slot="title" className="font-medium">
              {toast.content.title}
            </Text>
            {toast.content.detail && (
              <Text slot="description" className="block text-muted">
                {toast.content.detail}
              </Text>
            )}
          </ToastContent>
          {toast.content.action && (
            <AriaButton
              className="-my-1 min-h-8 shrink-0 rounded-md px-2.5 text-sm font-medium text-accent hover:bg-sunken pointer-coarse:-my-2.5 pointer-coarse:min-h-11"
              onPress={() => {
                toasts.close(toast.key);
                toast.content.action?.run();
              }}
            >
              {toast.content.action.label}
            </AriaButton>
          )}
          <AriaButton
            slot="close"
            aria-label="Dismiss"
            className="-m-1 grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-sunken pointer-coarse:-m-2.5 pointer-coarse:size-11"
          >
            <X aria-hidden className="size-4" />
          </AriaButton>
        </Toast>
      )}
    </ToastRegion>
  );
}
