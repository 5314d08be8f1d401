'use client';

import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { IconButton } from './button';

interface DialogProps {
  title: string;
  onClose: () => void;
  /** `alertdialog` where a decision is asked for. */
  role?: 'dialog' | 'alertdialog';
  wide?: boolean;
  children: ReactNode;
}

/** Open while it is rendered. A sheet from below on phones, centred elsewhere. */
export function Dialog({ title, onClose, role, wide, children }: DialogProps) {
  return (
    <ModalOverlay
      data-overlay
      isOpen
      onOpenChange={(open) => open || onClose()}
      isDismissable={role !== 'alertdialog'}
      className="fixed inset-0 z-40 flex items-end justify-center bg-black/45 sm:items-center sm:p-6 entering:animate-[fade-in_120ms]"
    >
      <Modal
        className={`flex max-h-[92dvh] w-full flex-col rounded-t-xl border border-line bg-surface shadow-float sm:rounded-xl ${wide ? 'sm:max-w-2xl' : 'sm:max-w-md'}`}
      >
        <AriaDialog role={role} className="flex min-h-0 flex-col outline-none">
          <div className="flex items-center justify-between gap-4 border-b border-line py-2.5 pr-2.5 pl-5">
            <Heading slot="title" className="text-base font-semibold">
              {title}
            </Heading>
            <IconButton label="Close" onClick={onClose}>
              <X aria-hidden className="size-4.5" />
            </IconButton>
          </div>
          <div className="min-h-0 overflow-y-auto px-5 py-4">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
