import { Button, Checkbox, Input, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from '../../shared/clearing/Clearing.module.css';
import { formatYuan } from '../../shared/clearing/money';
import { useCounterparts, useLayouts, useSendList } from '../../shared/clearing/useClearing';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { FhirError } from '../../shared/fhir/client';
import { today } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { formatCount } from '../../shared/format/numbers';
import own from './Finance.module.css';

const YESTERDAY = () => today(Date.now() - 86_400_000);
const MOST_SHOWN = 64 << 20;

/** The number of the line that a refusal names, in either language. */
const lineIn = (error: unknown): number | undefined => {
  const found = error instanceof FhirError ? /^(?:第 |Line )(\d+)/.exec(error.sentence ?? '') : null;
  return found ? Number(found[1]) : undefined;
};

/** A line of the file that was sent, as its layout reads it; nothing where it is compressed, or too large to look into. */
async function lineOf(file: File, charset: string, number: number): Promise<string | undefined> {
  if (file.size > MOST_SHOWN || /\.gz$/i.test(file.name)) return undefined;
  return new TextDecoder(charset).decode(await file.arrayBuffer()).split(/\r?\n/)[number - 1];
}

/** The own list of a day, taken whole or not at all; what is wrong is told with its line. */
export function SendList({ counterpart, day, onBack }: { counterpart: string | undefined; day: string | undefined; onBack: () => void }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const counterparts = useCounterparts();
  const layouts = useLayouts();
  return (
    <>
      <p>
        <button type="button" className={styles.link} onClick={onBack}>
          ‹ {t('clearing:back')}
        </button>
      </p>
      <section className={`card ${styles.card}`} aria-labelledby="send">
        <h2 id="send">{t('send.title')}</h2>
        {counterparts.data && layouts.data ? (
          <Form counterpart={counterpart} day={day} taking={counterparts.data.filter(({ lists }) => lists)} layouts={layouts.data} onBack={onBack} />
        ) : (counterparts.error ?? layouts.error) ? (
          <LoadFailed error={counterparts.error ?? layouts.error} onRetry={() => [counterparts, layouts].forEach((one) => void one.refetch())} />
        ) : (
          <LoadingLines rows={6} />
        )}
      </section>
    </>
  );
}

type Taking = NonNullable<ReturnType<typeof useCounterparts>['data']>;

function Form({ counterpart, day, taking, layouts, onBack }: { counterpart: string | undefined; day: string | undefined; taking: Taking; layouts: NonNullable<ReturnType<typeof useLayouts>['data']>; onBack: () => void }) {
  const { t } = useTranslation(['finance', 'clearing']);
  const language = useLanguage();
  const id = useId();
  const [to, setTo] = useState(counterpart ?? taking[0]?.name ?? '');
  const [of, setOf] = useState(day ?? YESTERDAY());
  const [file, setFile] = useState<File>();
  const [replaces, setReplaces] = useState(false);
  const [line, setLine] = useState<{ number: number; text: string }>();
  const send = useSendList();
  const layout = layouts.get(taking.find(({ name }) => name === to)?.lists ?? '');
  const changed = () => {
    send.reset();
    setLine(undefined);
  };
  if (send.data)
    return (
      <div className={styles.card} role="status">
        <p>
          <strong>{t(send.data.isNew ? 'send.taken' : 'send.same', { number: formatCount(send.data.lines, language) })}</strong> {t('send.sums', { in: formatYuan(send.data.in), out: formatYuan(send.data.out) })}
        </p>
        <p className="muted">{t('send.next')}</p>
        <div className={styles.actions}>
          <Button type="primary" onClick={onBack}>
            {t('send.done')}
          </Button>
        </div>
      </div>
    );
  return (
    <form
      className={styles.card}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!file) return;
        setLine(undefined);
        send.mutate(
          { counterpart: to, day: of, file, replaces },
          {
            onError: (error) => {
              const number = lineIn(error);
              if (number !== undefined) void lineOf(file, layout?.charset ?? 'UTF-8', number).then((text) => (text === undefined ? undefined : setLine({ number, text })));
            },
          },
        );
      }}
    >
      <div className={own['fields']}>
        <label htmlFor={`${id}-to`}>{t('clearing:counterpart')}</label>
        <Select
          id={`${id}-to`}
          value={to}
          options={taking.map(({ name, display }) => ({ value: name, label: display }))}
          onChange={(value) => {
            changed();
            setTo(value);
          }}
        />
        <label htmlFor={`${id}-of`}>{t('clearing:day')}</label>
        <Input
          id={`${id}-of`}
          type="date"
          value={of}
          max={YESTERDAY()}
          onChange={(event) => {
            changed();
            setOf(event.target.value);
          }}
        />
        <label htmlFor={`${id}-file`}>{t('send.file')}</label>
        <input
          id={`${id}-file`}
          type="file"
          accept=".csv,.txt,.gz"
          onChange={(event) => {
            changed();
            setFile(event.target.files?.[0]);
          }}
        />
      </div>
      {layout ? <p className="muted small">{t('send.layout', { columns: layout.columns.join(layout.delimiter === '\t' ? ' ⇥ ' : layout.delimiter), charset: layout.charset })}</p> : null}
      <Checkbox checked={replaces} onChange={(event) => setReplaces(event.target.checked)}>
        {t('send.replaces')}
      </Checkbox>
      {send.error ? <LoadFailed error={send.error} compact /> : null}
      {line ? (
        <p className={own['fault']}>
          <span className="muted">{t('send.line', { number: line.number })}</span> <code>{line.text}</code>
        </p>
      ) : null}
      <div className={styles.actions}>
        <Button type="primary" htmlType="submit" disabled={!file || !of} loading={send.isPending}>
          {t('send.send')}
        </Button>
        <span className="muted small">{t('send.whole')}</span>
      </div>
    </form>
  );
}
