package health.helan.foundation.trust.audit;

/** Statements of the audit. */
final class AuditSql {
  static final String COPY = "audit (" + AuditRow.COLUMNS + ")";

  static final String LAST_SEAL =
      "select number, digest from audit_seal order by number desc limit 1";

  static final String ADD_SEAL =
      "insert into audit_seal (number, at, body, digest, signature) values (?, ?, ?, ?, ?)";

  static final String ADD_CERTIFICATE =
      """
      insert into audit_certificate (fingerprint, certificate) values (?, ?)
      on conflict (fingerprint) do nothing""";

  static final String ADD_CHAIN =
      """
      insert into audit_chain (chain, opened, sealed, indexed, closed, instance)
      values (?, ?, 0, 0, false, ?)""";

  static final String SEALED =
      """
      update audit_chain set sealed = greatest(sealed, ?), closed = closed or ?
      where chain = ?""";

  /** Chains that nobody closed, of instances that are gone. */
  static final String LEFT_BEHIND =
      """
      select c.chain, c.sealed from audit_chain c
      where not c.closed and not exists (select from instance i where i.id = c.instance)""";

  static final String HEAD =
      "select seq, digest, kind from audit where chain = ? order by seq desc limit 1";

  static final String DIGEST_AT = "select digest, kind from audit where chain = ? and seq = ?";

  static final String NOT_INDEXED =
      """
      select c.chain, c.indexed, h.seq from audit_chain c
      cross join lateral (select a.seq from audit a where a.chain = c.chain order by a.seq desc limit 1) h
      where h.seq > c.indexed and (not c.closed or c.indexed < c.sealed)""";

  static final String INDEX =
      """
      insert into audit_subject (subject, at, chain, seq)
      select s.subject, a.at, a.chain, a.seq
      from audit a cross join lateral unnest(a.subjects) as s (subject)
      where a.chain = ? and a.seq > ? and a.seq <= ?
      order by s.subject, a.at
      on conflict (subject, at, chain, seq) do nothing""";

  static final String INDEXED =
      "update audit_chain set indexed = ? where chain = ? and indexed < ?";

  static final String CLOSED_BEFORE =
      """
      select c.chain, h.seq, h.digest from audit_chain c
      cross join lateral (select a.seq, a.digest, a.at from audit a where a.chain = c.chain
        order by a.seq desc limit 1) h
      where c.closed and c.opened < ? and h.at < ? order by c.chain limit ?""";

  static final String FORGET_SUBJECTS =
      """
      delete from audit_subject s using audit a
      where a.chain = ? and s.chain = a.chain and s.seq = a.seq and s.at = a.at
        and s.subject = any(a.subjects)""";

  static final String FORGET_ROWS = "delete from audit where chain = ?";

  static final String FORGET_CHAIN = "delete from audit_chain where chain = ?";

  private AuditSql() {}
}
