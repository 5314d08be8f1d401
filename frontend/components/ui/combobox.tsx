'use client';

import { ChevronDown } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import {
  Button as AriaButton,
  ComboBox,
  FieldError,
  Group,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components';

export interface Choice {
  id: string;
  label: string;
  detail?: ReactNode;
}

interface PickerProps {
  label: string;
  placeholder?: string;
  hint?: string;
  error?: string;
  /** What is chosen now; also shown before the first search. */
  value: Choice | null;
  onChange: (choice: Choice | null) => void;
  /** What the server found for the text last passed to `onSearch`. */
  choices: Choice[];
  searching: boolean;
  onSearch: (text: string) => void;
  isDisabled?: boolean;
}

/** Chooses one of many with the server searching. Empty text means nobody. */
export function Picker({
  label,
  placeholder,
  hint,
  error,
  value,
  onChange,
  choices,
  searching,
  onSearch,
  isDisabled,
}: PickerProps) {
  const [text, setText] = useState(value?.label ?? '');
  const items =
    value && !choices.some(({ id }) => id === value.id) && text === value.label ? [value] : choices;

  return (
    <ComboBox
      items={items}
      inputValue={text}
      onInputChange={(next) => {
        setText(next);
        if (next !== value?.label) onSearch(next);
      }}
      value={value?.id ?? null}
      onChange={(id) => {
        const chosen = items.find((item) => item.id === id) ?? null;
        setText(chosen?.label ?? '');
        onChange(chosen);
      }}
      onOpenChange={(open) => open && onSearch(text === value?.label ? '' : text)}
      menuTrigger="focus"
      allowsEmptyCollection
      isInvalid={Boolean(error)}
      isDisabled={isDisabled}
      className="flex min-w-0 flex-col gap-1.5"
    >
      <Label className="label">{label}</Label>
      <Group className="relative">
        <Input placeholder={placeholder} className="input pr-9" />
        <AriaButton className="absolute inset-y-0 right-0 grid w-9 place-items-center text-muted">
          <ChevronDown aria-hidden className="size-4" />
        </AriaButton>
      </Group>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="text-xs font-medium text-bad">{error}</FieldError>
      <Popover className="w-(--trigger-width) overflow-auto rounded-md border border-line bg-surface p-1 shadow-float">
        <ListBox<Choice>
          renderEmptyState={() => (
            <p className="px-2.5 py-2 text-sm text-muted">{searching ? 'Searching…' : 'Nobody found'}</p>
          )}
          className="max-h-64 outline-none"
        >
          {(choice) => (
            <ListBoxItem
              id={choice.id}
              textValue={choice.label}
              className="cursor-default rounded px-2.5 py-1.5 text-base outline-none focus:bg-accent-soft pointer-coarse:py-2.5 selected:font-medium"
            >
              {choice.label}
              {choice.detail && <span className="ml-2 text-xs text-muted">{choice.detail}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
