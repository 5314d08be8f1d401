'use client';

import { useQuery } from '@tanstack/react-query';
import { Dialog } from '@/components/ui/dialog';
import { LoadFailure } from '@/components/ui/load-failure';
import { userDetail } from '@/lib/api/users';
import { PersonForm } from './person-form';

export function PersonDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: person, error, refetch } = useQuery({ ...userDetail(id), staleTime: 0 });
  return (
    <Dialog title={person?.full_name ?? 'Person'} onClose={onClose}>
      {error ? (
        <LoadFailure error={error} retry={refetch} />
      ) : person && 'version' in person ? (
        <PersonForm key={person.version} person={person} onDone={onClose} />
      ) : (
        <div aria-busy="true" className="h-96" />
      )}
    </Dialog>
  );
}
