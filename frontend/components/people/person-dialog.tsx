'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Dialog } from '@/components/ui/dialog';
import { LoadFailure } from '@/components/ui/load-failure';
import { userDetail } from '@/lib/api/users';
import { paths } from '@/lib/paths';
import { PersonForm } from './person-form';

const link = 'font-medium underline underline-offset-2 hover:text-accent pointer-coarse:py-3';

export function PersonDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: person, error, refetch } = useQuery({ ...userDetail(id), staleTime: 0 });
  return (
    <Dialog title={person?.full_name ?? 'Person'} onClose={onClose}>
      {error ? (
        <LoadFailure error={error} retry={refetch} />
      ) : person && 'version' in person ? (
        <>
          <p className="mb-4 flex flex-wrap gap-x-4 gap-y-1 text-sm">
            {person.role === 'student' && (
              <>
                <Link href={paths.transcriptOf(person.id)} className={link}>
                  Transcript
                </Link>
                <Link href={paths.adminPaymentsOf(person.student_id ?? person.full_name)} className={link}>
                  Payments
                </Link>
              </>
            )}
            <Link href={paths.auditOf(person.id)} className={link}>
              Audit trail
            </Link>
          </p>
          <PersonForm key={person.version} person={person} onDone={onClose} />
        </>
      ) : (
        <div aria-busy="true" className="h-96" />
      )}
    </Dialog>
  );
}
