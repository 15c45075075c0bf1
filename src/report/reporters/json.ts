/** The document itself, whole or as one event per line. */

import { loggableJson } from '../../util/plain-text.js';
import { eventLine, type ReportEvent } from '../documents/event.js';
import type { ReportedCertificate } from '../documents/report.js';
import type { ReportInput } from '../exhibit.js';

export function jsonReport({ document }: ReportInput): string {
  return `${loggableJson(JSON.stringify(document, null, 2))}\n`;
}

export function jsonlReport({ document }: ReportInput): string {
  const events = document.certificates.flatMap((certificate) =>
    eventsOf(certificate, document.napcert, document.generatedAt),
  );
  return events.map(eventLine).join('');
}

function eventsOf(certificate: ReportedCertificate, napcert: string, time: string): ReportEvent[] {
  const { model, properties, check, startedAt, verifiedAt } = certificate;
  return [
    {
      event: 'start',
      time: startedAt,
      napcert,
      model: model.name,
      modelSha256: model.sha256,
      properties: properties.length,
    },
    ...properties.flatMap((property): ReportEvent[] => [
      ...property.obligations.map(
        ({ id, digest, verdict, engine, seconds, margin, open }): ReportEvent => ({
          event: 'obligation',
          time: verifiedAt,
          id,
          digest,
          verdict,
          engine,
          seconds,
          margin,
          reason: open?.reason ?? null,
        }),
      ),
      {
        event: 'property',
        time: verifiedAt,
        id: property.id,
        verdict: property.claimed,
        status: property.status,
        claim: property.claim,
      },
    ]),
    {
      event: 'end',
      time,
      certificate: certificate.file,
      sha256: certificate.sha256,
      check: check.verdict,
      interrupted: certificate.interrupted,
    },
  ];
}
