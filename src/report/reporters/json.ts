/** The document itself, whole or as one event per line. */

import { loggableJson } from '../../util/plain-text.js';
import { eventLine, type ReportEvent } from '../documents/event.js';
import type { ReportedCertificate } from '../documents/report.js';
import type { ReportInput } from '../exhibit.js';
import { recallStatus } from './confirmed.js';

export function jsonReport({ document }: ReportInput): string {
  return `${loggableJson(JSON.stringify(document, null, 2))}\n`;
}

/** The certificates one after the other, then the recall that a gate's policy asks for. */
export function jsonlReport(input: ReportInput): string {
  const { document } = input;
  const events = document.certificates.flatMap((certificate) =>
    eventsOf(certificate, document.napcert, document.generatedAt),
  );
  return [...events, ...recallEvents(input)].map(eventLine).join('');
}

function recallEvents({ decision, decidedNow }: ReportInput): ReportEvent[] {
  if (decision === null) return [];
  return decision.models.flatMap(({ name, sha256, recall }) =>
    recall.map((one): ReportEvent => {
      const { class: label, minimum, measured, dataset, advisory, detail } = one;
      return {
        event: 'recall',
        time: decision.verifiedAt,
        model: name,
        modelSha256: sha256,
        class: label,
        status: recallStatus(one, decidedNow),
        minimum,
        measured,
        dataset,
        advisory,
        detail,
      };
    }),
  );
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
