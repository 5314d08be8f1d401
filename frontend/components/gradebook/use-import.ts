'use client';

import { useState } from 'react';
import { toast } from '@/components/ui/toast-queue';
import { importGrades, tryImport } from '@/lib/api/grades';
import type { ImportReport } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { failureOf, type Failure } from './import';

/** A file is tried, perhaps once more so that it may replace marks, and then written. */
export function useImport(courseId: string, onDone: () => void) {
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  /** What was looked at, when marks that are there may be replaced. */
  const [asOf, setAsOf] = useState<number>();

  const during = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  const attempt = async (from: File, seen: number | undefined) => {
    setAsOf(seen);
    setReport(await tryImport(courseId, from, seen));
  };

  const look = (chosen: File | null) =>
    during(async () => {
      setFile(chosen);
      setReport(null);
      if (chosen) await attempt(chosen, undefined);
    });

  const replace = (on: boolean) =>
    during(async () => {
      if (file && report) await attempt(file, on ? report.as_of : undefined);
    });

  const apply = (allOrNothing: boolean) =>
    during(async () => {
      if (!file || !report) return;
      const done = await importGrades(courseId, file, { asOf, allOrNothing });
      if (done.applied) toast({ tone: 'done', title: `${plural(done.written, 'mark')} written` });
      if (done.applied && done.rejected <= report.rejected) return onDone();
      setReport(done);
      setFailure({
        title: done.applied ? 'Not all of it was written' : 'Nothing was written',
        details: ['Somebody changed marks while you looked at the file; what is left out is listed below.'],
      });
    });

  return { file, report, failure, busy, replacing: asOf !== undefined, look, replace, apply };
}
